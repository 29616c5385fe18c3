/*
 * libdane-policy: outbound DANE for SMTP (RFC 7672).
 *
 * Three steps, each usable alone, and one call that does all of it:
 *
 *     lookup   domain -> MX hosts, addresses, TLSA records, each with its DNSSEC status
 *     verify   certificate chain x TLSA records x reference names -> matched or not, and why
 *     decide   level x MX x address x TLSA x certificate -> action and reason
 *     check    lookup -> connect -> STARTTLS -> verify -> decide, for the hosts of a domain
 *
 * CALL SEQUENCES
 *
 * 1. A mail server that asks the library for the hosts:
 *
 *     dane_policy_context *context;
 *     dane_policy_destination *to;
 *     const dane_policy_decision *d;
 *     size_t i;
 *
 *     if (dane_policy_context_new(&context) != DANE_POLICY_OK ||
 *         dane_policy_lookup(context, "example.org", 25, &to) != DANE_POLICY_OK)
 *         return defer("policy not available");
 *     d = dane_policy_destination_decision(to);
 *     if (dane_policy_decision_scope(d) == DANE_POLICY_SCOPE_DOMAIN &&
 *         !dane_policy_decision_may_deliver(d) &&
 *         dane_policy_decision_action(d) != DANE_POLICY_ACTION_VERIFY)
 *         return refuse(d);             // FAIL bounces, DEFER stays in the queue
 *     for (i = 0; i < dane_policy_destination_host_count(to); i++) {
 *         const dane_policy_host *host = dane_policy_destination_host(to, i);
 *         int tls_required;
 *
 *         d = dane_policy_host_decision(host);
 *         tls_required = dane_policy_decision_tls_required(d);   // for the whole attempt
 *         switch (dane_policy_decision_action(d)) {
 *         case DANE_POLICY_ACTION_VERIFY:         // STARTTLS with SNI dane_policy_host_base_domain(host),
 *             ...                                 // then dane_policy_verify(host, chain, n, time(NULL), &v)
 *             d = dane_policy_verification_decision(v);
 *             break;
 *         case DANE_POLICY_ACTION_ENCRYPT:        // STARTTLS or nothing; any certificate
 *         case DANE_POLICY_ACTION_OPPORTUNISTIC:  // as without DANE
 *             break;
 *         default:
 *             continue;                           // DEFER: next host
 *         }
 *         if (dane_policy_decision_may_deliver(d))
 *             ...                                 // send the message over this very connection
 *     }
 *
 * 2. A mail server that walks its own MX list: dane_policy_lookup for the next hop, then
 *    dane_policy_destination_host_decision(to, name) for each host. A host that is not in the
 *    destination defers, unless the administrator named it (smart host, manual route, fallback MX): then
 *    dane_policy_lookup_host with DANE_POLICY_STATUS_CONFIGURED.
 *
 * 3. A mail server with DNS of its own: dane_policy_records_status and dane_policy_decide before
 *    connecting; dane_policy_verify_records and dane_policy_decide after.
 *
 * 4. A program without TLS: dane_policy_check, and dane_policy_report_decision.
 *
 * RULES
 *
 * Ownership   What _new, lookup, verify, check, query and probe make is freed by its own _free, in any
 *             order: a destination keeps nothing of its context, a verification nothing of its host.
 *             What a getter returns lives as long as the object it came from. _free(NULL) does nothing.
 *             Out parameters come last and are NULL on failure. Pointers are NULL or valid: an
 *             object must not be used after it was freed.
 * Errors      DNS, TLS and policy outcomes are never errors; they are decisions inside the objects. A
 *             return code other than DANE_POLICY_OK is misuse or lack of memory: defer.
 * Fail closed A step that was forgotten, NULL, zero or an error code never ends with permission to deliver.
 * TLS         Where tls_required is 1, never fall back to cleartext, and never retry without TLS. Do not resume TLS
 *             sessions: a resumed session shows no chain. Reuse a connection only for an equal
 *             dane_policy_host_policy_key.
 * Row 23      OPPORTUNISTIC with tls_required 1 after a match: the MX records are insecure, the server
 *             was verified all the same. Deliver over that session; do not report it as DANE-verified.
 * Names       Domains are data, often a stranger's: an invalid one is a decision, not misuse. A-labels
 *             only; one final dot is accepted and removed.
 * Texts       One line of printable ASCII, never longer than 400 octets.
 * Threads     The library starts none. A const pointer may be used by several threads at once, another
 *             pointer by one. Calls block until done, at most the context's timeout.
 * Fork        A context made before a fork works in every child. No descriptor outlives a call; all are
 *             close-on-exec. Descriptors 0, 1 and 2 are never used, also where they are closed.
 * Signals     No handler is installed, no alarm set, no child made; EINTR means go on; no write raises SIGPIPE.
 *             Never longjmp out of a call into the library, from a handler or otherwise.
 * chroot      Files are read in dane_policy_context_new and never later.
 * Panics      A fault in the library prints nothing and returns DANE_POLICY_ERROR_INTERNAL.
 * Memory      Where allocation fails in a place that a remote party cannot size, the process ends, as
 *             everywhere in Rust. A call holds at most 8 MiB of DNS replies and what it makes of them.
 *
 * LIMITS, each of which defers and says so
 *
 *     64 DNS packets a call, and 24 more for each MX host; 1024 signature checks, 4096 NSEC3 hashes
 *     10 aliases in a row; 100 MX hosts; 32 addresses of a family
 *     an SMTP reply of 128 lines and 16 KiB
 *     a chain of 32 certificates and 100 KiB; 100 signature checks on it
 */
