/*
 * A session in the clear, with a mail server in this program: what is misuse of it, what it says to who does not block, and
 * that a process that forked off can only free it.
 */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dane_policy.h>

#include "check.h"

#define IS(text, want) CHECK(strcmp((text), (want)) == 0)

static void say(int fd, const char *words)
{
    CHECK(write(fd, words, strlen(words)) == (ssize_t)strlen(words));
}

static void expect(int fd, const char *words)
{
    char heard[256];
    size_t length = strlen(words);

    CHECK(recv(fd, heard, length, MSG_WAITALL) == (ssize_t)length);
    CHECK(memcmp(heard, words, length) == 0);
}

/* The server: one client, until it has gone. */
static void serve(int listener)
{
    int fd = accept(listener, NULL, NULL);
    char octet;

    CHECK(fd >= 0);
    say(fd, "220 clear\r\n");
    expect(fd, "EHLO [127.0.0.1]\r\n");
    say(fd, "250 clear\r\n");
    expect(fd, "EHLO me\r\n");
    say(fd, "250 again\r\n");
    expect(fd, "QUIT\r\n");
    say(fd, "221 bye\r\n");
    /* Nothing that the child did came before, and nothing comes after. */
    CHECK(recv(fd, &octet, 1, 0) == 0);
    close(fd);
}

static int listen_on(uint16_t *port)
{
    struct sockaddr_in own;
    socklen_t length = sizeof own;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    memset(&own, 0, sizeof own);
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(listener >= 0 && bind(listener, (struct sockaddr *)&own, sizeof own) == 0 && listen(listener, 1) == 0);
    CHECK(getsockname(listener, (struct sockaddr *)&own, &length) == 0);
    *port = ntohs(own.sin_port);
    return listener;
}

static dane_policy_session *connect_to(uint16_t port)
{
    dane_policy_context *context;
    dane_policy_destination *to;
    dane_policy_session *session;
    dane_policy_verification *why;

    CHECK(dane_policy_context_new(&context) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_ehlo_name(context, "[127.0.0.1]") == DANE_POLICY_OK);
    CHECK(dane_policy_lookup(context, "[127.0.0.1]", port, &to) == DANE_POLICY_OK);
    CHECK(dane_policy_connect_host(context, dane_policy_destination_host(to, 0), &session, &why) == DANE_POLICY_OK);
    CHECK(session != NULL);
    CHECK(dane_policy_decision_may_deliver(dane_policy_verification_decision(why)) == 1);
    CHECK(dane_policy_verification_certificate(why) == DANE_POLICY_CERTIFICATE_NO_STARTTLS);
    dane_policy_verification_free(why);
    dane_policy_destination_free(to);
    dane_policy_context_free(context);
    return session;
}

static void refuses(dane_policy_session *session)
{
    char octet;
    size_t length = 9;

    CHECK(dane_policy_session_read(session, &octet, 0, &length) == DANE_POLICY_ERROR_MISUSE && length == 0);
    CHECK(dane_policy_session_read(session, NULL, 1, &length) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_session_read(session, &octet, 1, NULL) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_session_write(session, NULL, 1, &length) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_session_write(session, "", 0, NULL) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_session_set_timeout(session, 0) == DANE_POLICY_ERROR_MISUSE);
    IS(dane_policy_session_text(session), "");
}

/* What the keys of the parent would give away is not said by a child. */
static void child_can_only_free(dane_policy_session *session)
{
    int status;
    pid_t child = fork();

    CHECK(child >= 0);
    if (child == 0) {
        char octet;
        size_t length;

        CHECK(dane_policy_session_write(session, "NOOP\r\n", 6, &length) == DANE_POLICY_ERROR_MISUSE);
        CHECK(dane_policy_session_read(session, &octet, 1, &length) == DANE_POLICY_ERROR_MISUSE);
        CHECK(dane_policy_session_descriptor(session) == -1);
        dane_policy_session_free(session);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void wait_for(const dane_policy_session *session)
{
    struct pollfd news = {dane_policy_session_descriptor(session), 0, 0};

    news.events = (short)dane_policy_session_events(session);
    CHECK(news.events != 0 && poll(&news, 1, 60000) == 1);
}

static void talk(dane_policy_session *session)
{
    char reply[64];
    size_t length;

    IS(dane_policy_session_greeting(session), "220 clear\r\n");
    CHECK(dane_policy_session_tls_version(session) == NULL);
    CHECK(dane_policy_session_set_blocking(session, 0) == DANE_POLICY_OK);
    CHECK(dane_policy_session_events(session) == POLLIN && dane_policy_session_pending(session) == 0);
    CHECK(dane_policy_session_read(session, reply, sizeof reply, &length) == DANE_POLICY_ERROR_AGAIN && length == 0);
    IS(dane_policy_session_text(session), "");
    CHECK(dane_policy_session_write(session, "EHLO me\r\n", 9, &length) == DANE_POLICY_OK && length == 9);
    wait_for(session);
    /* By parts: what was not read waits. */
    CHECK(dane_policy_session_read(session, reply, 4, &length) == DANE_POLICY_OK && length == 4);
    CHECK(memcmp(reply, "250 ", 4) == 0 && dane_policy_session_pending(session) == 1);
    CHECK(dane_policy_session_read(session, reply, sizeof reply, &length) == DANE_POLICY_OK && length == 7);
    CHECK(dane_policy_session_set_blocking(session, 1) == DANE_POLICY_OK);
    CHECK(dane_policy_session_set_timeout(session, 60000) == DANE_POLICY_OK);
    CHECK(dane_policy_session_write(session, "QUIT\r\n", 6, &length) == DANE_POLICY_OK && length == 6);
    CHECK(dane_policy_session_read(session, reply, sizeof reply, &length) == DANE_POLICY_OK && length == 9);
}

int main(void)
{
    uint16_t port;
    int status, listener = listen_on(&port);
    dane_policy_session *session;
    pid_t server = fork();

    CHECK(server >= 0);
    if (server == 0) {
        serve(listener);
        _exit(0);
    }
    close(listener);
    session = connect_to(port);
    refuses(session);
    child_can_only_free(session);
    talk(session);
    dane_policy_session_free(session);
    CHECK(waitpid(server, &status, 0) == server && status == 0);
    puts("session: passed");
    return 0;
}
