/*
 * libdane-policy: outbound DANE for SMTP (RFC 7672).
 *
 * Three steps, each usable alone:
 *
 *     lookup   domain -> MX hosts, addresses, TLSA records, each with its DNSSEC status
 *     verify   certificate chain x TLSA records x reference names -> matched or not, and why
 *     decide   level x MX x address x TLSA x certificate -> action and reason
 *
 * WHAT A MAIL SERVER NEEDS
 *
 *     dane_policy_context_new               once: settings, and a cache of what was proven
 *     dane_policy_context_set_level         how much DANE is demanded; dane_policy_context_set_trust_anchors and other settings
 *     dane_policy_lookup                    for each next hop: a destination, which holds all that follows
 *     dane_policy_destination_decision      for the domain: FAIL bounces, else why the message waits where no host is tried
 *     dane_policy_destination_host          a host, in the order to try them; dane_policy_destination_host_count, how many
 *     dane_policy_host_decision             before connecting: VERIFY, ENCRYPT, OPPORTUNISTIC, DEFER or FAIL
 *     dane_policy_host_sockaddr             where to connect, address by address
 *     dane_policy_host_server_name          the name to send as SNI
 *     dane_policy_verify                    after the handshake: the chain that the server showed
 *     dane_policy_verify_failure            or why there is none
 *     dane_policy_verification_decision     after connecting
 *     dane_policy_decision_action           of a decision: what to do
 *     dane_policy_decision_may_deliver      of one after connecting: the permission
 *     dane_policy_decision_tls_required     whether cleartext is forbidden
 *     dane_policy_decision_text             the line for log and queue
 *     dane_policy_verification_free, dane_policy_destination_free, dane_policy_context_free
 *
 * One without TLS of its own has dane_policy_connect_host in place of connecting and verifying.
 *
 * CALL SEQUENCES
 *
 * What the mail server brings along in all of them:
 *
 *     struct session;
 *
 *     // Connects, reads the greeting, says EHLO, or HELO where that is refused. 0 if that went
 *     // well, else DANE_POLICY_CERTIFICATE_CONNECTION_FAILED.
 *     int session_open(struct session *session, const struct sockaddr_storage *to, socklen_t length);
 *
 *     // A full handshake, never a resumed one; no SNI for NULL. 0 if that went well, else
 *     // DANE_POLICY_CERTIFICATE_NO_STARTTLS where it is not offered, or
 *     // DANE_POLICY_CERTIFICATE_HANDSHAKE_FAILED: also where STARTTLS is refused, and where
 *     // anything follows the reply to it (RFC 3207 section 6).
 *     int session_starttls(struct session *session, const char *server_name);
 *
 *     // The certificates as the server sent them, its own first. Servers with OpenSSL, GnuTLS or libtls
 *     // have dane_policy_openssl_verify and its like in place of this and dane_policy_verify.
 *     size_t session_chain(struct session *session, dane_policy_bytes *chain, size_t size);
 *
 *     // Sends the message. Only if TLS is not required it may do so without TLS, and after a
 *     // failed handshake connects again for that.
 *     int session_send(struct session *session, int tls_required);
 *
 *     // Remembers why the message has not gone out, in case it stays in the queue.
 *     void note_why_not(const dane_policy_decision *why);
 *     void bounce(const dane_policy_decision *why);
 *
 * 1. A mail server that lets the library find the hosts. One host, address by address: a
 * refusal at one leads to the next:
 *
 *     int try_address(struct session *session, const dane_policy_host *host, size_t index)
 *     {
 *         const dane_policy_decision *before = dane_policy_host_decision(host);
 *         const dane_policy_decision *after;
 *         dane_policy_verification *verification = NULL;
 *         struct sockaddr_storage address;
 *         socklen_t length;
 *         dane_policy_bytes chain[32];
 *         int failure, sent = 0;
 *
 *         dane_policy_host_sockaddr(host, index, &address, &length);
 *         failure = session_open(session, &address, length);
 *         if (failure == 0)
 *             failure = session_starttls(session, dane_policy_host_server_name(host));
 *         if (failure != 0)
 *             dane_policy_verify_failure(host, failure, &verification);
 *         else
 *             dane_policy_verify(host, chain, session_chain(session, chain, 32),
 *                                (int64_t) time(NULL), &verification);
 *
 *         // After an error the verification is NULL, so is the decision, and that defers.
 *         after = dane_policy_verification_decision(verification);
 *         if (dane_policy_decision_may_deliver(after))
 *             sent = session_send(session, dane_policy_decision_tls_required(before));
 *         else
 *             note_why_not(after);
 *         dane_policy_verification_free(verification);
 *         return sent;
 *     }
 *
 *     int try_host(struct session *session, const dane_policy_host *host)
 *     {
 *         const dane_policy_decision *decision = dane_policy_host_decision(host);
 *         int sent = 0;
 *         size_t i;
 *
 *         switch (dane_policy_decision_action(decision)) {
 *         case DANE_POLICY_ACTION_VERIFY:
 *         case DANE_POLICY_ACTION_ENCRYPT:
 *         case DANE_POLICY_ACTION_OPPORTUNISTIC:
 *             break;
 *         default:
 *             return 0;
 *         }
 *         for (i = 0; !sent && i < dane_policy_host_address_count(host); i++)
 *             sent = try_address(session, host, i);
 *         return sent;
 *     }
 *
 * and all of them:
 *
 *     int deliver(const dane_policy_context *context, struct session *session,
 *                 const char *domain)
 *     {
 *         dane_policy_destination *destination;
 *         const dane_policy_decision *decision;
 *         int sent = 0;
 *         size_t i;
 *
 *         if (dane_policy_lookup(context, domain, 25, &destination) != DANE_POLICY_OK) {
 *             note_why_not(NULL);
 *             return 0;
 *         }
 *         decision = dane_policy_destination_decision(destination);
 *         if (dane_policy_decision_action(decision) == DANE_POLICY_ACTION_FAIL) {
 *             bounce(decision);
 *         } else {
 *             // Stays the reason where no host is tried.
 *             note_why_not(decision);
 *             for (i = 0; !sent && i < dane_policy_destination_host_count(destination); i++)
 *                 sent = try_host(session, dane_policy_destination_host(destination, i));
 *         }
 *         dane_policy_destination_free(destination);
 *         return sent;
 *     }
 *
 * 2. A mail server that walks an MX list of its own. The destination is that of the next
 * hop. A host that is not in it defers, unless the administrator named it. So does FAIL, where
 * the list is not empty and the library finds no such domain: the two resolvers disagree:
 *
 *     int try_name(const dane_policy_context *context, struct session *session,
 *                  const dane_policy_destination *destination, const char *name,
 *                  int named_by_administrator)
 *     {
 *         const dane_policy_host *host = dane_policy_destination_find_host(destination, name);
 *         dane_policy_destination *configured = NULL;
 *         int sent;
 *
 *         if (host == NULL && named_by_administrator) {
 *             dane_policy_lookup_host(context, name, 25, NULL, DANE_POLICY_STATUS_CONFIGURED,
 *                                     &configured);
 *             host = dane_policy_destination_host(configured, 0);
 *         }
 *         // Stays the reason where the host is not tried.
 *         note_why_not(host != NULL ? dane_policy_host_decision(host)
 *                                   : dane_policy_destination_host_decision(destination, name));
 *         sent = try_host(session, host);
 *         dane_policy_destination_free(configured);
 *         return sent;
 *     }
 *
 * 3. A mail server with a validating DNS of its own; mx, address and lookup_status are what
 * its lookups ended with, the last that of the TLSA records. The decisions are static, and the
 * one after connecting is asked for permission:
 *
 *     const dane_policy_decision *own_dns(struct session *session,
 *                                         const struct sockaddr_storage *to, socklen_t length,
 *                                         int mx, int address, int lookup_status,
 *                                         const dane_policy_tlsa *records, size_t count,
 *                                         const char *const *names, size_t name_count)
 *     {
 *         const int level = DANE_POLICY_LEVEL_DANE;
 *         const int tlsa = dane_policy_tlsa_status(lookup_status, records, count);
 *         const dane_policy_decision *decision;
 *         dane_policy_verification *verification;
 *         dane_policy_bytes chain[32];
 *         int certificate;
 *
 *         decision = dane_policy_decide(level, mx, address, tlsa,
 *                                       DANE_POLICY_CERTIFICATE_NOT_APPLICABLE);
 *         switch (dane_policy_decision_action(decision)) {
 *         case DANE_POLICY_ACTION_VERIFY:
 *         case DANE_POLICY_ACTION_ENCRYPT:
 *         case DANE_POLICY_ACTION_OPPORTUNISTIC:
 *             break;
 *         default:
 *             return decision;
 *         }
 *         certificate = session_open(session, to, length);
 *         if (certificate == 0)
 *             certificate = session_starttls(session, name_count > 0 ? names[0] : NULL);
 *         if (certificate == 0) {
 *             dane_policy_verify_records(records, count, chain, session_chain(session, chain, 32),
 *                                        names, name_count, (int64_t) time(NULL), &verification);
 *             certificate = dane_policy_verification_certificate(verification);
 *             dane_policy_verification_free(verification);
 *         }
 *         return dane_policy_decide(level, mx, address, tlsa, certificate);
 *     }
 *
 * 4. A program without TLS of its own. The library connects, and the message goes over the very
 * connection that was verified:
 *
 *     // SMTP by dane_policy_session_read and dane_policy_session_write, EHLO first: 1 if the server
 *     // took the message, and never without its reply.
 *     int speak(dane_policy_session *session);
 *
 *     int deliver_by_session(const dane_policy_context *context, const char *domain)
 *     {
 *         dane_policy_destination *destination = NULL;
 *         const dane_policy_decision *decision;
 *         size_t i, hosts = 0;
 *         int sent = 0;
 *
 *         dane_policy_lookup(context, domain, 25, &destination);
 *         decision = dane_policy_destination_decision(destination);
 *         if (dane_policy_decision_action(decision) == DANE_POLICY_ACTION_FAIL) {
 *             bounce(decision);
 *         } else {
 *             // Stays the reason where no host is tried. After an error it is NULL, and that defers.
 *             note_why_not(decision);
 *             hosts = dane_policy_destination_host_count(destination);
 *         }
 *         for (i = 0; !sent && i < hosts; i++) {
 *             dane_policy_session *session;
 *             dane_policy_verification *why;
 *
 *             dane_policy_connect_host(context, dane_policy_destination_host(destination, i), &session,
 *                                      &why);
 *             if (session != NULL)
 *                 sent = speak(session);
 *             else
 *                 note_why_not(dane_policy_verification_decision(why));
 *             dane_policy_session_free(session);
 *             dane_policy_verification_free(why);
 *         }
 *         dane_policy_destination_free(destination);
 *         return sent;
 *     }
 *
 * 5. A mail server with an event loop. Many lookups at once on one thread, and one descriptor to
 * wait for; what stands for a message is the tag:
 *
 *     struct message;
 *     void resume(struct message *message, dane_policy_destination *destination);
 *
 *     int wants_policy(dane_policy_multi *multi, struct message *message, const char *domain)
 *     {
 *         return dane_policy_multi_lookup(multi, domain, 25, message);
 *     }
 *
 *     // While the descriptor is readable: dane_policy_multi_descriptor(multi), made once by
 *     // dane_policy_multi_new(context, &multi).
 *     void is_readable(dane_policy_multi *multi)
 *     {
 *         dane_policy_outcome *outcome;
 *
 *         dane_policy_multi_process(multi);
 *         while (dane_policy_multi_next(multi, &outcome) == DANE_POLICY_OK && outcome != NULL) {
 *             // NULL after an error, so is its decision, and that defers.
 *             resume(dane_policy_outcome_tag(outcome),
 *                    dane_policy_outcome_take_destination(outcome));
 *             dane_policy_outcome_free(outcome);
 *         }
 *     }
 *
 *     void forgets(dane_policy_multi *multi, struct message *message)
 *     {
 *         dane_policy_multi_cancel(multi, message);
 *     }
 *
 * RULES
 *
 * Ownership   What _new, lookup, verify, connect_host and next make is freed by its own _free, in any
 *             order: a destination keeps nothing of its context, a verification nothing of its host,
 *             an outcome nothing of its multi.
 *             What a getter returns lives as long as the object it came from. _free(NULL) does nothing.
 *             Out parameters come last and are NULL on failure. Pointers are NULL or valid: an
 *             object must not be used after it was freed.
 * Errors      DNS, TLS and policy outcomes are never errors; they are decisions inside the objects. A
 *             return code other than DANE_POLICY_OK is misuse or lack of memory, or ends a session: defer. Only
 *             DANE_POLICY_ERROR_AGAIN means to go on later.
 * Bad input   What each function makes of NULL and of numbers out of range: dane-policy(7), BAD INPUT.
 * Numbers     A result or a setting names its enum, so that cc -Wswitch-enum tells of a case that a switch forgot. A later
 *             version may add values: have a default, which defers. A last enumerator _FORCE_INT is no value.
 * Fail closed A step that was forgotten, NULL, zero or an error code never ends with permission to deliver.
 * Permission  Before connecting the action says what to do; afterwards dane_policy_decision_may_deliver says whether to send,
 *             of the decision of verify or verify_failure, or of decide with what the connection showed. Where
 *             tls_required is 1, before or after, it holds for this very session; where it is 0, for this host, in the
 *             clear too.
 * TLS         Where tls_required is 1, never fall back to cleartext, and never retry without TLS. Do not resume TLS
 *             sessions: a resumed session shows no chain. Reuse a connection only for an equal
 *             dane_policy_host_policy_key.
 * Raw keys    Take X.509 certificates alone, unless dane_policy_host_raw_key_usable is 1: then the handshake may offer to take
 *             a raw public key too (RFC 7250). One that the server showed goes to dane_policy_verify_raw_key, in place of
 *             a chain to dane_policy_verify; dane_policy_openssl_verify and dane_policy_gnutls_verify see which it is.
 * Row 23      OPPORTUNISTIC with tls_required 1 after a match: the MX records are insecure, the server
 *             was verified all the same. Deliver over that session; do not report it as DANE-verified.
 * Audit       After dane_policy_context_set_audit an OPPORTUNISTIC may have a reason: log its text, it says what
 *             would have been deferred.
 * Names       Domains are data, often a stranger's: an invalid one is a decision, not misuse. A-labels
 *             only; one final dot is accepted and removed.
 * Texts       One line of printable ASCII, never longer than 200 octets; names never longer than 255.
 * Threads     The library starts none. A const pointer may be used by several threads at once, another
 *             pointer by one. Calls block until done, at most the context's timeout; those of a multi
 *             never do, but for dane_policy_multi_wait; reads and writes of a session as it was set. No call is
 *             a cancellation point: pthread_cancel(3) takes effect behind it.
 * Fork        A context made before a fork works in every child. In another process than the one that made
 *             it a multi or a session can only be freed, which there closes its descriptors and nothing else.
 * Descriptors None outlives a call, but that of a session, and of a multi one as long as it lives and others while its
 *             calls run. All are close-on-exec. Descriptors 0, 1 and 2 are never used, also where they are closed.
 * Signals     No handler is installed, no alarm set, no child made; EINTR means go on; no write raises SIGPIPE.
 *             Never longjmp out of a call into the library, from a handler or otherwise.
 * chroot      Files are read in dane_policy_context_new and never later.
 * Panics      A fault in the library prints nothing and returns DANE_POLICY_ERROR_INTERNAL.
 * Memory      A call keeps at most 8 MiB of what a remote party sends and of what it makes of that; with all around it
 *             it takes 9 MiB from the heap at most, as measured. Where memory runs out a call has 4 MiB in reserve,
 *             set apart by the first call and never touched until then, to end with DANE_POLICY_ERROR_NO_MEMORY.
 *             Beyond that the process ends by abort(3), without a word.
 *             A context remembers at most 768 KiB of zone keys.
 * Stack       64 KiB do for every call.
 *
 * LIMITS, each of which defers and says so
 *
 *     64 DNS packets a call, and 24 more for each MX host
 *     250,000 units of computing a call, each of about a microsecond: signature checks by the size of key and exponent,
 *     digests, NSEC3 hashes by rounds and salt, octets and labels of replies; 0.3 s of CPU for a domain of 100 hosts, as measured
 *     8 MiB of replies kept; 8 failing signatures of an RRset; 4 keys of one tag
 *     the context's timeout, whatever is computed; measured up to 32 ms beyond it
 *     10 aliases in a row; 100 MX hosts; 32 addresses of a family
 *     an SMTP reply of 128 lines and 16 KiB; a message of a TLS handshake of 64 KiB
 *     a chain of 32 certificates and 100 KiB; 100 signature checks on it
 *     a session keeps 80 KiB of what was not read, and takes no more; a read or write ends after its timeout
 *     64 sockets open at once in a call; in all calls of a multi as dane_policy_multi_set_sockets says, and 64 MiB kept
 */

#ifndef DANE_POLICY_H
#define DANE_POLICY_H

/* Generated from src/ffi by `make header`; do not edit. */

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* The version of this header; dane_policy_version_number() tells that of the library that runs. */
#define DANE_POLICY_VERSION_MAJOR 1
#define DANE_POLICY_VERSION_MINOR 0
#define DANE_POLICY_VERSION_PATCH 0
#define DANE_POLICY_VERSION_NUMBER 0x010000

/**
 * How much DANE is demanded.
 */
typedef enum dane_policy_level {
    /**
     * Use DANE where the destination offers it (RFC 7672 section 2.2).
     */
    DANE_POLICY_LEVEL_DANE = 1,
    /**
     * Deliver only over a DANE-verified connection (RFC 7672 section 6, mandatory DANE).
     */
    DANE_POLICY_LEVEL_DANE_ONLY = 2,
    /**
     * No DANE: opportunistic TLS, and nothing about DNSSEC is asked. Not for dane_policy_decide.
     */
    DANE_POLICY_LEVEL_OFF = 3,
    /**
     * No value: it gives the type the size of int.
     */
    DANE_POLICY_LEVEL_FORCE_INT = 0x7fffffff,
} dane_policy_level;

/**
 * Where a DNSSEC status comes from.
 */
typedef enum dane_policy_dnssec {
    /**
     * Validate locally from the trust anchors; the resolver only carries records.
     */
    DANE_POLICY_DNSSEC_VALIDATE = 1,
    /**
     * The administrator vouches for the resolver and the way to it; its AD bit is the status.
     */
    DANE_POLICY_DNSSEC_TRUST_AD = 2,
    /**
     * No value: it gives the type the size of int.
     */
    DANE_POLICY_DNSSEC_FORCE_INT = 0x7fffffff,
} dane_policy_dnssec;

/**
 * The DNSSEC status of an RRset, and the values of the decision table's columns.
 */
typedef enum dane_policy_status {
    /**
     * Not looked up.
     */
    DANE_POLICY_STATUS_NOT_APPLICABLE = 0,
    /**
     * Proven authentic.
     */
    DANE_POLICY_STATUS_SECURE = 1,
    /**
     * Proven to be outside DNSSEC.
     */
    DANE_POLICY_STATUS_INSECURE = 2,
    /**
     * It does not exist.
     */
    DANE_POLICY_STATUS_NXDOMAIN = 3,
    /**
     * Not knowable: a proof failed, or no usable answer.
     */
    DANE_POLICY_STATUS_BOGUS = 4,
    /**
     * TLSA only: secure, but no record is usable.
     */
    DANE_POLICY_STATUS_UNUSABLE = 5,
    /**
     * MX only: named by the administrator; counts as secure.
     */
    DANE_POLICY_STATUS_CONFIGURED = 6,
    /**
     * Of an answer only: no usable answer. As an input it is decided as bogus.
     */
    DANE_POLICY_STATUS_INDETERMINATE = 7,
    /**
     * No value: it gives the type the size of int.
     */
    DANE_POLICY_STATUS_FORCE_INT = 0x7fffffff,
} dane_policy_status;

/**
 * What the connection showed.
 */
typedef enum dane_policy_certificate {
    /**
     * Not connected yet.
     */
    DANE_POLICY_CERTIFICATE_NOT_APPLICABLE = 0,
    /**
     * The chain matches a TLSA record.
     */
    DANE_POLICY_CERTIFICATE_SUCCESSFUL = 1,
    /**
     * A chain was seen and does not match.
     */
    DANE_POLICY_CERTIFICATE_UNSUCCESSFUL = 2,
    /**
     * The server does not offer STARTTLS.
     */
    DANE_POLICY_CERTIFICATE_NO_STARTTLS = 3,
    /**
     * STARTTLS was refused, or the TLS handshake failed.
     */
    DANE_POLICY_CERTIFICATE_HANDSHAKE_FAILED = 4,
    /**
     * No TCP connection, or no SMTP greeting.
     */
    DANE_POLICY_CERTIFICATE_CONNECTION_FAILED = 5,
    /**
     * TLS was established, and there is no usable TLSA record to match (RFC 7672 section 2.2).
     */
    DANE_POLICY_CERTIFICATE_ESTABLISHED = 6,
    /**
     * No value: it gives the type the size of int.
     */
    DANE_POLICY_CERTIFICATE_FORCE_INT = 0x7fffffff,
} dane_policy_certificate;

/**
 * What to do with the message.
 */
typedef enum dane_policy_action {
    /**
     * Deliver: the server is verified.
     */
    DANE_POLICY_ACTION_DELIVER = 1,
    /**
     * Try the next host, else keep the message in the queue.
     */
    DANE_POLICY_ACTION_DEFER = 2,
    /**
     * DANE does not apply: TLS if the server offers it, unauthenticated.
     */
    DANE_POLICY_ACTION_OPPORTUNISTIC = 3,
    /**
     * TLS is required, but nothing can be authenticated (RFC 7672 section 2.2.3).
     */
    DANE_POLICY_ACTION_ENCRYPT = 4,
    /**
     * Connect, require TLS, verify the chain, and decide again.
     */
    DANE_POLICY_ACTION_VERIFY = 5,
    /**
     * The domain accepts no mail (RFC 7505), or does not exist: bounce. Nothing else is permanent.
     */
    DANE_POLICY_ACTION_FAIL = 6,
    /**
     * No value: it gives the type the size of int.
     */
    DANE_POLICY_ACTION_FORCE_INT = 0x7fffffff,
} dane_policy_action;

/**
 * Whether DANE authenticated the server.
 */
typedef enum dane_policy_verification_outcome {
    /**
     * Known only after connecting.
     */
    DANE_POLICY_VERIFICATION_PENDING = 0,
    /**
     * A secure TLSA record matched, and the way to it was secure.
     */
    DANE_POLICY_VERIFICATION_SUCCESSFUL = 1,
    /**
     * Not authenticated.
     */
    DANE_POLICY_VERIFICATION_UNSUCCESSFUL = 2,
    /**
     * No value: it gives the type the size of int.
     */
    DANE_POLICY_VERIFICATION_FORCE_INT = 0x7fffffff,
} dane_policy_verification_outcome;

/**
 * The reason of a decision; its text is part of the contract.
 */
typedef enum dane_policy_reason {
    /**
     * Nothing to explain.
     */
    DANE_POLICY_REASON_NONE = 0,
    /**
     * The chain matches no TLSA record.
     */
    DANE_POLICY_REASON_NOT_TRUSTED = 1,
    /**
     * MX, address or TLSA lie outside DNSSEC, and DANE is mandatory.
     */
    DANE_POLICY_REASON_NON_DNSSEC = 2,
    /**
     * No TLSA record, and DANE is mandatory.
     */
    DANE_POLICY_REASON_NO_TLSA = 3,
    /**
     * The TLSA lookup failed.
     */
    DANE_POLICY_REASON_TLSA_LOOKUP = 4,
    /**
     * The MX or address lookup failed or found nothing; with FAIL the domain does not exist, or has neither.
     */
    DANE_POLICY_REASON_NOT_FOUND = 5,
    /**
     * Secure TLSA records, none usable, and DANE is mandatory.
     */
    DANE_POLICY_REASON_NO_USABLE_TLSA = 6,
    /**
     * The server does not offer STARTTLS.
     */
    DANE_POLICY_REASON_TLS_NOT_OFFERED = 7,
    /**
     * STARTTLS was refused, or the TLS handshake failed.
     */
    DANE_POLICY_REASON_HANDSHAKE_FAILED = 8,
    /**
     * No TCP connection, or no SMTP greeting.
     */
    DANE_POLICY_REASON_CONNECTION_FAILED = 9,
    /**
     * Null MX.
     */
    DANE_POLICY_REASON_NO_MAIL = 10,
    /**
     * The host is not in the MX records that were looked up.
     */
    DANE_POLICY_REASON_NOT_IN_MX = 11,
    /**
     * No decision was made.
     */
    DANE_POLICY_REASON_UNAVAILABLE = 12,
    /**
     * No value: it gives the type the size of int.
     */
    DANE_POLICY_REASON_FORCE_INT = 0x7fffffff,
} dane_policy_reason;

/**
 * The fine print of a reason, for programs.
 */
typedef enum dane_policy_detail {
    /**
     * Nothing to add.
     */
    DANE_POLICY_DETAIL_NONE = 0,
    /**
     * The MX RRset, or an alias on the way to it, is insecure.
     */
    DANE_POLICY_DETAIL_MX_INSECURE = 1,
    /**
     * The proof of the MX RRset failed.
     */
    DANE_POLICY_DETAIL_MX_BOGUS = 2,
    /**
     * The domain does not exist, or its MX records name no host.
     */
    DANE_POLICY_DETAIL_MX_NONE = 3,
    /**
     * The address RRset is insecure.
     */
    DANE_POLICY_DETAIL_ADDRESS_INSECURE = 4,
    /**
     * The proof of an address RRset failed.
     */
    DANE_POLICY_DETAIL_ADDRESS_BOGUS = 5,
    /**
     * The host has no address, or without MX records the domain itself.
     */
    DANE_POLICY_DETAIL_ADDRESS_NONE = 6,
    /**
     * The TLSA RRset is insecure.
     */
    DANE_POLICY_DETAIL_TLSA_INSECURE = 7,
    /**
     * The proof of the TLSA RRset failed.
     */
    DANE_POLICY_DETAIL_TLSA_BOGUS = 8,
    /**
     * There is no TLSA RRset.
     */
    DANE_POLICY_DETAIL_TLSA_NONE = 9,
    /**
     * No TLSA record is usable.
     */
    DANE_POLICY_DETAIL_TLSA_UNUSABLE = 10,
    /**
     * No TLSA record matches the chain.
     */
    DANE_POLICY_DETAIL_NO_MATCH = 11,
    /**
     * The certificate names none of the reference identifiers.
     */
    DANE_POLICY_DETAIL_NAME_MISMATCH = 12,
    /**
     * A certificate has expired.
     */
    DANE_POLICY_DETAIL_EXPIRED = 13,
    /**
     * The chain does not lead to the trust anchor.
     */
    DANE_POLICY_DETAIL_CHAIN_INVALID = 14,
    /**
     * The record names a certificate that the server did not send.
     */
    DANE_POLICY_DETAIL_TA_ABSENT = 15,
    /**
     * The resolver removes DNSSEC records.
     */
    DANE_POLICY_DETAIL_RESOLVER_STRIPS_DNSSEC = 16,
    /**
     * No answer in time.
     */
    DANE_POLICY_DETAIL_TIMEOUT = 17,
    /**
     * Not a usable domain name.
     */
    DANE_POLICY_DETAIL_NAME_INVALID = 18,
    /**
     * The resolver reported a failure.
     */
    DANE_POLICY_DETAIL_SERVER_FAILURE = 19,
    /**
     * The resolver did not vouch for the signed root.
     */
    DANE_POLICY_DETAIL_RESOLVER_DOES_NOT_VALIDATE = 20,
    /**
     * The answer demands more work than one call may spend.
     */
    DANE_POLICY_DETAIL_BUDGET_EXCEEDED = 21,
    /**
     * The next hop or MX target is an IP address.
     */
    DANE_POLICY_DETAIL_ADDRESS_LITERAL = 22,
    /**
     * The server does not offer STARTTLS.
     */
    DANE_POLICY_DETAIL_NO_STARTTLS = 23,
    /**
     * The server refused the STARTTLS command.
     */
    DANE_POLICY_DETAIL_STARTTLS_REFUSED = 24,
    /**
     * The TLS handshake failed.
     */
    DANE_POLICY_DETAIL_HANDSHAKE_FAILED = 25,
    /**
     * No TCP connection, or no SMTP greeting.
     */
    DANE_POLICY_DETAIL_CONNECTION_FAILED = 26,
    /**
     * The domain publishes a null MX.
     */
    DANE_POLICY_DETAIL_NULL_MX = 27,
    /**
     * The host is not among the MX hosts.
     */
    DANE_POLICY_DETAIL_HOST_NOT_IN_MX = 28,
    /**
     * No decision was made.
     */
    DANE_POLICY_DETAIL_POLICY_UNAVAILABLE = 29,
    /**
     * The record matches.
     */
    DANE_POLICY_DETAIL_MATCHED = 30,
    /**
     * Matched, although the key is weak.
     */
    DANE_POLICY_DETAIL_WEAK_KEY = 31,
    /**
     * Set aside for a stronger digest (RFC 7671 section 9).
     */
    DANE_POLICY_DETAIL_WEAKER_DIGEST = 32,
    /**
     * Certificate usage other than DANE-TA and DANE-EE.
     */
    DANE_POLICY_DETAIL_USAGE_UNSUPPORTED = 33,
    /**
     * Unknown selector.
     */
    DANE_POLICY_DETAIL_SELECTOR_UNKNOWN = 34,
    /**
     * Unknown matching type.
     */
    DANE_POLICY_DETAIL_MATCHING_TYPE_UNKNOWN = 35,
    /**
     * Empty, truncated or unparsable association data.
     */
    DANE_POLICY_DETAIL_DATA_MALFORMED = 36,
    /**
     * A certificate is not valid yet.
     */
    DANE_POLICY_DETAIL_NOT_YET_VALID = 37,
    /**
     * The chain is larger than verification allows.
     */
    DANE_POLICY_DETAIL_LIMIT_EXCEEDED = 38,
    /**
     * Too many aliases, or a loop of them.
     */
    DANE_POLICY_DETAIL_ALIAS_LOOP = 39,
    /**
     * DANE is switched off for this destination.
     */
    DANE_POLICY_DETAIL_DANE_OFF = 40,
    /**
     * No key of the zone is the configured trust anchor: a matter of this host or its resolver, and of no domain's owner.
     */
    DANE_POLICY_DETAIL_TRUST_ANCHOR = 41,
    /**
     * No value: it gives the type the size of int.
     */
    DANE_POLICY_DETAIL_FORCE_INT = 0x7fffffff,
} dane_policy_detail;

/**
 * What the reason speaks of.
 */
typedef enum dane_policy_scope {
    /**
     * One MX host.
     */
    DANE_POLICY_SCOPE_HOST = 1,
    /**
     * The whole domain: a refusal is recorded against it, never against a host.
     */
    DANE_POLICY_SCOPE_DOMAIN = 2,
    /**
     * No value: it gives the type the size of int.
     */
    DANE_POLICY_SCOPE_FORCE_INT = 0x7fffffff,
} dane_policy_scope;

/**
 * How the chain fared.
 */
typedef enum dane_policy_result {
    /**
     * No chain was seen.
     */
    DANE_POLICY_RESULT_NONE = 0,
    /**
     * A usable record matches.
     */
    DANE_POLICY_RESULT_MATCHED = 1,
    /**
     * No usable record matches.
     */
    DANE_POLICY_RESULT_MISMATCHED = 2,
    /**
     * There is nothing to match against.
     */
    DANE_POLICY_RESULT_NO_USABLE_RECORDS = 3,
    /**
     * No value: it gives the type the size of int.
     */
    DANE_POLICY_RESULT_FORCE_INT = 0x7fffffff,
} dane_policy_result;

/**
 * What a function returns that can fail. DNS, TLS and policy outcomes are never errors: they are inside the objects.
 */
typedef enum dane_policy_error {
    /**
     * Done.
     */
    DANE_POLICY_OK = 0,
    /**
     * NULL where an object is needed, a number out of range, or a text that does not parse.
     */
    DANE_POLICY_ERROR_MISUSE = 1,
    /**
     * Memory ran out. Defer.
     */
    DANE_POLICY_ERROR_NO_MEMORY = 2,
    /**
     * A fault in the library, or no descriptor to work with. Defer.
     */
    DANE_POLICY_ERROR_INTERNAL = 3,
    /**
     * Of a session: the connection was cut, or time ran out; dane_policy_session_text says which. What became of a message
     * is known from the replies that were read: without one, send it again later.
     */
    DANE_POLICY_ERROR_CONNECTION = 4,
    /**
     * Of a session that does not block: nothing can be read or written now. It goes on.
     */
    DANE_POLICY_ERROR_AGAIN = 5,
    /**
     * No value: it gives the type the size of int.
     */
    DANE_POLICY_ERROR_FORCE_INT = 0x7fffffff,
} dane_policy_error;

/**
 * Configuration, a bounded cache of zone keys, no thread and no descriptor.
 */
typedef struct dane_policy_context dane_policy_context;

/**
 * What to do, and why.
 */
typedef struct dane_policy_decision dane_policy_decision;

/**
 * A domain and the hosts that take its mail.
 */
typedef struct dane_policy_destination dane_policy_destination;

/**
 * One MX host: part of a destination, and freed with it.
 */
typedef struct dane_policy_host dane_policy_host;

/**
 * Calls under way on one thread, with one descriptor to wait for.
 */
typedef struct dane_policy_multi dane_policy_multi;

/**
 * A call that is done.
 */
typedef struct dane_policy_outcome dane_policy_outcome;

/**
 * SMTP over the connection that was verified, in the process that connected.
 */
typedef struct dane_policy_session dane_policy_session;

/**
 * A certificate chain judged, or a connection that showed none.
 */
typedef struct dane_policy_verification dane_policy_verification;

/**
 * Octets that somebody else owns.
 */
typedef struct dane_policy_bytes {
    /**
     * May be NULL where `length` is 0.
     */
    const uint8_t *data;
    /**
     * Number of octets.
     */
    size_t length;
} dane_policy_bytes;

/**
 * A TLSA record (RFC 6698 section 2.1).
 */
typedef struct dane_policy_tlsa {
    /**
     * Certificate usage.
     */
    uint8_t usage;
    /**
     * Selector.
     */
    uint8_t selector;
    /**
     * Matching type.
     */
    uint8_t matching_type;
    /**
     * Certificate association data.
     */
    struct dane_policy_bytes data;
} dane_policy_tlsa;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Makes a context; reads /etc/resolv.conf now. A missing file means 127.0.0.1, an unreadable one that
 * every lookup is indeterminate. The trust anchors are the root's, those that are built in and those of the system's files,
 * where there are any: /usr/share/dns/root.key, /var/lib/unbound/root.key and /etc/unbound/root.key, or those that the package
 * names. One that cannot be used is passed over; dane_policy_context_error says which and why. Free it with
 * dane_policy_context_free.
 */
dane_policy_error dane_policy_context_new(struct dane_policy_context **out);

/**
 * Frees a context; what was made with it stays valid. NULL is allowed.
 */
void dane_policy_context_free(struct dane_policy_context *context);

/**
 * Sets the level: DANE_POLICY_LEVEL_DANE (default), DANE_POLICY_LEVEL_DANE_ONLY, or DANE_POLICY_LEVEL_OFF: nothing is
 * validated, no TLSA record asked for, and mail goes by opportunistic TLS, detail DANE_POLICY_DETAIL_DANE_OFF.
 */
dane_policy_error dane_policy_context_set_level(struct dane_policy_context *context,
                                                dane_policy_level level);

/**
 * Sets the level for one next hop, compared whole, case and one final dot ignored, such as DANE_POLICY_LEVEL_OFF for one
 * whose DNSSEC is broken. Applies to dane_policy_lookup and dane_policy_check of this domain, and to
 * dane_policy_lookup_host for it (for the host itself without a next hop). DANE_POLICY_ERROR_MISUSE if it is neither a
 * domain name nor an address literal.
 */
dane_policy_error dane_policy_context_set_destination_level(struct dane_policy_context *context,
                                                            const char *domain,
                                                            dane_policy_level level);

/**
 * Turns audit on (not 0) or off (0, the default): failures are told and do not stop mail (RFC 7672 section 9.1). A
 * DEFER becomes OPPORTUNISTIC with TLS not required; reason, detail and text stay, to be logged. VERIFY and
 * ENCRYPT keep their action with TLS not required. What DANE has nothing to do with stays: host or domain name not
 * found, connection failed, host not in MX records, policy not available still defer, FAIL still bounces; and an
 * insecure null MX at DANE-only, which leaves no host to deliver to, still defers.
 */
dane_policy_error dane_policy_context_set_audit(struct dane_policy_context *context,
                                                int on);

/**
 * Sets where a DNSSEC status comes from: DANE_POLICY_DNSSEC_VALIDATE (default), local validation, or
 * DANE_POLICY_DNSSEC_TRUST_AD, the resolver's AD bit. TRUST_AD is safe only with a validating resolver
 * that you run, on a path that nobody else can write to.
 */
dane_policy_error dane_policy_context_set_dnssec(struct dane_policy_context *context,
                                                 dane_policy_dnssec mode);

/**
 * Adds a name server: "192.0.2.1", "192.0.2.1:5353" or "[2001:db8::1]:53". The first replaces those of
 * resolv.conf, later ones append.
 */
dane_policy_error dane_policy_context_add_nameserver(struct dane_policy_context *context,
                                                     const char *address);

/**
 * Replaces the name servers by those of a resolv.conf text, for instance where the file is out of reach.
 */
dane_policy_error dane_policy_context_set_resolv_conf(struct dane_policy_context *context,
                                                      const char *text,
                                                      size_t length);

/**
 * Replaces the root's anchors, built-in and the system's, by DS and DNSKEY lines, of any zones:
 * ". IN DS 20326 8 2 E06D...". Of a DNSKEY line that a resolver keeps with a state, ";;state=1", the key is an anchor only in
 * states 2, valid, and 3, missing (RFC 5011 section 4); one in state 4, revoked, is none by whatever other line. A line that
 * is neither is DANE_POLICY_ERROR_MISUSE, a digest that has not the length of its type, and an anchor that is not supported
 * where no other of its name is; then nothing changes.
 */
dane_policy_error dane_policy_context_set_trust_anchors(struct dane_policy_context *context,
                                                        const char *text,
                                                        size_t length);

/**
 * Says whether zones that SHA-1 secures are secure (not 0, the default) or not (0). Off, the algorithms RSASHA1 and
 * RSASHA1-NSEC3-SHA1 and DS records with a SHA-1 digest count as not supported, as RFC 9905 section 2 asks of operators: what
 * nothing else secures is insecure, and the text says so; below a trust anchor of that kind everything is bogus. With
 * DANE_POLICY_DNSSEC_TRUST_AD it changes nothing: there the resolver decides.
 */
dane_policy_error dane_policy_context_set_sha1(struct dane_policy_context *context,
                                               int on);

/**
 * Sets the time that one call may take in all, in milliseconds; 30000 by default.
 */
dane_policy_error dane_policy_context_set_timeout(struct dane_policy_context *context,
                                                  uint32_t milliseconds);

/**
 * Sets the name that dane_policy_check says in EHLO: a domain name or an address literal, "[192.0.2.1]" or
 * "[IPv6:2001:db8::1]"; another is DANE_POLICY_ERROR_MISUSE. By default it is this machine's name, and where that is
 * neither, the address literal of the connection's own end (RFC 5321 section 4.1.4).
 */
dane_policy_error dane_policy_context_set_ehlo_name(struct dane_policy_context *context,
                                                    const char *name);

/**
 * Fixes the clock, in seconds since 1970: for tests and replays.
 */
dane_policy_error dane_policy_context_set_time(struct dane_policy_context *context,
                                               int64_t unix_seconds);

/**
 * Why the last function that sets something of this context refused it, with the line where a text has lines; "" after one
 * that did not. Before any of them, the first file of the system with trust anchors that cannot be used, why, and "" where there
 * is none. One line of printable ASCII, at most 200 octets, which lives until the next of them is called. NULL only for NULL.
 */
const char *dane_policy_context_error(const struct dane_policy_context *context);

/**
 * Looks up everything DNS says of a domain's mail: MX, then addresses and TLSA records of every host,
 * within the context's timeout. `domain` is the next hop, a domain of A-labels or an address literal;
 * `port` is where mail goes, 25 as a rule.
 *
 * Every DNS outcome, and a domain that is no name, is inside *out. Fails only with
 * DANE_POLICY_ERROR_MISUSE (NULL, or port 0), _NO_MEMORY or _INTERNAL; then *out is NULL: defer.
 */
dane_policy_error dane_policy_lookup(const struct dane_policy_context *context,
                                     const char *domain,
                                     uint16_t port,
                                     struct dane_policy_destination **out);

/**
 * Looks up one host whose MX status you know: DANE_POLICY_STATUS_CONFIGURED for a host that the
 * administrator named (smart host, manual route), or the status of your own validated MX lookup.
 * DANE_POLICY_STATUS_NOT_APPLICABLE is decided as bogus. `next_hop` is the domain that the host was found
 * for, a reference identifier where the MX is secure; or NULL.
 *
 * It is never FAIL. Returns as dane_policy_lookup; a status that MX cannot have is DANE_POLICY_ERROR_MISUSE.
 */
dane_policy_error dane_policy_lookup_host(const struct dane_policy_context *context,
                                          const char *host,
                                          uint16_t port,
                                          const char *next_hop,
                                          int mx_status,
                                          struct dane_policy_destination **out);

/**
 * Frees a destination with its hosts and decisions. NULL is allowed.
 */
void dane_policy_destination_free(struct dane_policy_destination *destination);

/**
 * The status of the MX records: DANE_POLICY_STATUS_...; BOGUS for NULL.
 */
dane_policy_status dane_policy_destination_mx_status(const struct dane_policy_destination *destination);

/**
 * Number of DNS packets that the lookup sent, those that probe the resolver apart.
 */
uint32_t dane_policy_destination_queries(const struct dane_policy_destination *destination);

/**
 * The decision for the domain before connecting: that of the first host that does not defer, or where all do, of the
 * best of them. FAIL, which bounces, for a null MX, and where DNS denies the domain, or MX records and addresses of both
 * families; at DANE-only only where every denial is secure. NULL for NULL, which the decision getters take as DEFER.
 */
const struct dane_policy_decision *dane_policy_destination_decision(const struct dane_policy_destination *destination);

/**
 * Number of hosts, at most 100; 0 where the domain-wide decision says why.
 */
size_t dane_policy_destination_host_count(const struct dane_policy_destination *destination);

/**
 * A host, in preference order; NULL beyond the last.
 */
const struct dane_policy_host *dane_policy_destination_host(const struct dane_policy_destination *destination,
                                                            size_t index);

/**
 * The host of that name, case and one final dot ignored; NULL if there is none.
 */
const struct dane_policy_host *dane_policy_destination_find_host(const struct dane_policy_destination *destination,
                                                                 const char *name);

/**
 * The decision before connecting for the host of that name. For a name that is not in the destination,
 * or NULL: DEFER, "host not in MX records"; its text names the destination. Take a FAIL of DANE_POLICY_REASON_NOT_FOUND for
 * a DEFER: your resolver found hosts where the library's found no domain. NULL only where destination is NULL, which the
 * decision getters take as DEFER.
 */
const struct dane_policy_decision *dane_policy_destination_host_decision(const struct dane_policy_destination *destination,
                                                                         const char *name);

/**
 * The host's name as in the MX record, in lower case and without a final dot, at most 255 octets. Of what is no name, the
 * beginning, with octets that are not printable ASCII as \x0a. NULL only for NULL.
 */
const char *dane_policy_host_name(const struct dane_policy_host *host);

/**
 * The MX preference; 0 where the host was not found by MX.
 */
uint16_t dane_policy_host_preference(const struct dane_policy_host *host);

/**
 * The port the lookup was made for.
 */
uint16_t dane_policy_host_port(const struct dane_policy_host *host);

/**
 * The status of the host's addresses: DANE_POLICY_STATUS_...; BOGUS for NULL.
 */
dane_policy_status dane_policy_host_address_status(const struct dane_policy_host *host);

/**
 * The status of the host's TLSA records: DANE_POLICY_STATUS_...; BOGUS for NULL.
 */
dane_policy_status dane_policy_host_tlsa_status(const struct dane_policy_host *host);

/**
 * The TLSA base domain (RFC 7672 section 2.2.3). NULL if there is none.
 */
const char *dane_policy_host_base_domain(const struct dane_policy_host *host);

/**
 * The name to send as SNI: the TLSA base domain (RFC 7672 section 8.1), or without one the host's name. NULL for an
 * address, of which there is no SNI, and for what is no host name: servers end a handshake with such (RFC 6066 section 3).
 */
const char *dane_policy_host_server_name(const struct dane_policy_host *host);

/**
 * Number of addresses found.
 */
size_t dane_policy_host_address_count(const struct dane_policy_host *host);

/**
 * An address as text, such as "192.0.2.1" or "2001:db8::1"; NULL beyond the last.
 */
const char *dane_policy_host_address(const struct dane_policy_host *host, size_t index);

/**
 * Number of reference identifiers (RFC 7672 section 3.2.2).
 */
size_t dane_policy_host_reference_name_count(const struct dane_policy_host *host);

/**
 * A reference identifier, the TLSA base domain first; NULL beyond the last.
 */
const char *dane_policy_host_reference_name(const struct dane_policy_host *host, size_t index);

/**
 * Number of secure TLSA records, usable or not.
 */
size_t dane_policy_host_tlsa_count(const struct dane_policy_host *host);

/**
 * Copies a TLSA record to *out; its data lives as long as the host. DANE_POLICY_ERROR_MISUSE, and *out
 * all zero, beyond the last or for NULL.
 */
dane_policy_error dane_policy_host_tlsa(const struct dane_policy_host *host,
                                        size_t index,
                                        struct dane_policy_tlsa *out);

/**
 * 1 if a TLSA record is usable, else 0.
 */
int dane_policy_host_tlsa_usable(const struct dane_policy_host *host, size_t index);

/**
 * 1 if the handshake may offer to take a raw public key (RFC 7250), which goes to dane_policy_verify_raw_key: the decision is
 * VERIFY and every usable TLSA record is DANE-EE(3) SPKI(1) (RFC 7671 section 5.1). Else 0: offer X.509 certificates alone.
 */
int dane_policy_host_raw_key_usable(const struct dane_policy_host *host);

/**
 * The policy-domain of a TLS report (RFC 8460 section 4.4): the TLSA base domain, else the host's name. NULL only for
 * NULL.
 */
const char *dane_policy_host_tlsrpt_domain(const struct dane_policy_host *host);

/**
 * A policy-string of a TLS report: a TLSA record as text, "3 1 1 0123...", in the order of dane_policy_host_tlsa. NULL
 * beyond the last.
 */
const char *dane_policy_host_tlsrpt_string(const struct dane_policy_host *host,
                                           size_t index);

/**
 * A printable digest over level, action, port, base domain, usable records and reference names. Reuse a
 * connection or a TLS session only for an equal key. NULL for NULL, and NULL never equals.
 */
const char *dane_policy_host_policy_key(const struct dane_policy_host *host);

/**
 * The decision before connecting: VERIFY, ENCRYPT, OPPORTUNISTIC, DEFER or FAIL. NULL for NULL, which the
 * decision getters take as DEFER.
 */
const struct dane_policy_decision *dane_policy_host_decision(const struct dane_policy_host *host);

/**
 * Copies an address to *out as connect(2) takes it, with the port that the lookup was made for, and its length to *length.
 * The order is that of dane_policy_host_address. DANE_POLICY_ERROR_MISUSE beyond the last and for NULL; then *out is all zero
 * and *length 0, with which connect(2) fails.
 */
dane_policy_error dane_policy_host_sockaddr(const struct dane_policy_host *host,
                                            size_t index,
                                            struct sockaddr_storage *out,
                                            socklen_t *length);

/**
 * Verifies a certificate chain against a host's TLSA records. chain[0] is the server's certificate, in
 * DER as sent; the order of the rest does not matter. `now` is in seconds since 1970. Works offline.
 *
 * The certificate may have 100 KiB; DANE-TA looks at chains of at most 32 certificates and 100 KiB in all and
 * spends at most 100 signature checks. Beyond that the chain does not match, with
 * DANE_POLICY_DETAIL_LIMIT_EXCEEDED. An empty chain is a mismatch.
 *
 * The decision of the result is by the table. On a host whose decision is ENCRYPT any chain of at least one certificate
 * is good, and an empty one defers, "TLS handshake failed"; OPPORTUNISTIC, DEFER and FAIL stay.
 */
dane_policy_error dane_policy_verify(const struct dane_policy_host *host,
                                     const struct dane_policy_bytes *chain,
                                     size_t chain_length,
                                     int64_t now,
                                     struct dane_policy_verification **out);

/**
 * Verifies a raw public key (RFC 7250) that the server showed in place of certificates: a bare SubjectPublicKeyInfo in DER
 * as sent. DANE-EE(3) SPKI(1) records can match it, and no others. `now` is as in dane_policy_verify.
 *
 * It may have 100 KiB; beyond that it does not match, with DANE_POLICY_DETAIL_LIMIT_EXCEEDED. An empty key, and octets that
 * are none, are a mismatch.
 *
 * The decision of the result is as after dane_policy_verify, an empty key as an empty chain. Offer to take a raw public key
 * only where dane_policy_host_raw_key_usable gives 1.
 */
dane_policy_error dane_policy_verify_raw_key(const struct dane_policy_host *host,
                                             struct dane_policy_bytes spki,
                                             int64_t now,
                                             struct dane_policy_verification **out);

/**
 * Tells how a connection ended before a chain was seen: DANE_POLICY_CERTIFICATE_NO_STARTTLS,
 * _HANDSHAKE_FAILED (STARTTLS refused too) or _CONNECTION_FAILED; another value is
 * DANE_POLICY_ERROR_MISUSE. The decision of the result is by the table: CONNECTION_FAILED defers at
 * ENCRYPT and OPPORTUNISTIC, the others only at ENCRYPT; DEFER and FAIL stay.
 */
dane_policy_error dane_policy_verify_failure(const struct dane_policy_host *host,
                                             int certificate,
                                             struct dane_policy_verification **out);

/**
 * Frees a verification with its decision. NULL is allowed. One that came from a report is freed with it.
 */
void dane_policy_verification_free(struct dane_policy_verification *verification);

/**
 * DANE_POLICY_RESULT_NONE (no chain was seen), _MATCHED, _MISMATCHED or _NO_USABLE_RECORDS; MISMATCHED
 * for NULL.
 */
dane_policy_result dane_policy_verification_result(const struct dane_policy_verification *verification);

/**
 * The certificate argument for dane_policy_decide: SUCCESSFUL for MATCHED, UNSUCCESSFUL for MISMATCHED and
 * NULL, ESTABLISHED for NO_USABLE_RECORDS (UNSUCCESSFUL where the chain was empty), and the value given to
 * dane_policy_verify_failure.
 */
dane_policy_certificate dane_policy_verification_certificate(const struct dane_policy_verification *verification);

/**
 * The most telling detail: DANE_POLICY_DETAIL_...
 */
dane_policy_detail dane_policy_verification_detail(const struct dane_policy_verification *verification);

/**
 * The depth of the certificate that matched in the chain as built; 0 is the server's, -1 is none. For a
 * bare key it is the depth of the certificate that the key signed.
 */
int dane_policy_verification_depth(const struct dane_policy_verification *verification);

/**
 * The reference identifier that the certificate names; NULL where names do not matter (DANE-EE) or none
 * matched.
 */
const char *dane_policy_verification_name(const struct dane_policy_verification *verification);

/**
 * The result in words: one line of printable ASCII. NULL only for NULL.
 */
const char *dane_policy_verification_text(const struct dane_policy_verification *verification);

/**
 * Number of TLSA records that were judged, usable or not.
 */
size_t dane_policy_verification_record_count(const struct dane_policy_verification *verification);

/**
 * Index of the TLSA record that matched, or -1.
 */
int dane_policy_verification_record_index(const struct dane_policy_verification *verification);

/**
 * Why one TLSA record matched, did not match or was not used: DANE_POLICY_DETAIL_...; NONE for a record that was
 * not tried because another matched, and beyond the last.
 */
dane_policy_detail dane_policy_verification_record_detail(const struct dane_policy_verification *verification,
                                                          size_t index);

/**
 * The same in words, and where a record does not match, what would; NULL beyond the last.
 */
const char *dane_policy_verification_record_text(const struct dane_policy_verification *verification,
                                                 size_t index);

/**
 * The decision after connecting. NULL after dane_policy_verify_records and for NULL, which the decision
 * getters take as DEFER.
 */
const struct dane_policy_decision *dane_policy_verification_decision(const struct dane_policy_verification *verification);

/**
 * What to do: DANE_POLICY_ACTION_DELIVER, _DEFER, _OPPORTUNISTIC, _ENCRYPT, _VERIFY or _FAIL.
 * DEFER for NULL.
 */
dane_policy_action dane_policy_decision_action(const struct dane_policy_decision *decision);

/**
 * Whether DANE authenticated the server: DANE_POLICY_VERIFICATION_PENDING, _SUCCESSFUL or _UNSUCCESSFUL.
 */
dane_policy_verification_outcome dane_policy_decision_verification(const struct dane_policy_decision *decision);

/**
 * Why: DANE_POLICY_REASON_...; of an OPPORTUNISTIC it is NONE, or where audit is on, what would have deferred.
 */
dane_policy_reason dane_policy_decision_reason(const struct dane_policy_decision *decision);

/**
 * Which RRset or check gave the reason: DANE_POLICY_DETAIL_...
 */
dane_policy_detail dane_policy_decision_detail(const struct dane_policy_decision *decision);

/**
 * What the reason speaks of: DANE_POLICY_SCOPE_HOST or DANE_POLICY_SCOPE_DOMAIN. Record a refusal of scope DOMAIN
 * against the domain, never against the host. HOST for NULL.
 */
dane_policy_scope dane_policy_decision_scope(const struct dane_policy_decision *decision);

/**
 * Whether cleartext is forbidden: 0 only for OPPORTUNISTIC before and without a match, and where audit is on, else 1.
 * Keep the value from before the connection for the whole attempt.
 */
int dane_policy_decision_tls_required(const struct dane_policy_decision *decision);

/**
 * Whether a message may go out: 1 for DELIVER, ENCRYPT and OPPORTUNISTIC of a decision after connecting, else 0. Such are
 * those of dane_policy_verify, dane_policy_verify_failure and dane_policy_decide with a certificate other than
 * NOT_APPLICABLE; the decision of a destination, host or report never permits. Where tls_required is 1, before or
 * after connecting, the permission is for this very session; where it is 0, for this host, in the clear too.
 */
int dane_policy_decision_may_deliver(const struct dane_policy_decision *decision);

/**
 * The short text of the reason, exactly as in the decision table; "" where there is none. Never NULL.
 */
const char *dane_policy_decision_reason_text(const struct dane_policy_decision *decision);

/**
 * The full line for log and queue: the reason with the names and facts filled in. One line of
 * printable ASCII, at most 200 octets; one that was cut ends in three dots. Never NULL; lives as long as the decision.
 */
const char *dane_policy_decision_text(const struct dane_policy_decision *decision);

/**
 * The enhanced status code (RFC 3463), such as "4.7.5"; "" where there is no reason. Never NULL.
 */
const char *dane_policy_decision_enhanced_status(const struct dane_policy_decision *decision);

/**
 * The failure to report by TLSRPT (RFC 8460), as libtlsrpt's number; 0 if none.
 */
int dane_policy_decision_tlsrpt_result(const struct dane_policy_decision *decision);

/**
 * The same as RFC 8460's word, such as "validation-failure"; "" if none. Never NULL.
 */
const char *dane_policy_decision_tlsrpt_result_type(const struct dane_policy_decision *decision);

/**
 * Verifies a chain against TLSA records that you looked up yourself, all of them secure. The first
 * reference name is the TLSA base domain. Limits as for dane_policy_verify. The result has no decision: give
 * dane_policy_verification_certificate to dane_policy_decide.
 */
dane_policy_error dane_policy_verify_records(const struct dane_policy_tlsa *records,
                                             size_t record_count,
                                             const struct dane_policy_bytes *chain,
                                             size_t chain_length,
                                             const char *const *reference_names,
                                             size_t name_count,
                                             int64_t now,
                                             struct dane_policy_verification **out);

/**
 * The TLSA column of a lookup of your own (RFC 7672 section 2.2). A `lookup_status` of DANE_POLICY_STATUS_SECURE gives
 * DANE_POLICY_STATUS_SECURE if one of the records is usable, DANE_POLICY_STATUS_UNUSABLE if none is,
 * DANE_POLICY_STATUS_NXDOMAIN for no records, and DANE_POLICY_STATUS_BOGUS on misuse (NULL with a count). Another status
 * comes back as it is, whatever the records; what is no status is DANE_POLICY_STATUS_BOGUS.
 */
int dane_policy_tlsa_status(int lookup_status,
                            const struct dane_policy_tlsa *records,
                            size_t record_count);

/**
 * Decides from statuses: the decision table, and nothing else. Needs no context.
 *
 * Call it before connecting with DANE_POLICY_CERTIFICATE_NOT_APPLICABLE, and, where it said DANE_POLICY_ACTION_VERIFY,
 * _ENCRYPT or _OPPORTUNISTIC, again with what the connection showed.
 * The result is static: never free it. NULL only if an argument is out of its range; the decision
 * getters take that as "policy not available", which defers.
 */
const struct dane_policy_decision *dane_policy_decide(int level,
                                                      int mx,
                                                      int address,
                                                      int tlsa,
                                                      int certificate);

/**
 * For programs without TLS of their own: connects to a host of dane_policy_lookup and stays connected, for a session over the
 * very connection that was verified. The addresses are tried in order, as far as the host's decision says so, by STARTTLS
 * wherever it is offered; where TLS is not required and its handshake fails, in the clear. All within the context's timeout.
 *
 * *out is NULL, and the return code DANE_POLICY_OK, where the message may not go to this host now; the decision of *why
 * says so: go on with the next host, and after a 4xx reply too. Where there is a session, its decision permits delivery over
 * this session, in the clear or not. Free both.
 *
 * Returns as dane_policy_lookup.
 */
dane_policy_error dane_policy_connect_host(const struct dane_policy_context *context,
                                           const struct dane_policy_host *host,
                                           struct dane_policy_session **out,
                                           struct dane_policy_verification **why);

/**
 * The server's first reply, "220 ...": all its lines, each with its CRLF, as printable ASCII. NULL only for NULL.
 */
const char *dane_policy_session_greeting(const struct dane_policy_session *session);

/**
 * "TLSv1.3" or "TLSv1.2"; NULL in the clear, and for NULL.
 */
const char *dane_policy_session_tls_version(const struct dane_policy_session *session);

/**
 * Why the session is over: one line of printable ASCII, at most 200 octets; "" as long as it is not. It lives until the next
 * read or write. NULL only for NULL.
 */
const char *dane_policy_session_text(const struct dane_policy_session *session);

/**
 * Sets the time that each read and each write may take in all, in milliseconds; 600000 by default (RFC 5321 section
 * 4.5.3.2.6). 0 is DANE_POLICY_ERROR_MISUSE.
 */
dane_policy_error dane_policy_session_set_timeout(struct dane_policy_session *session,
                                                  uint32_t milliseconds);

/**
 * Has reads and writes wait (not 0, the default of dane_policy_connect_host) or return DANE_POLICY_ERROR_AGAIN instead (0, the
 * default of dane_policy_multi_connect_host).
 */
dane_policy_error dane_policy_session_set_blocking(struct dane_policy_session *session,
                                                   int on);

/**
 * Reads what the server says. *length is how many octets came, at least one; 0 with DANE_POLICY_OK is the end that the server
 * announced (close_notify; in the clear the end of the stream). A connection that was cut is
 * DANE_POLICY_ERROR_CONNECTION, after all that came before: it is never taken for an end. Say EHLO first: what the server says
 * before the first write ends the session, for it may come from somebody on the way (RFC 3207 section 6).
 */
dane_policy_error dane_policy_session_read(struct dane_policy_session *session,
                                           void *buffer,
                                           size_t size,
                                           size_t *length);

/**
 * Writes to the server: all of it where it blocks; else *length tells how many octets were taken, and
 * dane_policy_session_events when to go on. What the server says meanwhile is kept to be read, so that a client may send many
 * commands before it reads (RFC 2920). DANE_POLICY_ERROR_CONNECTION where the session is over.
 */
dane_policy_error dane_policy_session_write(struct dane_policy_session *session,
                                            const void *data,
                                            size_t size,
                                            size_t *length);

/**
 * The descriptor to wait for, in programs that do not block: for what dane_policy_session_events says, and only where
 * dane_policy_session_pending is 0. Do not read it, write to it or close it. -1 for NULL and in another process.
 */
int dane_policy_session_descriptor(const struct dane_policy_session *session);

/**
 * What to wait for, as for poll(2): POLLIN, and POLLOUT while octets of a write are still to be sent, which the next read or
 * write does. 0 where there is nothing to wait for, and for NULL.
 */
int dane_policy_session_events(const struct dane_policy_session *session);

/**
 * 1 if a read has something to tell without waiting, octets or an end, whatever the descriptor says; else 0.
 */
int dane_policy_session_pending(const struct dane_policy_session *session);

/**
 * Ends a session: close_notify goes out where that takes no waiting, and the connection is closed. Say QUIT before. In a
 * process other than the one that connected it closes the descriptor and nothing else. NULL is allowed.
 */
void dane_policy_session_free(struct dane_policy_session *session);

/**
 * Makes a multi: calls under way at once, without a thread, used by one thread at a time. It takes the settings of the
 * context as they are now and shares its cache; the context may be freed before it. Free it with dane_policy_multi_free.
 * DANE_POLICY_ERROR_INTERNAL where the system gives no descriptor.
 */
dane_policy_error dane_policy_multi_new(const struct dane_policy_context *context,
                                        struct dane_policy_multi **out);

/**
 * Frees a multi. Whatever still runs is cancelled; outcomes that were fetched live on. In a process other than the one that
 * made it, it closes its descriptors and touches nothing else. NULL is allowed.
 */
void dane_policy_multi_free(struct dane_policy_multi *multi);

/**
 * Sets the level of the calls that start later, as dane_policy_context_set_level.
 */
dane_policy_error dane_policy_multi_set_level(struct dane_policy_multi *multi,
                                              dane_policy_level level);

/**
 * Turns audit on or off for the calls that start later, as dane_policy_context_set_audit.
 */
dane_policy_error dane_policy_multi_set_audit(struct dane_policy_multi *multi, int on);

/**
 * Sets how many sockets all calls may have open at once, from now on. By default 256, or half of the descriptors that
 * the process may still open (RLIMIT_NOFILE) where that is less. The calls take them in turn; what waits for one waits
 * without its patience running. 0 is DANE_POLICY_ERROR_MISUSE.
 */
dane_policy_error dane_policy_multi_set_sockets(struct dane_policy_multi *multi,
                                                size_t count);

/**
 * Sets how many octets all calls may keep of what they were answered, from now on; 67108864 by default. Past it the call
 * that holds most ends: its decision is DEFER, and the text says so. 0 is DANE_POLICY_ERROR_MISUSE.
 */
dane_policy_error dane_policy_multi_set_memory(struct dane_policy_multi *multi,
                                               size_t octets);

/**
 * Starts dane_policy_lookup and returns; the destination comes out of dane_policy_multi_next, with the tag. The context's
 * timeout begins now.
 */
dane_policy_error dane_policy_multi_lookup(struct dane_policy_multi *multi,
                                           const char *domain,
                                           uint16_t port,
                                           void *tag);

/**
 * Starts dane_policy_lookup_host, in the same way.
 */
dane_policy_error dane_policy_multi_lookup_host(struct dane_policy_multi *multi,
                                                const char *host,
                                                uint16_t port,
                                                const char *next_hop,
                                                int mx_status,
                                                void *tag);

/**
 * Starts dane_policy_connect_host, in the same way; session and verification come out. It copies what it needs of the host.
 */
dane_policy_error dane_policy_multi_connect_host(struct dane_policy_multi *multi,
                                                 const struct dane_policy_host *host,
                                                 void *tag);

/**
 * The descriptor to wait for, for poll(2), epoll(7), kqueue(2) or an event library: while it is readable, call
 * dane_policy_multi_process. It is level-triggered, becomes readable for timers and for outcomes that wait too, and never
 * changes; do not read it or close it. -1 for NULL and in another process.
 */
int dane_policy_multi_descriptor(const struct dane_policy_multi *multi);

/**
 * For loops that keep timers themselves: milliseconds until dane_policy_multi_process has something to do; 0 where there is
 * something now, or an outcome waits; -1 where nothing runs.
 */
int dane_policy_multi_timeout(struct dane_policy_multi *multi);

/**
 * Goes on with all calls that can, and never waits. It computes for about 5 ms at most; where that was not enough, the
 * descriptor stays readable. DANE_POLICY_ERROR_INTERNAL where the system refuses to tell which sockets are ready: calls
 * still end by their time.
 */
dane_policy_error dane_policy_multi_process(struct dane_policy_multi *multi);

/**
 * For programs without an event loop: waits and processes until an outcome is there, nothing runs, a signal came, or so many
 * milliseconds are over; -1 is as long as it takes.
 */
dane_policy_error dane_policy_multi_wait(struct dane_policy_multi *multi,
                                         int milliseconds);

/**
 * Number of calls that were started and not fetched yet; 0 for NULL and in another process.
 */
size_t dane_policy_multi_running(const struct dane_policy_multi *multi);

/**
 * A call that is done, in the order in which they were; *out is NULL where none is. Free it with
 * dane_policy_outcome_free.
 */
dane_policy_error dane_policy_multi_next(struct dane_policy_multi *multi,
                                         struct dane_policy_outcome **out);

/**
 * Ends every call with this tag: it will not come out, also where it is done and only not fetched. NULL is
 * DANE_POLICY_ERROR_MISUSE: such a call cannot be cancelled. A tag that no call has is none.
 */
dane_policy_error dane_policy_multi_cancel(struct dane_policy_multi *multi,
                                           void *tag);

/**
 * The tag that the call was started with. NULL for NULL.
 */
void *dane_policy_outcome_tag(const struct dane_policy_outcome *outcome);

/**
 * DANE_POLICY_OK, or DANE_POLICY_ERROR_INTERNAL or _NO_MEMORY, which ended this call and no other: nothing was decided,
 * defer. INTERNAL for NULL.
 */
dane_policy_error dane_policy_outcome_error(const struct dane_policy_outcome *outcome);

/**
 * What dane_policy_multi_lookup or dane_policy_multi_lookup_host found, yours from now on: free it with
 * dane_policy_destination_free. NULL for another kind of call, after an error, and the second time.
 */
struct dane_policy_destination *dane_policy_outcome_take_destination(struct dane_policy_outcome *outcome);

/**
 * The session that dane_policy_multi_connect_host made, yours from now on: free it with dane_policy_session_free. It does not
 * block. NULL where the decision of the verification does not permit delivery, for another kind of call, after an error,
 * and the second time.
 */
struct dane_policy_session *dane_policy_outcome_take_session(struct dane_policy_outcome *outcome);

/**
 * What the connection of dane_policy_multi_connect_host showed, yours from now on: free it with
 * dane_policy_verification_free. NULL for another kind of call, after an error, and the second time.
 */
struct dane_policy_verification *dane_policy_outcome_take_verification(struct dane_policy_outcome *outcome);

/**
 * Frees an outcome, and what was not taken of it. NULL is allowed.
 */
void dane_policy_outcome_free(struct dane_policy_outcome *outcome);

/**
 * The word for an action: "deliver", "defer", "opportunistic", "encrypt", "verify" or "fail"; "unknown" for a number that
 * is none. Never NULL.
 */
const char *dane_policy_action_name(int action);

/**
 * The word for a detail: "mx-insecure", "no-match", ...; "" for DANE_POLICY_DETAIL_NONE, "unknown" for a number that is
 * none. Never NULL.
 */
const char *dane_policy_detail_name(int detail);

/**
 * The word for a status: "not-applicable", "secure", "insecure", "nxdomain", "bogus", "unusable", "configured" or
 * "indeterminate"; "unknown" for a number that is none. Never NULL.
 */
const char *dane_policy_status_name(int status);

/**
 * The word for what a connection showed: "not-applicable", "successful", "unsuccessful", "no-starttls", "handshake-failed",
 * "connection-failed" or "established"; "unknown" for a number that is none. Never NULL.
 */
const char *dane_policy_certificate_name(int certificate);

/**
 * The word for what a reason speaks of: "host" or "domain"; "unknown" for a number that is none. Never NULL.
 */
const char *dane_policy_scope_name(int scope);

/**
 * The word for a level: "dane", "dane-only" or "off"; "unknown" for a number that is none. Never NULL.
 */
const char *dane_policy_level_name(int level);

/**
 * The word for where a DNSSEC status comes from: "validate" or "trust-ad"; "unknown" for a number that is none. Never NULL.
 */
const char *dane_policy_dnssec_name(int mode);

/**
 * What a return code means, in a few words; "unknown code" for a number that is none. Never NULL.
 */
const char *dane_policy_error_text(int code);

/**
 * The version of the library that runs, such as "1.0.0". Never NULL.
 */
const char *dane_policy_version(void);

/**
 * The version of the library that runs, comparable with DANE_POLICY_VERSION_NUMBER of the header.
 */
uint32_t dane_policy_version_number(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* DANE_POLICY_H */
