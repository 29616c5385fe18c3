/*
 * Work to count:
 *
 *   counters WORK TIMES [FILE...]
 *
 * does it so many times, and says what the last time took from the heap; of decide and getter, all that come after a first. The world is found
 * as in examples-c/world.h. To verify are files: the RDATA of a TLSA record, then certificates in DER.
 */
#define _GNU_SOURCE

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "allocations.h"
#include "check.h"
#include "random.h"
#include "../../examples-c/world.h"

enum { MOST = 8, ROOM = 8192 };

/* The files, and how many. */
static char **files;
static int file_count;
/* Whether this is the time that counts. */
static int is_last;

/* In place of libc's: no file of trust anchors is there, on whatever system. */
int open64(const char *path, int flags, ...)
{
    const char *name = strrchr(path, '/');
    va_list rest;
    int mode;

    va_start(rest, flags);
    mode = va_arg(rest, int);
    va_end(rest);
    return (int)syscall(SYS_openat, AT_FDCWD, name != NULL && strcmp(name, "/root.key") == 0 ? "" : path, flags, mode);
}

static void begin(void)
{
    if (is_last)
        count_allocations();
}

static void end(void)
{
    counting = 0;
}

static void nothing(long times)
{
    (void)times;
}

static void context(long times)
{
    while (times-- > 0) {
        dane_policy_context *it;

        is_last = times == 0;
        begin();
        CHECK(dane_policy_context_new(&it) == DANE_POLICY_OK);
        end();
        dane_policy_context_free(it);
    }
}

static dane_policy_context *in_world(dane_policy_dnssec mode)
{
    dane_policy_context *it;

    CHECK(world_context(&it) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_dnssec(it, mode) == DANE_POLICY_OK);
    return it;
}

static void look_up(const dane_policy_context *by)
{
    dane_policy_destination *destination;
    const dane_policy_decision *decision;

    begin();
    CHECK(dane_policy_lookup(by, "good.test", world_port(), &destination) == DANE_POLICY_OK);
    end();
    decision = dane_policy_destination_decision(destination);
    CHECK(dane_policy_decision_action(decision) == DANE_POLICY_ACTION_VERIFY);
    dane_policy_destination_free(destination);
}

/* Each by a context that knows nothing yet. */
static void cold(dane_policy_dnssec mode, long times)
{
    while (times-- > 0) {
        dane_policy_context *by = in_world(mode);

        is_last = times == 0;
        look_up(by);
        dane_policy_context_free(by);
    }
}

/* All by one, which knows the zones. */
static void warm(dane_policy_dnssec mode, long times)
{
    dane_policy_context *by = in_world(mode);

    look_up(by);
    while (times-- > 0) {
        is_last = times == 0;
        look_up(by);
    }
    dane_policy_context_free(by);
}

static void cold_validate(long times)
{
    cold(DANE_POLICY_DNSSEC_VALIDATE, times);
}

static void cold_trust_ad(long times)
{
    cold(DANE_POLICY_DNSSEC_TRUST_AD, times);
}

static void warm_validate(long times)
{
    warm(DANE_POLICY_DNSSEC_VALIDATE, times);
}

static void warm_trust_ad(long times)
{
    warm(DANE_POLICY_DNSSEC_TRUST_AD, times);
}

static dane_policy_bytes contents(const char *path)
{
    static uint8_t room[1 + MOST][ROOM];
    static size_t used;
    FILE *file = fopen(path, "rb");
    dane_policy_bytes it;

    CHECK(file != NULL && used <= MOST);
    it.data = room[used];
    it.length = fread(room[used++], 1, ROOM, file);
    CHECK(it.length > 3 && it.length < ROOM);
    fclose(file);
    return it;
}

static void verify(long times)
{
    static const char *const names[] = {"mx.example.org"};
    dane_policy_bytes rdata, chain[MOST];
    dane_policy_tlsa record;
    int i;

    CHECK(file_count > 1 && file_count <= 1 + MOST);
    rdata = contents(files[0]);
    record.usage = rdata.data[0];
    record.selector = rdata.data[1];
    record.matching_type = rdata.data[2];
    record.data.data = rdata.data + 3;
    record.data.length = rdata.length - 3;
    for (i = 1; i < file_count; i++)
        chain[i - 1] = contents(files[i]);
    while (times-- > 0) {
        dane_policy_verification *verification;

        is_last = times == 0;
        begin();
        CHECK(dane_policy_verify_records(&record, 1, chain, (size_t)file_count - 1, names, 1, 1767225600,
                                         &verification) == DANE_POLICY_OK);
        end();
        CHECK(dane_policy_verification_result(verification) == DANE_POLICY_RESULT_MATCHED);
        dane_policy_verification_free(verification);
    }
}

/* With arguments by chance, all of them in range but some. */
static void decide(long times)
{
    uint64_t number = 0;

    (void)dane_policy_decide(0, 0, 0, 0, 0);
    is_last = 1;
    begin();
    while (times-- > 0) {
        uint64_t bits = mixed(number += RANDOM_STEP);

        (void)dane_policy_decide(1 + (bits & 1), bits >> 1 & 7, bits >> 4 & 7, bits >> 7 & 7, bits >> 10 & 7);
    }
    end();
}

static void getter(long times)
{
    const dane_policy_decision *decision =
        dane_policy_decide(DANE_POLICY_LEVEL_DANE, DANE_POLICY_STATUS_SECURE, DANE_POLICY_STATUS_SECURE,
                           DANE_POLICY_STATUS_SECURE, DANE_POLICY_CERTIFICATE_SUCCESSFUL);

    is_last = 1;
    begin();
    while (times-- > 0)
        CHECK(dane_policy_decision_action(decision) == DANE_POLICY_ACTION_DELIVER);
    end();
}

static const struct {
    const char *name;
    void (*work)(long times);
} works[] = {
    {"nothing", nothing},
    {"context", context},
    {"cold-validate", cold_validate},
    {"cold-trust-ad", cold_trust_ad},
    {"warm-validate", warm_validate},
    {"warm-trust-ad", warm_trust_ad},
    {"verify", verify},
    {"decide", decide},
    {"getter", getter},
};

int main(int argc, char **argv)
{
    size_t i;

    CHECK(argc >= 3);
    files = argv + 3;
    file_count = argc - 3;
    for (i = 0; i < sizeof works / sizeof *works; i++)
        if (strcmp(works[i].name, argv[1]) == 0) {
            works[i].work(atol(argv[2]));
            printf("%d allocations, %ld octets at most\n", taken + moved, most_held);
            return fflush(stdout) != 0;
        }
    fprintf(stderr, "counters: no such work\n");
    return 2;
}
