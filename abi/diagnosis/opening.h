/*
 * libdane-policy for diagnosis: monitors, tools and tests, which want to know why. A program that delivers mail needs
 * dane_policy.h and nothing of this.
 *
 *     check    lookup -> connect -> STARTTLS -> verify -> decide, for the hosts of a domain
 *     query    one RRset with its DNSSEC status
 *     probe    does the resolver serve the configured mode?
 *     facts    what statuses and decisions rest on
 *     times    how long records, signatures and certificates last
 *     data     what a TLSA record for a certificate holds
 *
 * It looks and hangs up, so nothing here permits: permission comes after a connection of your own, as dane_policy.h shows.
 *
 * CALL SEQUENCE
 *
 * A monitor, which goes by the action of the decision:
 *
 *     int is_good(const char *domain)
 *     {
 *         dane_policy_context *context = NULL;
 *         dane_policy_report *report = NULL;
 *         const dane_policy_decision *decision;
 *         int action;
 *
 *         if (dane_policy_context_new(&context) == DANE_POLICY_OK)
 *             dane_policy_check(context, domain, 25, &report);
 *         decision = dane_policy_report_decision(report);
 *         action = dane_policy_decision_action(decision);
 *         printf("%s: %s\n", domain, dane_policy_decision_text(decision));
 *         dane_policy_report_free(report);
 *         dane_policy_context_free(context);
 *         return action == DANE_POLICY_ACTION_DELIVER || action == DANE_POLICY_ACTION_ENCRYPT
 *                || action == DANE_POLICY_ACTION_OPPORTUNISTIC;
 *     }
 *
 * RULES
 *
 * Those of dane_policy.h hold.
 */
