/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A library that allows everything: loaded before the real one, it must make the lab fail. */

#include <dane_policy.h>

dane_policy_action dane_policy_decision_action(const dane_policy_decision *decision)
{
    (void)decision;
    return DANE_POLICY_ACTION_OPPORTUNISTIC;
}

int dane_policy_decision_tls_required(const dane_policy_decision *decision)
{
    (void)decision;
    return 0;
}

int dane_policy_decision_may_deliver(const dane_policy_decision *decision)
{
    (void)decision;
    return 1;
}
