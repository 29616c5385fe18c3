/*
 * SMTP as far as the example clients need it: connecting, replies, STARTTLS, one message (RFC 5321, RFC 3207). TLS is
 * the including program's: from STARTTLS on, octets go through its functions.
 */
#ifndef SMTP_H
#define SMTP_H

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <dane_policy.h>

/* Limits of a reply and of a name, and the patience with a silent server. */
enum { SMTP_LINE = 2048, SMTP_LINES = 128, SMTP_NAME = 256, SMTP_SECONDS = 30 };

struct smtp {
    int fd;
    int offers_starttls;
    void *tls; /* of the functions below, NULL before TLS */
    long (*read)(struct smtp *smtp, void *data, size_t size); /* octets; 0 or less is the end */
    long (*write)(struct smtp *smtp, const void *data, size_t size);
    char buffer[SMTP_LINE];
    size_t taken, filled;
};

static inline long smtp_plain_read(struct smtp *smtp, void *data, size_t size)
{
    return (long)recv(smtp->fd, data, size, 0);
}

static inline long smtp_plain_write(struct smtp *smtp, const void *data, size_t size)
{
    return (long)send(smtp->fd, data, size, MSG_NOSIGNAL);
}

/* One line without its end; 0 if there is none, or one that is too long or ends in a bare line feed. */
static inline int smtp_line(struct smtp *smtp, char line[SMTP_LINE])
{
    size_t length = 0;
    long count;

    while (length < SMTP_LINE) {
        if (smtp->taken == smtp->filled) {
            count = smtp->read(smtp, smtp->buffer, sizeof smtp->buffer);
            if (count <= 0)
                return 0;
            smtp->taken = 0;
            smtp->filled = (size_t)count;
        }
        line[length] = smtp->buffer[smtp->taken++];
        if (line[length++] == '\n') {
            if (length < 2 || line[length - 2] != '\r')
                return 0;
            line[length - 2] = '\0';
            return 1;
        }
    }
    return 0;
}

/* The code of a whole reply; 0 if it is none. */
static inline int smtp_reply(struct smtp *smtp)
{
    char line[SMTP_LINE], code[4] = "";
    int i;

    smtp->offers_starttls = 0;
    for (i = 0; i < SMTP_LINES && smtp_line(smtp, line); i++) {
        if (strspn(line, "0123456789") != 3 || (i > 0 && strncmp(line, code, 3) != 0))
            return 0;
        memcpy(code, line, 3);
        if (line[3] == '\0')
            return atoi(code);
        if (i > 0 && strcasecmp(line + 4, "STARTTLS") == 0)
            smtp->offers_starttls = 1;
        if (line[3] == ' ')
            return atoi(code);
        if (line[3] != '-')
            return 0;
    }
    return 0;
}

/* Sends octets; 1 if all went. */
static inline int smtp_write(struct smtp *smtp, const char *data)
{
    size_t length = strlen(data);
    long count;

    for (; length > 0; data += count, length -= (size_t)count)
        if ((count = smtp->write(smtp, data, length)) <= 0)
            return 0;
    return 1;
}

/* Sends a command with its argument; the code of the reply, or 0. */
static inline int smtp_command(struct smtp *smtp, const char *verb, const char *argument, const char *end)
{
    if (!smtp_write(smtp, verb) || !smtp_write(smtp, argument) || !smtp_write(smtp, end))
        return 0;
    return smtp_reply(smtp);
}

/* What to say in EHLO: this machine's name, or where that is no host name, the address of this end (RFC 5321 section 4.1.4). */
static inline void smtp_client_name(const struct smtp *smtp, char name[SMTP_NAME])
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    struct sockaddr_storage own;
    socklen_t length = sizeof own;
    char address[SMTP_NAME - 16] = "127.0.0.1";

    memset(name, 0, SMTP_NAME);
    if (gethostname(name, SMTP_NAME - 1) == 0 && *name != '\0' && *name != '.' && strstr(name, "..") == NULL
        && name[strspn(name, letters)] == '\0')
        return;
    if (getsockname(smtp->fd, (struct sockaddr *)&own, &length) == 0)
        getnameinfo((struct sockaddr *)&own, length, address, sizeof address, NULL, 0, NI_NUMERICHOST);
    /* Without the zone of a link-local address. */
    address[strcspn(address, "%")] = '\0';
    snprintf(name, SMTP_NAME, strchr(address, ':') != NULL ? "[IPv6:%s]" : "[%s]", address);
}

/* Says EHLO, or HELO where that is refused; 1 if the server takes one of them. */
static inline int smtp_hello(struct smtp *smtp)
{
    char name[SMTP_NAME];
    int code;

    smtp_client_name(smtp, name);
    code = smtp_command(smtp, "EHLO ", name, "\r\n");
    return code == 250 || (code >= 500 && smtp_command(smtp, "HELO ", name, "\r\n") == 250);
}

static inline void smtp_close(struct smtp *smtp)
{
    if (smtp->fd >= 0)
        close(smtp->fd);
    smtp->fd = -1;
}

/* Connects, reads the greeting and says EHLO; 0, or DANE_POLICY_CERTIFICATE_CONNECTION_FAILED. */
static inline int smtp_open(struct smtp *smtp, const struct sockaddr_storage *to, socklen_t length)
{
    const struct timeval patience = {SMTP_SECONDS, 0};

    memset(smtp, 0, sizeof *smtp);
    smtp->read = smtp_plain_read;
    smtp->write = smtp_plain_write;
    smtp->fd = socket(to->ss_family, SOCK_STREAM, 0);
    if (smtp->fd >= 0) {
        setsockopt(smtp->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(smtp->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    }
    if (smtp->fd < 0 || connect(smtp->fd, (const struct sockaddr *)to, length) != 0 || smtp_reply(smtp) != 220
        || !smtp_hello(smtp))
        smtp_close(smtp);
    return smtp->fd >= 0 ? 0 : DANE_POLICY_CERTIFICATE_CONNECTION_FAILED;
}

/*
 * Asks for TLS; 0 if the handshake may begin, else DANE_POLICY_CERTIFICATE_NO_STARTTLS or _HANDSHAKE_FAILED. Octets that
 * came ahead of the handshake are somebody else's (RFC 3207 section 6).
 */
static inline int smtp_starttls(struct smtp *smtp)
{
    if (!smtp->offers_starttls)
        return DANE_POLICY_CERTIFICATE_NO_STARTTLS;
    if (smtp_command(smtp, "STARTTLS", "", "\r\n") != 220 || smtp->taken != smtp->filled)
        return DANE_POLICY_CERTIFICATE_HANDSHAKE_FAILED;
    return 0;
}

/* Hands over a message, whose lines end in CRLF and begin with no dot; 1 if the server took it. */
static inline int smtp_send(struct smtp *smtp, const char *sender, const char *recipient, const char *message)
{
    int taken = (smtp->tls == NULL || smtp_hello(smtp))
                && smtp_command(smtp, "MAIL FROM:<", sender, ">\r\n") == 250
                && smtp_command(smtp, "RCPT TO:<", recipient, ">\r\n") == 250
                && smtp_command(smtp, "DATA", "", "\r\n") == 354
                && smtp_command(smtp, "", message, ".\r\n") == 250;

    smtp_command(smtp, "QUIT", "", "\r\n");
    return taken;
}

#endif
