/* Domains by libunbound, which forwards to the lab:  unbound NAMESERVER ANCHOR DOMAINS COUNT IN-FLIGHT
 *
 * 0 in flight is one after another by ub_resolve, else as many at once by ub_resolve_async and its one thread. */
#define _POSIX_C_SOURCE 200809L

#include <poll.h>

#include <unbound.h>

#include "peer.h"

enum { A = 1, MX = 15, AAAA = 28, TLSA = 52 };

static struct ub_ctx *context;
static size_t running, *left;

static void check(int code)
{
    if (code != 0)
        fail(ub_strerror(code));
}

/* The name of the one mail host, from an MX record: no compression in what libunbound hands out. */
static const char *mail_host(const struct ub_result *result)
{
    static char name[LONGEST];
    const char *at = result->data[0] + 2;
    size_t used = 0;

    for (; *at != 0; at += 1 + *at) {
        memcpy(name + used, at + 1, (size_t)*at);
        used += (size_t)*at;
        name[used++] = '.';
    }
    name[used] = '\0';
    return name;
}

static const char *tlsa_owner(const char *host)
{
    static char name[LONGEST + 9];

    snprintf(name, sizeof name, "_25._tcp.%s", host);
    return name;
}

static void judge(const struct ub_result *result)
{
    if (!result->secure || !result->havedata)
        fail("an answer is not secure");
}

static void has_record(void *tag, int code, struct ub_result *result)
{
    size_t domain = (size_t)((size_t *)tag - left);

    check(code);
    judge(result);
    ub_resolve_free(result);
    if (--left[domain] == 0) {
        ends(domain);
        running--;
    }
}

static void has_mx(void *tag, int code, struct ub_result *result)
{
    const char *host;

    check(code);
    judge(result);
    host = mail_host(result);
    *(size_t *)tag = 3;
    check(ub_resolve_async(context, host, A, 1, tag, has_record, NULL));
    check(ub_resolve_async(context, host, AAAA, 1, tag, has_record, NULL));
    check(ub_resolve_async(context, tlsa_owner(host), TLSA, 1, tag, has_record, NULL));
    ub_resolve_free(result);
}

static void at_once(size_t in_flight)
{
    struct pollfd descriptor = {-1, POLLIN, 0};
    size_t next = 0;

    check(ub_ctx_async(context, 1));
    while (next < domain_count || running > 0) {
        for (; next < domain_count && running < in_flight; next++, running++) {
            begins(next);
            check(ub_resolve_async(context, domains[next], MX, 1, &left[next], has_mx, NULL));
        }
        /* Not ub_wait, which waits for all of them. */
        descriptor.fd = ub_fd(context);
        poll(&descriptor, 1, -1);
        check(ub_process(context));
    }
}

static void ask(const char *name, int type, char *host)
{
    struct ub_result *result;

    check(ub_resolve(context, name, type, 1, &result));
    judge(result);
    if (host != NULL)
        strcpy(host, mail_host(result));
    ub_resolve_free(result);
}

static void one_after_another(void)
{
    char host[LONGEST];
    size_t i;

    for (i = 0; i < domain_count; i++) {
        begins(i);
        ask(domains[i], MX, host);
        ask(host, A, NULL);
        ask(host, AAAA, NULL);
        ask(tlsa_owner(host), TLSA, NULL);
        ends(i);
    }
}

int main(int argc, char **argv)
{
    size_t in_flight;
    char *colon;

    program = argv[0];
    if (argc != 6)
        fail("five arguments");
    read_domains(argv[3], argv[4]);
    left = allocate(domain_count, sizeof *left);
    context = ub_ctx_create();
    if (context == NULL)
        fail("no context");
    colon = strchr(argv[1], ':');
    if (colon != NULL)
        *colon = '@';
    check(ub_ctx_set_option(context, "do-not-query-localhost:", "no"));
    check(ub_ctx_set_option(context, "outgoing-range:", "1024"));
    check(ub_ctx_set_fwd(context, argv[1]));
    check(ub_ctx_add_ta_file(context, argv[2]));
    in_flight = strtoul(argv[5], NULL, 10);
    if (in_flight == 0)
        one_after_another();
    else
        at_once(in_flight);
    ub_ctx_delete(context);
    return tell();
}
