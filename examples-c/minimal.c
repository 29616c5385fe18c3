/* The smallest useful program: may mail for this domain go out, and why? */
#include <stdio.h>

#include <dane_policy.h>

int main(int argc, char **argv)
{
    dane_policy_context *context = NULL;
    dane_policy_report *report = NULL;
    const dane_policy_decision *decision;
    int may_deliver;

    if (argc != 2 || dane_policy_context_new(&context) != DANE_POLICY_OK)
        return 2;
    dane_policy_check(context, argv[1], 25, &report);
    decision = dane_policy_report_decision(report);
    may_deliver = dane_policy_decision_may_deliver(decision);
    printf("%s: %s\n", dane_policy_action_name(dane_policy_decision_action(decision)),
           dane_policy_decision_text(decision));
    dane_policy_report_free(report);
    dane_policy_context_free(context);
    return may_deliver ? 0 : 1;
}
