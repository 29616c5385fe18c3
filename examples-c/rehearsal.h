/* A rollover walked through: what senders do at each moment, in the plan's order and with each step too early. */
#ifndef REHEARSAL_H
#define REHEARSAL_H

#include "rollover.h"

/* A time that never comes. */
#define NEVER INT64_MAX

/* When each thing is done, in seconds from T+0. */
struct order {
    const char *word, *text;
    long long both, install, last;
    long long moments[10]; /* to look at, beside T+0 */
};

/* When an RRset is published, and when the last name server has the next one instead. */
static long long published(const struct order *order, int rrset)
{
    return rrset == TODAY ? INT64_MIN : rrset == BOTH ? order->both : order->last;
}

static long long superseded(const struct rollover *roll, const struct order *order, int rrset)
{
    long long by = rrset == LAST ? NEVER : rrset == TODAY && order->both != NEVER ? order->both : order->last;

    return by == NEVER ? NEVER : by + roll->propagation;
}

/* How long ago, at least, a sender that has an RRset got it from a name server; -1 where none has it. What is as old as
   its TTL may still be used. */
static long long age(const struct rollover *roll, const struct order *order, int rrset, long long at)
{
    long long gone = superseded(roll, order, rrset);

    if (published(order, rrset) > at)
        return -1;
    if (at <= gone)
        return 0;
    return at - gone <= roll->ttl ? at - gone : -1;
}

/* While a certificate is installed some servers show it and some do not. */
static int is_shown(const struct order *order, int chain, long long at)
{
    return chain == CURRENT ? at <= order->install : at >= order->install;
}

/* What a sender does that has this RRset and is shown this chain. */
static const dane_policy_decision *decided(struct rollover *roll, int rrset, int chain, long long at)
{
    size_t count = records_of(roll, rrset, NULL);
    dane_policy_verification *v = judged(roll, roll->rrset, count, chain, at);
    int certificate = dane_policy_verification_certificate(v);

    dane_policy_verification_free(v);
    return dane_policy_decide(DANE_POLICY_LEVEL_DANE, DANE_POLICY_STATUS_SECURE, DANE_POLICY_STATUS_SECURE,
                              dane_policy_tlsa_status(DANE_POLICY_STATUS_SECURE, roll->rrset, count), certificate);
}

static int waits(struct rollover *roll, int rrset, int chain, long long at)
{
    return !dane_policy_decision_may_deliver(decided(roll, rrset, chain, at));
}

static void print_row(const struct rollover *roll, int rrset, long long seconds, int chain, long long at,
                      const dane_policy_decision *decision)
{
    const char *const rrsets[] = {roll->entries[0].is_in[TODAY] ? "today's" : "none", "for both", "for the new"};
    char moment[32], held[64];

    snprintf(moment, sizeof moment, "T%+lld s", at);
    if (seconds == 0)
        snprintf(held, sizeof held, "%s, fresh", rrsets[rrset]);
    else
        snprintf(held, sizeof held, "%s, %lld s old", rrsets[rrset], seconds);
    printf("  %-13s %-25s %-8s %-13s ", moment, held, chain == CURRENT ? "current" : "new",
           dane_policy_action_name(dane_policy_decision_action(decision)));
    if (dane_policy_decision_may_deliver(decision))
        puts("ok");
    else
        printf("mail waits: %s\n", dane_policy_decision_reason_text(decision));
}

static void print_row_json(int rrset, long long seconds, int chain, long long at, const dane_policy_decision *decision)
{
    static const char *const rrsets[] = {"today", "both", "last"};

    printf("{\"at\":%lld,\"age\":%lld,", at, seconds);
    json_field("rrset", rrsets[rrset]);
    putchar(',');
    json_field("chain", chain == CURRENT ? "current" : "new");
    putchar(',');
    json_field("action", dane_policy_action_name(dane_policy_decision_action(decision)));
    printf(",\"waits\":%s}", json_bool(!dane_policy_decision_may_deliver(decision)));
}

static int compare_moments(const void *one, const void *other)
{
    long long first, second;

    memcpy(&first, one, sizeof first);
    memcpy(&second, other, sizeof second);
    return (first > second) - (first < second);
}

/* Looks at an order at each of its moments; whether mail waits at one. */
static int walk(struct rollover *roll, struct order *order, int json)
{
    enum { MOMENTS = sizeof order->moments / sizeof order->moments[0] };
    int does_wait = 0, rows = 0, rrset, chain, i;

    qsort(order->moments, MOMENTS, sizeof order->moments[0], compare_moments);
    if (json) {
        putchar('{');
        json_field("order", order->word);
        fputs(",\"moments\":[", stdout);
    } else {
        printf("\n%s\n", order->text);
    }
    for (i = 0; i < MOMENTS; i++) {
        long long at = order->moments[i];

        if (i > 0 && at == order->moments[i - 1])
            continue;
        for (rrset = TODAY; rrset < RRSETS; rrset++)
            for (chain = CURRENT; chain < CHAINS; chain++) {
                long long seconds = age(roll, order, rrset, at);
                const dane_policy_decision *decision;

                if (seconds < 0 || !is_shown(order, chain, at))
                    continue;
                decision = decided(roll, rrset, chain, at);
                does_wait |= !dane_policy_decision_may_deliver(decision);
                if (json && rows++ > 0)
                    putchar(',');
                if (json)
                    print_row_json(rrset, seconds, chain, at, decision);
                else
                    print_row(roll, rrset, seconds, chain, at, decision);
            }
    }
    if (json)
        printf("],\"waits\":%s}", json_bool(does_wait));
    return does_wait;
}

/* The plan's order, then each step too early; whether mail never waits in the one and waits in each other. Steps
   that no sender would notice are left out. */
static int rehearse(struct rollover *roll, int json)
{
    const long long delay = roll->propagation, gone = delay + roll->ttl, switched = roll->install;
    const long long both = differs(roll, TODAY, BOTH) ? 0 : NEVER;
    const long long last = differs(roll, BOTH, LAST) ? switched + 1 : NEVER;
    const long long before_gone = gone > 0 ? gone - 1 : 0;
    struct order orders[] = {
        {"plan", "In the order of the plan", both, switched, last,
         {-1, delay, before_gone, gone, gone + 1, switched, switched + 1, switched + 1 + gone, switched + 2 + gone}},
        {"certificate-first", "Too early: the new certificate before the records",
         both == NEVER ? NEVER : 1, 0, NEVER, {1, 1 + gone, 2 + gone}},
        {"name-servers", "Too early: the new certificate while a name server has the old records",
         both, delay, NEVER, {delay}},
        {"caches", "Too early: the new certificate while a cache has the old records",
         both, before_gone, NEVER, {before_gone, gone, gone + 1}},
        {"records-first", "Too early: the old records removed while a server shows the old certificate",
         both, NEVER, switched, {switched, switched + 1}},
        {"at-once", "Too early: records and certificate changed at once", NEVER, 0, 0, {1, gone, gone + 1}},
    };
    const int is_noticed[] = {
        1,
        waits(roll, TODAY, NEXT, 0),
        delay > 0 && both != NEVER && waits(roll, TODAY, NEXT, delay),
        both != NEVER && waits(roll, TODAY, NEXT, before_gone),
        last != NEVER && waits(roll, LAST, CURRENT, switched),
        differs(roll, TODAY, LAST) && (waits(roll, TODAY, NEXT, 0) || waits(roll, LAST, CURRENT, 0)),
    };
    int is_as_wanted = 1, too_early = 0;
    size_t i;

    if (json)
        fputs(",\"rehearsal\":[", stdout);
    else
        printf("\nRehearsal, for senders at level dane; TTL %lld s\n  %-13s %-25s %-8s %s\n", roll->ttl, "moment",
               "records a sender has", "chain", "what it does");
    for (i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        int does_wait;

        if (!is_noticed[i])
            continue;
        if (json && i > 0)
            putchar(',');
        does_wait = walk(roll, &orders[i], json);
        is_as_wanted &= does_wait == (i > 0);
        too_early += i > 0;
        if (!json)
            puts(!does_wait ? "  Mail never waits." : i == 0 ? "  Mail waits." : "  Mail waits, as it must.");
    }
    if (json)
        putchar(']');
    else if (too_early == 0)
        puts("\nNo step is too early: who knows every kind of record takes either certificate at any time.");
    return is_as_wanted;
}

/* The plan, and its rehearsal if one is wanted; the exit status. */
static int roll_over(struct rollover *roll, const dane_policy_tlsa *records, size_t count, int json)
{
    int is_good;

    roll->is_ttl_assumed = roll->ttl < 0;
    if (roll->is_ttl_assumed)
        roll->ttl = 3600;
    if (roll->propagation < 0)
        roll->propagation = 0;
    read_chain("--next", roll->next, &roll->chains[NEXT]);
    plan(roll, records, count);
    is_good = roll->problem[0] == '\0';
    if (json)
        print_plan_json(roll);
    else
        print_plan(roll);
    if (is_good && roll->is_rehearsal)
        is_good = rehearse(roll, json);
    if (json)
        puts("}");
    return is_good ? 0 : 1;
}

#endif
