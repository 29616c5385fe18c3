/*
 * What a hostile authority takes from the heap, and what happens where memory runs out. Runs as `world run -- memory`.
 *
 * At most 32 MiB above idle, whatever is served; where the address space ends, or single allocations fail, a decision
 * or DANE_POLICY_ERROR_NO_MEMORY; where all of them fail, the process ends without a word.
 */
#define _DEFAULT_SOURCE

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dane_policy_diagnosis.h>

#include "failing.h"
#include "../../examples-c/world.h"

#define MIB (1024L * 1024L)

/* What a child ends with that no code of the library is: a call began although its function failed, or did not come out. */
enum { BEGAN_ALL_THE_SAME = 97, LOST = 98, MOST_ROUNDS = 1000, FIRST = 64 };

/* What is done in a child: a return code of the library, or one of those. */
typedef int work(const dane_policy_context *context, const char *domain);

static const char *const attacks[] = {"digests", "keys",    "checks",    "hashes",  "aliases",
                                      "signatures", "records", "addresses", "targets"};
#define ATTACKS (sizeof attacks / sizeof attacks[0])

static void die(const char *why)
{
    fprintf(stderr, "memory: %s\n", why);
    exit(1);
}

static dane_policy_context *context_for(int mode)
{
    dane_policy_context *context;

    if (world_context(&context) != DANE_POLICY_OK || dane_policy_context_set_dnssec(context, mode) != DANE_POLICY_OK)
        die("no context");
    return context;
}

/* Looks up a domain and verifies an empty chain at each host; the return code of the lookup. */
static int look_up(const dane_policy_context *context, const char *domain)
{
    dane_policy_destination *destination;
    int code = dane_policy_lookup(context, domain, world_port(), &destination);
    size_t i;

    for (i = 0; i < dane_policy_destination_host_count(destination); i++) {
        dane_policy_verification *verification;

        if (dane_policy_verify(dane_policy_destination_host(destination, i), NULL, 0, 0, &verification) ==
            DANE_POLICY_ERROR_INTERNAL)
            code = DANE_POLICY_ERROR_INTERNAL;
        dane_policy_verification_free(verification);
    }
    dane_policy_destination_free(destination);
    return code;
}

/* The worse of two codes. */
static int worse(int code, int other)
{
    return code == DANE_POLICY_OK || other == DANE_POLICY_ERROR_INTERNAL ? other : code;
}

/* Three calls at once; what a function says of them, or the outcome of one. What began comes out once, and nothing else. */
static int look_up_at_once(const dane_policy_context *context, const char *domain)
{
    const uint16_t port = world_port();
    dane_policy_multi *multi;
    int code = dane_policy_multi_new(context, &multi), codes[3], began = 0, done = 0, rounds, i;

    if (code != DANE_POLICY_OK)
        return code;
    codes[0] = dane_policy_multi_lookup(multi, domain, port, &codes[0]);
    codes[1] = dane_policy_multi_query(multi, domain, 15, &codes[1]);
    codes[2] = dane_policy_multi_check(multi, domain, port, &codes[2]);
    for (i = 0; i < 3; i++) {
        code = worse(code, codes[i]);
        began += codes[i] == DANE_POLICY_OK;
    }
    if (dane_policy_multi_running(multi) != (size_t)began)
        return BEGAN_ALL_THE_SAME;
    for (rounds = 0; dane_policy_multi_running(multi) > 0 && rounds < MOST_ROUNDS; rounds++) {
        dane_policy_outcome *outcome;

        code = worse(code, dane_policy_multi_wait(multi, -1));
        code = worse(code, dane_policy_multi_next(multi, &outcome));
        if (outcome != NULL) {
            code = worse(code, dane_policy_outcome_error(outcome));
            done += *(int *)dane_policy_outcome_tag(outcome) == DANE_POLICY_OK;
        }
        dane_policy_outcome_free(outcome);
    }
    dane_policy_multi_free(multi);
    return done == began ? code : LOST;
}

/* Where a turn cannot begin, process says so and ends no call for it; with memory again the calls go on. */
static void turns_without_a_reserve(void)
{
    dane_policy_context *context = context_for(DANE_POLICY_DNSSEC_VALIDATE);
    dane_policy_multi *multi;
    int tags[3], came = 0, failed = 0, code = DANE_POLICY_OK, i;

    alarm(60);
    if (dane_policy_multi_new(context, &multi) != DANE_POLICY_OK)
        die("no multi");
    for (i = 0; i < 3; i++)
        if (dane_policy_multi_lookup(multi, "good.test", world_port(), &tags[i]) != DANE_POLICY_OK)
            die("no lookup");
    lacks_reserve = 1;
    first_failure = allocations + 20;
    failures = 1;
    for (i = 0; code != DANE_POLICY_ERROR_NO_MEMORY && i < MOST_ROUNDS; i++)
        code = dane_policy_multi_process(multi);
    if (code != DANE_POLICY_ERROR_NO_MEMORY)
        die("there was a reserve");
    lacks_reserve = 0;
    while (dane_policy_multi_running(multi) > 0) {
        dane_policy_outcome *outcome;

        dane_policy_multi_wait(multi, -1);
        if (dane_policy_multi_next(multi, &outcome) != DANE_POLICY_OK)
            die("no outcome");
        came += outcome != NULL;
        failed += outcome != NULL && dane_policy_outcome_error(outcome) == DANE_POLICY_ERROR_NO_MEMORY;
        dane_policy_outcome_free(outcome);
    }
    printf("without a reserve: %d of 3 calls came out, %d had no memory\n", came, failed);
    if (came != 3 || failed > 1)
        die("a turn that cannot begin ends no call");
    alarm(0);
    first_failure = 0;
    dane_policy_multi_free(multi);
    dane_policy_context_free(context);
}

static void name_domain(char *domain, size_t size, const char *attack, int hosts)
{
    snprintf(domain, size, "%s.c%d.hostile.test", attack, hosts);
}

static void bounded_heap(int mode)
{
    dane_policy_context *context = context_for(mode);
    size_t i;

    for (i = 0; i < 2 * ATTACKS; i++) {
        char domain[64];
        long idle = octets;

        name_domain(domain, sizeof domain, attacks[i / 2], i % 2 ? 100 : 1);
        peak = octets;
        if (look_up(context, domain) != DANE_POLICY_OK)
            die(domain);
        printf("%s, mode %d: %ld KiB above idle\n", domain, mode, (peak - idle) / 1024);
        if (peak - idle > 32 * MIB)
            die("more than 32 MiB");
    }
    dane_policy_context_free(context);
}

/* Runs some work in a child, whose standard error is a pipe that nobody reads; how the child ended. */
static int in_child(work *work, const dane_policy_context *context, const char *domain, long room)
{
    int status, ends[2];
    pid_t child = -1;

    fflush(stdout);
    if (pipe(ends) != 0 || (child = fork()) < 0)
        die("no child");
    if (child == 0) {
        struct rlimit limit;
        char line[256];
        long pages = 0;
        FILE *file;

        close(ends[0]);
        dup2(ends[1], 2);
        if (room > 0) {
            malloc_trim(0);
            file = fopen("/proc/self/statm", "r");
            if (file == NULL || fgets(line, sizeof line, file) == NULL || sscanf(line, "%ld", &pages) != 1)
                _exit(99);
            fclose(file);
            limit.rlim_cur = limit.rlim_max = (rlim_t)(pages * sysconf(_SC_PAGESIZE) + room);
            if (setrlimit(RLIMIT_AS, &limit) != 0)
                _exit(99);
        }
        allocations = 0;
        _exit(work(context, domain));
    }
    close(ends[1]);
    close(ends[0]);
    if (waitpid(child, &status, 0) != child)
        die("no child came back");
    return status;
}

static int ends_well(int status)
{
    return WIFEXITED(status) && (WEXITSTATUS(status) == DANE_POLICY_OK || WEXITSTATUS(status) == DANE_POLICY_ERROR_NO_MEMORY);
}

static void short_address_space(int mode)
{
    dane_policy_context *context = context_for(mode);
    long without = 0, room;
    size_t i;

    for (i = 0; i < ATTACKS; i++)
        for (room = MIB / 16; room <= 4 * MIB; room *= 4) {
            char domain[64];
            int status;

            name_domain(domain, sizeof domain, attacks[i], 100);
            status = in_child(look_up, context, domain, room);
            if (!ends_well(status)) {
                printf("%s, %ld KiB: status %#x\n", domain, room / 1024, (unsigned)status);
                die("a lookup that runs out of memory ends the process");
            }
            without += WEXITSTATUS(status) == DANE_POLICY_ERROR_NO_MEMORY;
        }
    printf("address space, mode %d: %ld lookups of %d ran out of memory\n", mode, without, (int)(4 * ATTACKS));
    if (without == 0)
        die("no lookup ran out of memory");
    dane_policy_context_free(context);
}

/* Lets one allocation fail, then all from one on; so many of those that the work takes, and more where it begins. */
static void failing_allocations(const char *name, work *work, int samples, int mode)
{
    dane_policy_context *context = context_for(mode);
    long total, at, refused = 0, aborted = 0;

    allocations = 0;
    if (work(context, "good.test") != DANE_POLICY_OK)
        die(name);
    total = allocations;
    for (at = 1; at <= total; at += at < FIRST ? 3 : 1 + total / samples) {
        int status;

        first_failure = at;
        failures = 1;
        status = in_child(work, context, "good.test", 0);
        if (!ends_well(status)) {
            printf("%s, allocation %ld: status %#x\n", name, at, (unsigned)status);
            die("an allocation that fails ends the process");
        }
        refused += WEXITSTATUS(status) == DANE_POLICY_ERROR_NO_MEMORY;
        failures = total * 2;
        status = in_child(work, context, "good.test", 0);
        if (!ends_well(status) && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT))
            die("without any memory the process ends otherwise than by SIGABRT");
        aborted += WIFSIGNALED(status);
    }
    first_failure = 0;
    printf("failing allocations, %s, mode %d: %ld of %ld refused, %ld processes ended\n", name, mode, refused, total, aborted);
    if (refused == 0 || aborted == 0)
        die("nothing failed");
    dane_policy_context_free(context);
}

int main(void)
{
    int mode;

    /* While the heap is small. */
    for (mode = DANE_POLICY_DNSSEC_VALIDATE; mode <= DANE_POLICY_DNSSEC_TRUST_AD; mode++)
        short_address_space(mode);
    for (mode = DANE_POLICY_DNSSEC_VALIDATE; mode <= DANE_POLICY_DNSSEC_TRUST_AD; mode++) {
        failing_allocations("a lookup", look_up, 100, mode);
        failing_allocations("calls at once", look_up_at_once, 25, mode);
        bounded_heap(mode);
    }
    turns_without_a_reserve();
    puts("memory: passed");
    return 0;
}
