/* A resolver of the test's own, on UDP: it answers when the test says so, or never. */
#ifndef SERVER_H
#define SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "multi.h"

/* A socket on loopback, and its address as dane_policy_context_add_nameserver takes it. */
static inline int make_server(char *address, size_t size)
{
    struct sockaddr_in own = {0};
    socklen_t length = sizeof own;
    int server = socket(AF_INET, SOCK_DGRAM, 0);

    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(server >= 0 && bind(server, (struct sockaddr *)&own, sizeof own) == 0);
    CHECK(getsockname(server, (struct sockaddr *)&own, &length) == 0);
    snprintf(address, size, "127.0.0.1:%d", ntohs(own.sin_port));
    return server;
}

/* A context that asks it, in a mode where one question is one packet; calls end after so many milliseconds. */
static inline dane_policy_context *context_for(const char *address, uint32_t timeout)
{
    dane_policy_context *context;

    CHECK(dane_policy_context_new(&context) == DANE_POLICY_OK);
    CHECK(dane_policy_context_add_nameserver(context, address) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_dnssec(context, DANE_POLICY_DNSSEC_TRUST_AD) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_timeout(context, timeout) == DANE_POLICY_OK);
    return context;
}

/* Receives a question and says, with AD, that there is no such name (RFC 8020); it has no SOA to be kept by. */
static inline void deny(int server)
{
    unsigned char message[4096];
    struct sockaddr_in client;
    socklen_t length = sizeof client;
    ssize_t octets = recvfrom(server, message, sizeof message, 0, (struct sockaddr *)&client, &length);

    CHECK(octets > 12);
    message[2] |= 0x80;
    message[3] = 0xa3;
    CHECK(sendto(server, message, (size_t)octets, 0, (struct sockaddr *)&client, length) == octets);
}

#endif
