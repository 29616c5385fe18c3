/* The smallest useful program, a monitor: would mail for this domain go out, and why? It looks and hangs up. */
#include <stdio.h>

#include <dane_policy_diagnosis.h>

int main(int argc, char **argv)
{
    dane_policy_context *context = NULL;
    dane_policy_report *report = NULL;
    const dane_policy_decision *decision;
    int action;

    if (argc != 2 || dane_policy_context_new(&context) != DANE_POLICY_OK)
        return 2;
    dane_policy_check(context, argv[1], 25, &report);
    decision = dane_policy_report_decision(report);
    action = dane_policy_decision_action(decision);
    printf("%s: %s\n", dane_policy_action_name(action), dane_policy_decision_text(decision));
    dane_policy_report_free(report);
    dane_policy_context_free(context);
    switch (action) {
    case DANE_POLICY_ACTION_DELIVER:
    case DANE_POLICY_ACTION_ENCRYPT:
    case DANE_POLICY_ACTION_OPPORTUNISTIC:
        return 0;
    default:
        return 1;
    }
}
