/* Which TLSA records to publish before a certificate is changed, and when the old ones may go (RFC 7671 section 8). */
#ifndef ROLLOVER_H
#define ROLLOVER_H

#include <dane_policy_diagnosis.h>

#include "chain.h"
#include "json.h"
#include "tool.h"

/* Octets of a record's data in a text. */
enum { SHOWN = 6 };

/* What is published one after the other, and the chains that are shown. */
enum { TODAY, BOTH, LAST, RRSETS };
enum { CURRENT, NEXT, CHAINS };

/* A record that is published today, or is to be. */
struct entry {
    dane_policy_tlsa record;
    dane_policy_detail unusable; /* why, or NONE */
    uint8_t *own;                /* its data, where the tool made it */
    int matches[CHAINS];         /* alone */
    int is_in[RRSETS];
};

struct rollover {
    const char *const *names;
    size_t name_count;
    struct chain chains[CHAINS];
    const char *next; /* the file, or NULL */
    int is_rehearsal;
    long long now, ttl, propagation;
    int is_ttl_assumed;
    struct entry *entries;
    size_t count;
    dane_policy_tlsa *rrset; /* room for one */
    dane_policy_result today[CHAINS];
    long long install; /* seconds from the publication of BOTH */
    char problem[512]; /* why there is no plan, or empty */
};

/* What was not given is -1. */
static void check_options(const struct rollover *roll)
{
    const char *option = roll->is_rehearsal       ? "--rehearse"
                         : roll->ttl >= 0         ? "--ttl"
                         : roll->propagation >= 0 ? "--propagation"
                                                  : NULL;

    if (roll->next == NULL && option != NULL)
        fail(EXIT_USAGE, "%s: needs --next", option);
}

static int is_same_kind(const dane_policy_tlsa *one, const dane_policy_tlsa *other)
{
    return one->usage == other->usage && one->selector == other->selector && one->matching_type == other->matching_type;
}

/* The time so many seconds on. */
static long long after(const struct rollover *roll, long long seconds)
{
    return seconds > 0 && roll->now > INT64_MAX - seconds ? INT64_MAX : roll->now + seconds;
}

static dane_policy_verification *judged(const struct rollover *roll, const dane_policy_tlsa *records, size_t count,
                                        int chain, long long seconds)
{
    const struct chain *shown = &roll->chains[chain];
    dane_policy_verification *v;
    dane_policy_error code = dane_policy_verify_records(records, count, shown->certificates, shown->length, roll->names,
                                                        roll->name_count, after(roll, seconds), &v);

    if (code != DANE_POLICY_OK)
        fail(EXIT_FAULT, "%s", dane_policy_error_text(code));
    return v;
}

/* Seconds from a publication until no cache holds what was there before: two TTLs (RFC 7671 section 8.1), or more where
   the zone's name servers need longer than a TTL. */
static long long until_forgotten(const struct rollover *roll)
{
    long long least = roll->propagation + roll->ttl + 1;

    return 2 * roll->ttl > least ? 2 * roll->ttl : least;
}

/* The same at the chain's own time: now, or when the new one may be installed. */
static dane_policy_verification *judged_in_time(const struct rollover *roll, const dane_policy_tlsa *records,
                                                size_t count, int chain)
{
    return judged(roll, records, count, chain, chain == CURRENT ? 0 : until_forgotten(roll));
}

/* The records of an RRset, of one kind if it is given; how many they are. */
static size_t records_of(struct rollover *roll, int rrset, const dane_policy_tlsa *kind)
{
    size_t count = 0, i;

    for (i = 0; i < roll->count; i++)
        if (roll->entries[i].is_in[rrset] && (kind == NULL || is_same_kind(&roll->entries[i].record, kind)))
            roll->rrset[count++] = roll->entries[i].record;
    return count;
}

/* What shows that an RRset does not match a chain, or that a kind of its records alone does not, as RFC 7671 section 8
   demands; NULL where they do. */
static dane_policy_verification *mismatch(struct rollover *roll, int rrset, int chain, long long seconds)
{
    dane_policy_verification *v = judged(roll, roll->rrset, records_of(roll, rrset, NULL), chain, seconds);
    size_t i;

    for (i = 0; i < roll->count && dane_policy_verification_result(v) == DANE_POLICY_RESULT_MATCHED; i++) {
        const struct entry *entry = &roll->entries[i];

        if (!entry->is_in[rrset] || entry->unusable != DANE_POLICY_DETAIL_NONE)
            continue;
        dane_policy_verification_free(v);
        v = judged(roll, roll->rrset, records_of(roll, rrset, &entry->record), chain, seconds);
    }
    if (dane_policy_verification_result(v) != DANE_POLICY_RESULT_MATCHED)
        return v;
    dane_policy_verification_free(v);
    return NULL;
}

static int suffices(struct rollover *roll, int rrset, int chain, long long seconds)
{
    dane_policy_verification *v = mismatch(roll, rrset, chain, seconds);

    dane_policy_verification_free(v);
    return v == NULL;
}

/* The entry of a record, which is added if it is not there. */
static struct entry *entry_of(struct rollover *roll, const dane_policy_tlsa *record)
{
    static const struct entry none;
    struct entry *entry;
    int chain;
    size_t i;

    for (i = 0; i < roll->count; i++) {
        const dane_policy_tlsa *known = &roll->entries[i].record;

        if (is_same_kind(known, record) && known->data.length == record->data.length
            && (record->data.length == 0 || memcmp(known->data.data, record->data.data, record->data.length) == 0))
            return &roll->entries[i];
    }
    entry = &roll->entries[roll->count++];
    *entry = none;
    entry->record = *record;
    for (chain = CURRENT; chain < CHAINS; chain++) {
        dane_policy_verification *v = judged_in_time(roll, record, 1, chain);

        entry->matches[chain] = dane_policy_verification_result(v) == DANE_POLICY_RESULT_MATCHED;
        if (dane_policy_verification_result(v) == DANE_POLICY_RESULT_NO_USABLE_RECORDS)
            entry->unusable = dane_policy_verification_record_detail(v, 0);
        dane_policy_verification_free(v);
    }
    return entry;
}

/* Makes a record of its kind for one certificate of a chain; 0 if the library does not take it for a match, which is a
   problem where the new certificate itself is to blame. */
static int matches_at(struct rollover *roll, dane_policy_tlsa *record, uint8_t *data, size_t size, int chain,
                      size_t depth)
{
    dane_policy_error code = dane_policy_tlsa_data(&roll->chains[chain].certificates[depth], record->selector,
                                                   record->matching_type, data, size, &record->data.length);
    dane_policy_verification *v;
    int does_match;

    if (code != DANE_POLICY_OK)
        fail(EXIT_FAULT, "%s", dane_policy_error_text(code));
    record->data.data = data;
    v = judged_in_time(roll, record, 1, chain);
    does_match = dane_policy_verification_result(v) == DANE_POLICY_RESULT_MATCHED;
    switch (dane_policy_verification_detail(v)) {
    case DANE_POLICY_DETAIL_NAME_MISMATCH:
    case DANE_POLICY_DETAIL_EXPIRED:
    case DANE_POLICY_DETAIL_NOT_YET_VALID:
        if (chain == NEXT)
            snprintf(roll->problem, sizeof roll->problem, "%s: %s", roll->chains[chain].path,
                     dane_policy_verification_text(v));
        break;
    default:
        break;
    }
    dane_policy_verification_free(v);
    return does_match;
}

/* Adds the record of a kind that a chain matches: of the certificate at this depth if it will do, else of the highest
   that will; of the server's own under usage 3. Whether there is one. */
static int propose(struct rollover *roll, const dane_policy_tlsa *kind, int chain, size_t depth)
{
    const struct chain *shown = &roll->chains[chain];
    dane_policy_tlsa record = *kind;
    size_t size = 64, at, i;
    struct entry *entry;
    uint8_t *data;

    for (i = 0; i < shown->length; i++)
        if (shown->certificates[i].length > size)
            size = shown->certificates[i].length;
    data = allocate(NULL, size);
    if (kind->usage == 3) {
        if (!matches_at(roll, &record, data, size, chain, 0))
            record.data.length = 0;
    } else if (depth == 0 || depth >= shown->length || !matches_at(roll, &record, data, size, chain, depth)) {
        for (at = shown->length - 1; at > 0 && !matches_at(roll, &record, data, size, chain, at); at--)
            ;
        if (at == 0)
            record.data.length = 0;
    }
    if (record.data.length == 0) {
        free(data);
        return 0;
    }
    roll->problem[0] = '\0';
    entry = entry_of(roll, &record);
    entry->is_in[BOTH] = 1;
    if (entry->record.data.data == data)
        entry->own = data;
    else
        free(data);
    return 1;
}

/* The depth at which the records of a kind match a chain, or -1. */
static int depth_of(struct rollover *roll, const dane_policy_tlsa *kind, int chain)
{
    dane_policy_verification *v = judged_in_time(roll, roll->rrset, records_of(roll, TODAY, kind), chain);
    int depth = dane_policy_verification_depth(v);

    dane_policy_verification_free(v);
    return depth;
}

/* Completes the records of a kind, so that they match both chains. What cannot be completed, or is of no use, goes. */
static void complete(struct rollover *roll, const dane_policy_tlsa *kind)
{
    int depths[CHAINS], is_kept;
    size_t i;

    depths[CURRENT] = depth_of(roll, kind, CURRENT);
    depths[NEXT] = depth_of(roll, kind, NEXT);
    is_kept = depths[CURRENT] >= 0 || depths[NEXT] >= 0;
    if (is_kept && depths[CURRENT] < 0)
        is_kept = propose(roll, kind, CURRENT, (size_t)depths[NEXT]);
    if (is_kept && depths[NEXT] < 0)
        is_kept = propose(roll, kind, NEXT, (size_t)depths[CURRENT]);
    for (i = 0; i < roll->count; i++)
        if (is_same_kind(&roll->entries[i].record, kind))
            roll->entries[i].is_in[BOTH] = is_kept && roll->entries[i].unusable == DANE_POLICY_DETAIL_NONE;
}

/* What every sender understands, where nothing of today's can be gone on with (RFC 7671 section 8.2). */
static void begin_anew(struct rollover *roll)
{
    static const dane_policy_tlsa kind = {3, 1, 1, {NULL, 0}};

    if (!propose(roll, &kind, CURRENT, 0) || !propose(roll, &kind, NEXT, 0))
        snprintf(roll->problem, sizeof roll->problem, "%s and %s: no record matches both", roll->chains[CURRENT].path,
                 roll->chains[NEXT].path);
}

/* Whether two of the RRsets differ. */
static int differs(const struct rollover *roll, int one, int other)
{
    size_t i;

    for (i = 0; i < roll->count; i++)
        if (roll->entries[i].is_in[one] != roll->entries[i].is_in[other])
            return 1;
    return 0;
}

/* Puts a problem where the library does not take an RRset for one that matches a chain. */
static void check(struct rollover *roll, int rrset, int chain, long long seconds)
{
    dane_policy_verification *v = mismatch(roll, rrset, chain, seconds);

    if (v == NULL || roll->problem[0] != '\0') {
        dane_policy_verification_free(v);
        return;
    }
    snprintf(roll->problem, sizeof roll->problem, "%s at T+%lld s: %s", roll->chains[chain].path, seconds,
             dane_policy_verification_text(v));
    dane_policy_verification_free(v);
}

/* Whose records they are; a placeholder where that was not said. */
static const char *owner_host(const struct rollover *roll)
{
    return roll->name_count == 0 ? "HOST" : roll->names[0];
}

/* From what is published today to BOTH and LAST, or to a problem. */
static void plan(struct rollover *roll, const dane_policy_tlsa *published, size_t count)
{
    static const char host_name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    const char *owner = owner_host(roll);
    size_t i, kept = 0, length;
    uint8_t digest[32];
    int chain;

    if (*owner == '\0' || owner[strspn(owner, host_name)] != '\0')
        fail(EXIT_USAGE, "--name: '%s' is no host name", owner);
    for (chain = CURRENT; chain < CHAINS; chain++) {
        const struct chain *shown = &roll->chains[chain];

        if (dane_policy_tlsa_data(&shown->certificates[0], 1, 1, digest, sizeof digest, &length) != DANE_POLICY_OK
            || length == 0)
            fail(EXIT_USAGE, "%s: its first certificate cannot be read", shown->path);
    }
    roll->entries = allocate(NULL, (3 * count + 2) * sizeof *roll->entries);
    roll->rrset = allocate(NULL, (3 * count + 2) * sizeof *roll->rrset);
    for (i = 0; i < count; i++) {
        entry_of(roll, &published[i])->is_in[TODAY] = 1;
        if (published[i].usage == 2 && roll->name_count == 0)
            fail(EXIT_USAGE, "--next: a record of usage 2 needs --name");
    }
    for (chain = CURRENT; chain < CHAINS; chain++) {
        dane_policy_verification *v = judged(roll, roll->rrset, records_of(roll, TODAY, NULL), chain, 0);

        roll->today[chain] = dane_policy_verification_result(v);
        dane_policy_verification_free(v);
    }
    if (roll->today[CURRENT] == DANE_POLICY_RESULT_MISMATCHED && suffices(roll, TODAY, NEXT, 0)) {
        snprintf(roll->problem, sizeof roll->problem,
                 "mail waits already, for today's records match the new chain alone: install it now");
        return;
    }
    count = roll->count;
    for (i = 0; i < count && roll->problem[0] == '\0'; i++) {
        size_t earlier = 0;

        while (!is_same_kind(&roll->entries[earlier].record, &roll->entries[i].record))
            earlier++;
        if (earlier == i && roll->entries[i].unusable == DANE_POLICY_DETAIL_NONE)
            complete(roll, &roll->entries[i].record);
    }
    if (roll->problem[0] != '\0')
        return;
    for (i = 0; i < roll->count; i++)
        kept += (size_t)roll->entries[i].is_in[BOTH];
    if (kept == 0)
        begin_anew(roll);
    /* What matches neither may be of another server, or of a key to come. */
    for (i = 0; i < roll->count; i++)
        roll->entries[i].is_in[LAST] =
            roll->entries[i].is_in[BOTH] && (roll->entries[i].matches[NEXT] || !roll->entries[i].matches[CURRENT]);
    /* Who holds records that nothing hangs on, or none, takes any certificate. */
    if (roll->today[NEXT] != DANE_POLICY_RESULT_NO_USABLE_RECORDS && !suffices(roll, TODAY, NEXT, 0))
        roll->install = until_forgotten(roll);
    check(roll, BOTH, CURRENT, 0);
    check(roll, BOTH, CURRENT, roll->install);
    check(roll, BOTH, NEXT, roll->install);
    check(roll, LAST, NEXT, roll->install);
}

/* The owner of the records, with one final dot. */
static void print_owner(const struct rollover *roll)
{
    const char *name = owner_host(roll);

    printf("_25._tcp.%s%s", name, name[strlen(name) - 1] == '.' ? "" : ".");
}

static void print_hex(const dane_policy_bytes *data, size_t most)
{
    size_t i;

    for (i = 0; i < data->length && i < most; i++)
        printf("%02x", data->data[i]);
    if (data->length > most)
        fputs("...", stdout);
}

static const char *matched_words(const struct entry *entry)
{
    static const char *const words[2][2] = {{"matches neither chain", "matches the new chain"},
                                            {"matches the current chain", "matches both chains"}};

    return words[entry->matches[CURRENT]][entry->matches[NEXT]];
}

/* An RRset as lines of a zone, and what goes of the one before. */
static void print_rrset(const struct rollover *roll, int before, int rrset)
{
    size_t i;

    for (i = 0; i < roll->count; i++) {
        const struct entry *entry = &roll->entries[i];
        const dane_policy_tlsa *record = &entry->record;

        if (!entry->is_in[before] && !entry->is_in[rrset])
            continue;
        fputs(entry->is_in[rrset] ? "     " : "     ; remove ", stdout);
        if (entry->is_in[rrset]) {
            print_owner(roll);
            fputs(" IN TLSA ", stdout);
        }
        printf("%u %u %u ", record->usage, record->selector, record->matching_type);
        print_hex(&record->data, entry->is_in[rrset] ? SIZE_MAX : SHOWN);
        fputs(!entry->is_in[rrset] ? ", which " : entry->is_in[before] ? " ; stays, " : " ; new, ", stdout);
        if (entry->unusable != DANE_POLICY_DETAIL_NONE)
            printf("is unusable: %s", dane_policy_detail_name(entry->unusable));
        else
            fputs(matched_words(entry), stdout);
        if (!entry->is_in[rrset] && rrset == BOTH && entry->matches[CURRENT] != entry->matches[NEXT])
            fputs("; no record of its kind can match the other", stdout);
        if (entry->is_in[rrset] && !entry->matches[CURRENT] && !entry->matches[NEXT])
            fputs("; of use only to another server or a key to come", stdout);
        putchar('\n');
    }
}

static const char *today_word(const struct rollover *roll, int chain)
{
    switch (roll->today[chain]) {
    case DANE_POLICY_RESULT_MATCHED: return "matched";
    case DANE_POLICY_RESULT_NO_USABLE_RECORDS: return roll->entries[0].is_in[TODAY] ? "unusable" : "none";
    default: return "mismatched";
    }
}

/* For people: what is so today, and what to do one after the other. */
static void print_plan(const struct rollover *roll)
{
    int step = 1;

    if (roll->today[CURRENT] == DANE_POLICY_RESULT_NO_USABLE_RECORDS)
        printf("Records published today: %s\n", today_word(roll, CURRENT));
    else
        printf("Records published today: %s by the current chain, %s by the new one\n", today_word(roll, CURRENT),
               today_word(roll, NEXT));
    if (roll->problem[0] != '\0') {
        fputs("no plan: ", stdout);
        print_escaped(stdout, roll->problem);
        putchar('\n');
        return;
    }
    if (roll->today[CURRENT] == DANE_POLICY_RESULT_MISMATCHED)
        puts("Mail waits already");
    if (differs(roll, TODAY, BOTH)) {
        printf("%d. Publish this RRset. ", step++);
        if (roll->propagation == 0)
            puts("T+0 is when every name server of the zone has it:");
        else
            printf("T+0 is when you do; every name server of the zone has it by T+%lld s:\n", roll->propagation);
        print_rrset(roll, TODAY, BOTH);
    } else {
        printf("%d. Publish nothing: today's records will do\n", step++);
    }
    printf("%d. ", step++);
    if (roll->today[NEXT] == DANE_POLICY_RESULT_NO_USABLE_RECORDS)
        puts("Wait for nothing: who knows no usable record takes any certificate");
    else if (roll->install == 0)
        printf("Wait only if today's records are younger than two TTLs, %lld s: they match the new chain as well\n",
               until_forgotten(roll));
    else if (!differs(roll, TODAY, BOTH))
        printf("Wait until the new certificate is valid: in %lld s it is\n", roll->install);
    else
        printf("Wait until T+%lld s: two TTLs or longer (RFC 7671 section 8.1), until no cache has today's records\n",
               roll->install);
    if (roll->is_ttl_assumed && roll->today[NEXT] != DANE_POLICY_RESULT_NO_USABLE_RECORDS)
        puts("   The TTL of today's records is taken to be 3600 s: say --ttl");
    printf("%d. Install the new certificate on every server of this name, and see that it works\n", step++);
    if (!differs(roll, BOTH, LAST))
        return;
    printf("%d. Publish this RRset, as soon as no server shows the old certificate, which must not come back:\n", step);
    print_rrset(roll, BOTH, LAST);
}

/* What becomes of a record by the publication of an RRset. */
static const char *change_word(const struct entry *entry, int before, int rrset)
{
    if (entry->is_in[rrset])
        return entry->is_in[before] ? "keep" : "publish";
    return entry->is_in[before] ? "remove" : NULL;
}

static void print_plan_json(const struct rollover *roll)
{
    size_t shown = 0, i;

    fputs("{\"owner\":\"", stdout);
    print_owner(roll);
    fputs("\",", stdout);
    json_field("current", today_word(roll, CURRENT));
    putchar(',');
    json_field("new", today_word(roll, NEXT));
    putchar(',');
    json_field("problem", roll->problem[0] == '\0' ? NULL : roll->problem);
    printf(",\"ttl\":%lld,\"propagation\":%lld,\"install\":", roll->ttl, roll->propagation);
    if (roll->problem[0] == '\0')
        printf("%lld", roll->install);
    else
        fputs("null", stdout);
    fputs(",\"records\":[", stdout);
    for (i = 0; i < roll->count; i++) {
        const struct entry *entry = &roll->entries[i];
        const dane_policy_tlsa *record = &entry->record;

        if (!entry->is_in[TODAY] && !entry->is_in[BOTH])
            continue;
        printf("%s{\"usage\":%u,\"selector\":%u,\"matching_type\":%u,\"data\":\"", shown++ == 0 ? "" : ",",
               record->usage, record->selector, record->matching_type);
        print_hex(&record->data, SIZE_MAX);
        printf("\",\"published\":%s,\"usable\":%s,\"matches_current\":%s,\"matches_new\":%s,",
               json_bool(entry->is_in[TODAY]), json_bool(entry->unusable == DANE_POLICY_DETAIL_NONE),
               json_bool(entry->matches[CURRENT]), json_bool(entry->matches[NEXT]));
        json_field("first", roll->problem[0] == '\0' ? change_word(entry, TODAY, BOTH) : NULL);
        putchar(',');
        json_field("last", roll->problem[0] == '\0' ? change_word(entry, BOTH, LAST) : NULL);
        putchar('}');
    }
    putchar(']');
}

static void free_rollover(struct rollover *roll)
{
    size_t i;

    for (i = 0; i < roll->count; i++)
        free(roll->entries[i].own);
    free(roll->entries);
    free(roll->rrset);
    free(roll->chains[CURRENT].octets);
    free(roll->chains[NEXT].octets);
}

#endif
