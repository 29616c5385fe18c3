/* The floor: the four questions of each domain and nothing made of the replies:
 *
 *   stub NAMESERVER ANCHOR DOMAINS COUNT shared   by one socket, 64 domains at once
 *   stub NAMESERVER ANCHOR DOMAINS COUNT each     by a socket a question, one after another */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"

enum { A = 1, MX = 15, AAAA = 28, TLSA = 52, AT_ONCE = 64 };

static struct sockaddr_in server;

static int connected(void)
{
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (descriptor < 0 || connect(descriptor, (const struct sockaddr *)&server, sizeof server) != 0)
        fail("no socket");
    return descriptor;
}

static void ask(int descriptor, const char *prefix, const char *name, int type)
{
    static uint16_t id;
    unsigned char query[2 * LONGEST] = {0, 0, 1, 0x20, 0, 1};
    char whole[2 * LONGEST], *label = whole;
    size_t used = 12, length;

    query[0] = (unsigned char)(++id >> 8);
    query[1] = (unsigned char)id;
    snprintf(whole, sizeof whole, "%s%s.", prefix, name);
    for (; *label != '\0'; label += length + 1) {
        length = strcspn(label, ".");
        query[used++] = (unsigned char)length;
        memcpy(query + used, label, length);
        used += length;
    }
    query[used + 2] = (unsigned char)type;
    query[used + 4] = 1;
    if (send(descriptor, query, used + 5, 0) < 0)
        fail("a query is not sent");
}

static void hear(int descriptor)
{
    unsigned char reply[4096];

    /* An answer, and AD. */
    if (recv(descriptor, reply, sizeof reply, 0) < 12 || reply[7] == 0 || !(reply[3] & 0x20))
        fail("an answer is not secure");
}

static void by_one(void)
{
    int descriptor = connected();
    size_t first, i, end;

    for (first = 0; first < domain_count; first = end) {
        end = first + AT_ONCE < domain_count ? first + AT_ONCE : domain_count;
        for (i = first; i < end; i++) {
            begins(i);
            ask(descriptor, "", domains[i], MX);
        }
        for (i = first; i < end; i++)
            hear(descriptor);
        for (i = first; i < end; i++) {
            ask(descriptor, "mx.", domains[i], A);
            ask(descriptor, "mx.", domains[i], AAAA);
            ask(descriptor, "_25._tcp.mx.", domains[i], TLSA);
        }
        for (i = first; i < end; i++) {
            hear(descriptor);
            hear(descriptor);
            hear(descriptor);
            ends(i);
        }
    }
    close(descriptor);
}

static void alone(const char *prefix, const char *name, int type)
{
    int descriptor = connected();

    ask(descriptor, prefix, name, type);
    hear(descriptor);
    close(descriptor);
}

static void by_many(void)
{
    size_t i;

    for (i = 0; i < domain_count; i++) {
        begins(i);
        alone("", domains[i], MX);
        alone("mx.", domains[i], A);
        alone("mx.", domains[i], AAAA);
        alone("_25._tcp.mx.", domains[i], TLSA);
        ends(i);
    }
}

int main(int argc, char **argv)
{
    char *colon = NULL;

    program = argv[0];
    if (argc != 6 || (colon = strchr(argv[1], ':')) == NULL)
        fail("five arguments");
    read_domains(argv[3], argv[4]);
    *colon = '\0';
    server.sin_family = AF_INET;
    server.sin_port = htons((uint16_t)atoi(colon + 1));
    inet_pton(AF_INET, argv[1], &server.sin_addr);
    if (strcmp(argv[5], "shared") == 0)
        by_one();
    else
        by_many();
    return tell();
}
