/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A library that dies: loaded before the real one, it must lose no mail. */

#include <stdlib.h>

#include <dane_policy.h>

dane_policy_error dane_policy_lookup(const dane_policy_context *context, const char *domain, uint16_t port, dane_policy_destination **out)
{
    (void)context;
    (void)domain;
    (void)port;
    (void)out;
    abort();
}
