/*
 * SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Between Sendmail and libdane-policy; dane-policy.patch calls this. All of it speaks of the delivery that the process
 * is busy with: Sendmail has one at a time.
 */
#ifndef DANE_POLICY_SENDMAIL_H
#define DANE_POLICY_SENDMAIL_H

#include <sendmail.h>
#include <sm/sendmail.h>

#if DANE
# error "DANE_POLICY takes the place of DANE: define one of them"
#endif
#if !STARTTLS
# error "DANE_POLICY needs STARTTLS"
#endif

/* Takes an option of the configuration file by its full name. */
extern void dp_option(const char *name, const char *value);

/* Forgets the delivery before this one. */
extern void dp_begin(void);

/* Whether the policy lets these two share a transaction of this mailer. */
extern bool dp_may_share(const MAILER *mailer, const ADDRESS *one, const ADDRESS *other);

/*
 * Before a host is connected to: the connection to go on with, or one that is refused, which has the reason and is not
 * the host's own, since others may still use that. An open connection under another policy is closed. `port` is in network
 * order, 0 means the usual one; `is_named` says that the administrator named the host itself.
 */
extern MCI *dp_host(ENVELOPE *envelope, MAILER *mailer, char *next_hop, unsigned short port, char *name, bool is_named, MCI *mci);
extern bool dp_is_refused(const MCI *mci);

/* Whether mail is to wait, rather than bounce, where the host is not found. */
extern bool dp_defers(const MCI *mci);

/* To be called before the handshake. */
extern void dp_handshake(SSL *ssl);

/* After the handshake: what ${verify} must say, or NULL where that is not the policy's matter. */
extern char *dp_verify(const SSL *ssl);

/*
 * NULL if mail may go out over the connection as it is, else the reply that says why not. `was_tried` says whether STARTTLS
 * was sent, `code` is EX_OK after a handshake.
 */
extern char *dp_refusal(bool was_tried, int code);

/* The connection state to put a refusal in, instead of that of the host. */
extern MCI *dp_refused(const MCI *mci);

#endif
