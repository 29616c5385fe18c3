/*
 * A mail server of one message that is wrong in one way, for the kit to find: mutant [-n NAMESERVER] [-a TRUST_ANCHOR_FILE]
 * SENDER RECIPIENT. Exit status, of sysexits.h: 0 sent, 69 bounced, 75 kept.
 *
 * ANY_CERTIFICATE: wants TLS where it must, and takes every certificate. IGNORES_TLSA: believes what DNSSEC says of MX and
 * addresses, and knows no DANE. ALWAYS: knows no DNSSEC. None of them: as it should be.
 */
#define _POSIX_C_SOURCE 200809L

#include <dane_policy.h>

#if defined ANY_CERTIFICATE || defined IGNORES_TLSA
#define dane_policy_decision_may_deliver(decision) ((decision) != NULL)
#endif

#ifdef IGNORES_TLSA
#define dane_policy_decision_tls_required(decision) ((decision) == NULL)
#define dane_policy_decision_action(decision) \
    (dane_policy_decision_reason(decision) == DANE_POLICY_REASON_NOT_FOUND \
             || dane_policy_decision_reason(decision) == DANE_POLICY_REASON_NO_MAIL \
         ? dane_policy_decision_action(decision) \
         : DANE_POLICY_ACTION_OPPORTUNISTIC)
#endif

#include "openssl.h"

int main(int argc, char **argv)
{
    dane_policy_context *context = client_context(argc, argv);
    dane_policy_destination *destination = NULL;
    struct outcome outcome;
    const char *domain;
    size_t i;

    if (context == NULL || optind != argc - 2 || (domain = strrchr(argv[optind + 1], '@')) == NULL)
        return 64;
#ifdef ALWAYS
    dane_policy_context_set_level(context, DANE_POLICY_LEVEL_OFF);
#endif
    dane_policy_lookup(context, domain + 1, client_port, &destination);
    outcome_by(&outcome, dane_policy_destination_decision(destination));
    for (i = 0; !outcome.sent && i < dane_policy_destination_host_count(destination); i++)
        try_host(dane_policy_destination_host(destination, i), argv[optind], argv[optind + 1], &outcome);
    dane_policy_destination_free(destination);
    dane_policy_context_free(context);
    return outcome.sent ? 0 : outcome.bounced ? 69 : 75;
}
