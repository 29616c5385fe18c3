/* minimal USER@DOMAIN: delivers a greeting over a connection that DANE allows. Exit status 0 sent, 69 to be bounced, 75 kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dane_policy.h>

/* Says something; the code of the reply, 0 where there is none. */
static int say(dane_policy_session *session, const char *words)
{
    char octet, code[4] = "";
    size_t column = 0, length;

    if (dane_policy_session_write(session, words, strlen(words), &length) != DANE_POLICY_OK)
        return 0;
    while (dane_policy_session_read(session, &octet, 1, &length) == DANE_POLICY_OK && length == 1) {
        if (column < 4)
            code[column] = octet;
        column++;
        if (octet != '\n')
            continue;
        if (column > 3 && code[3] != '-')
            return atoi(code);
        column = 0;
    }
    return 0;
}

/* One message; 1 if the server took it. */
static int deliver(dane_policy_session *session, const char *recipient)
{
    char to[300];
    int taken;

    snprintf(to, sizeof to, "RCPT TO:<%s>\r\n", recipient);
    taken = say(session, "EHLO [127.0.0.1]\r\n") == 250 && say(session, "MAIL FROM:<>\r\n") == 250
            && say(session, to) == 250 && say(session, "DATA\r\n") == 354
            && say(session, "Subject: Good day\r\n\r\nThis came over a connection that DANE allows.\r\n.\r\n") == 250;
    say(session, "QUIT\r\n");
    return taken;
}

int main(int argc, char **argv)
{
    const char *at = argc == 2 ? strrchr(argv[1], '@') : NULL;
    dane_policy_context *context;
    dane_policy_destination *to = NULL;
    const dane_policy_decision *decision;
    int sent = 0, bounces;
    size_t i;

    if (at == NULL || strpbrk(argv[1], "\r\n<>") != NULL || dane_policy_context_new(&context) != DANE_POLICY_OK) {
        fputs("usage: minimal USER@DOMAIN\n", stderr);
        return 64;
    }
    dane_policy_lookup(context, at + 1, 25, &to);
    decision = dane_policy_destination_decision(to);
    bounces = dane_policy_decision_action(decision) == DANE_POLICY_ACTION_FAIL;
    printf("%s\n", dane_policy_decision_text(decision));
    for (i = 0; !sent && i < dane_policy_destination_host_count(to); i++) {
        dane_policy_session *session;
        dane_policy_verification *why;

        dane_policy_connect_host(context, dane_policy_destination_host(to, i), &session, &why);
        printf("%s\n", dane_policy_decision_text(dane_policy_verification_decision(why)));
        sent = session != NULL && deliver(session, argv[1]);
        dane_policy_session_free(session);
        dane_policy_verification_free(why);
    }
    dane_policy_destination_free(to);
    dane_policy_context_free(context);
    return sent ? 0 : bounces ? 69 : 75;
}
