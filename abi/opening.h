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
