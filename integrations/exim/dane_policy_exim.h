/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What dane-policy.patch calls: outbound DANE for Exim's smtp transport by libdane_policy. */

#ifndef DANE_POLICY_EXIM_H
#define DANE_POLICY_EXIM_H

/* Asks what the policy says of the host of a connection that is about to be set up, for the domain of addr. NULL: go on;
args->dane_policy_tls then says whether clear text is forbidden, and the session must be verified. Else why not, with *rc
DEFER or FAIL. */

extern uschar * dane_policy_prepare(smtp_connect_args * args, address_item * addr, int * rc);

/* Whether the connection that was set up last may not be replaced by one in clear. */

extern BOOL	dane_policy_forbids_clear(void);

/* The name to send as SNI, or NULL where that is the transport's own affair. */

extern uschar * dane_policy_sni(const smtp_connect_args * args);

/* Verifies a session (SSL * or gnutls_session_t) after its handshake; TRUE if the message may go over it, else *errstr says
why not. args->dane_policy_verified is then the truth about the server. */

extern BOOL	dane_policy_verify_session(smtp_connect_args * args, void * session, uschar ** errstr);

/* Why there was no TLS although the policy demands it: the server did not offer it, or it failed with errstr (or NULL). */

extern uschar * dane_policy_no_tls(smtp_connect_args * args, BOOL offered, const uschar * errstr);

#endif
