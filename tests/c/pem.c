/* PEM text, good and hostile: each certificate as it is, or none of them. */
#define _POSIX_C_SOURCE 200809L

#include <dane_policy_pem.h>

#include "check.h"
#include "../../examples-c/world.h"

#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END "-----END CERTIFICATE-----\n"
#define ONE BEGIN "TQ==\n" END
#define TWO BEGIN "TWE=\n" END
#define KEY "-----BEGIN PRIVATE KEY-----\nTWFu\n-----END PRIVATE KEY-----\n"

/* What a text holds: the certificates, each in brackets, or what is wrong. */
static const char *read_pem(const void *pem, size_t length)
{
    static char said[512];
    dane_policy_bytes chain[DANE_POLICY_PEM_CERTIFICATES];
    /* A copy without a NUL behind it, and room that is not more than promised: what reads or writes beyond is seen. */
    char *text = malloc(length + 1);
    uint8_t *octets = malloc(length + 1);
    const char *wrong;
    size_t count = 77, i;
    int end = 0;

    CHECK(text != NULL && octets != NULL);
    if (length > 0)
        memcpy(text, pem, length);
    text[length] = 'A';
    octets[length] = 0xa5;
    wrong = dane_policy_pem_chain(text, length, octets, chain, &count);
    CHECK((wrong != NULL) == (count == 0) && octets[length] == 0xa5);
    *said = '\0';
    for (i = 0; i < count; i++)
        end += snprintf(said + end, sizeof said - (size_t)end, "[%.*s]", (int)chain[i].length,
                        (const char *)chain[i].data);
    free(text);
    free(octets);
    return wrong != NULL ? wrong : said;
}

static void expect(const char *pem, const char *want)
{
    const char *said = read_pem(pem, strlen(pem));

    if (strcmp(said, want) != 0) {
        fprintf(stderr, "%s\n%s instead of %s\n", pem, said, want);
        exit(1);
    }
}

static void good_chains(void)
{
    expect(ONE, "[M]");
    expect(TWO, "[Ma]");
    expect(BEGIN "TWFu\n" END, "[Man]");
    expect(BEGIN "T W\tF\r\n\n\v\fuTWFu" END, "[ManMan]");
    expect(ONE TWO ONE, "[M][Ma][M]");
    expect("-----BEGIN CERTIFICATE-----\r\nTQ==\r\n-----END CERTIFICATE-----\r\n" TWO, "[M][Ma]");
    expect("-----BEGIN CERTIFICATE-----TQ==-----END CERTIFICATE-----", "[M]");
    expect(" 0 s:CN = mx\n   i:CN = ca\n" ONE "----- and - -----\n" TWO "---\nServer certificate\n", "[M][Ma]");
    expect(KEY ONE KEY TWO, "[M][Ma]");
    expect("-----BEGIN X509 CERTIFICATE-----\nTQ==\n-----END X509 CERTIFICATE-----\n" TWO, "[M][Ma]");
    expect("-----BEGIN X509 CRL-----\nTQ==\n-----END X509 CRL-----\n" TWO, "[Ma]");
    expect("-----BEGIN -----\n!\n-----END -----\n" ONE, "[M]");
}

static void hostile_texts(void)
{
    static const char *const not_base64[] = {
        BEGIN END, BEGIN "\n" END, BEGIN "T" END, BEGIN "TQ" END, BEGIN "TQ=" END, BEGIN "TQ===" END, BEGIN "T===" END,
        BEGIN "====" END, BEGIN "TWE" END, BEGIN "TWE==" END, BEGIN "TQ==TQ==" END, BEGIN "TQ=A" END,
        /* Not 0 beside the last octet. */
        BEGIN "TR==" END, BEGIN "TWF=" END, BEGIN "TW-u" END, BEGIN "TW_u" END, BEGIN "TW\xe9u" END,
        BEGIN "Proc-Type: 4\n\nTQ==" END, BEGIN "TQ==\n-----" END,
    };
    const char whole[] = ONE TWO;
    char text[sizeof whole + 1];
    size_t i;

    for (i = 0; i < sizeof not_base64 / sizeof *not_base64; i++)
        expect(not_base64[i], "not base64 inside a certificate");
    expect(ONE BEGIN "!" END, "not base64 inside a certificate");
    expect("", "no certificate");
    expect("hello", "no certificate");
    expect(KEY, "no certificate");
    expect(ONE BEGIN "TWE=", "a block without an end");
    expect(ONE BEGIN ONE, "a block without an end");
    expect(BEGIN KEY END, "a block without an end");
    expect("-----BEGIN X-----\n" ONE "-----END X-----\n", "a block without an end");
    expect(ONE "TWE=\n" END, "the end of a block without its begin");
    expect(BEGIN "TQ==\n-----END PRIVATE KEY-----\n", "a block ends with another label than it begins");
    expect(BEGIN "TQ==\n-----END CERTIFICATES-----\n", "a block ends with another label than it begins");
    expect("-----BEGIN X509 CERTIFICATE-----\nTQ==\n" END, "a block ends with another label than it begins");
    expect("-----BEGIN X-----\nTQ==\n" END, "a block ends with another label than it begins");
    expect(ONE "-----BEGIN CERTIFICATE\nTQ==\n" END, "a line that begins a block is cut off");
    expect(ONE "-----BEGIN CERTIFICATE----\nTQ==\n" END, "a line that begins a block is cut off");
    CHECK(strcmp(read_pem(NULL, 0), "no certificate") == 0);

    /* Cut off anywhere it is whole, or the first certificate and nothing of the second, or wrong. */
    for (i = 0; i < strlen(whole); i++) {
        const char *said = read_pem(whole, i);
        const int is_first = i + 1 >= strlen(ONE) && i < strlen(ONE) + strlen("-----BEGIN ");
        const char *want = i + 1 == strlen(whole) ? "[M][Ma]" : is_first ? "[M]" : NULL;

        CHECK(want != NULL ? strcmp(said, want) == 0 : *said != '[');
    }
    /* A NUL anywhere, where functions for strings would end. */
    for (i = 0; i <= strlen(whole); i++) {
        memcpy(text, whole, i);
        text[i] = '\0';
        memcpy(text + i + 1, whole + i, strlen(whole) - i);
        CHECK(strcmp(read_pem(text, strlen(whole) + 1), "not PEM text") == 0);
    }
}

static void large_texts(void)
{
    const size_t limit = DANE_POLICY_PEM_LENGTH, large = 100 * 1000 * 1000;
    char *text = malloc(large), *end = text;
    size_t i;

    CHECK(text != NULL);
    for (i = 0; i < 100; i++, end += strlen(ONE))
        memcpy(end, ONE, strlen(ONE));
    CHECK(strlen(read_pem(text, (size_t)(end - text))) == DANE_POLICY_PEM_CERTIFICATES * strlen("[M]"));
    memset(text, 'A', large);
    memcpy(text, BEGIN, strlen(BEGIN));
    CHECK(strcmp(read_pem(text, large), "longer than any chain") == 0);
    CHECK(strcmp(read_pem(text, limit + 1), "longer than any chain") == 0);
    CHECK(strcmp(read_pem(text, limit), "a block without an end") == 0);
    memset(text, '-', limit);
    CHECK(strcmp(read_pem(text, limit), "no certificate") == 0);
    for (i = 0; i + strlen("-----BEGIN ") <= limit; i += strlen("-----BEGIN "))
        memcpy(text + i, "-----BEGIN ", strlen("-----BEGIN "));
    CHECK(strcmp(read_pem(text, limit), "a block without an end") == 0);
    free(text);
}

/* Where any certificate is good, a text with something wrong shows none. */
static void verified(dane_policy_context *context)
{
    static const struct {
        const char *pem;
        size_t length;
        int may_deliver;
    } rows[] = {
        {ONE, sizeof ONE - 1, 1},
        {ONE TWO, sizeof ONE TWO - 1, 1},
        {ONE BEGIN, sizeof ONE BEGIN - 1, 0},
        {ONE BEGIN "!" END, sizeof ONE BEGIN "!" END - 1, 0},
        {ONE, sizeof ONE, 0},
        {"", 0, 0},
        {NULL, 0, 0},
        {NULL, 77, 0},
        {ONE, (size_t)-1, 0},
    };
    dane_policy_destination *destination = NULL;
    const dane_policy_host *host;
    size_t i;

    CHECK(dane_policy_lookup(context, "unusable.unsigned.test", world_port(), &destination) == DANE_POLICY_OK);
    host = dane_policy_destination_host(destination, 0);
    CHECK(dane_policy_decision_action(dane_policy_host_decision(host)) == DANE_POLICY_ACTION_ENCRYPT);
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        dane_policy_verification *verification = NULL;
        const dane_policy_decision *decision;

        CHECK(dane_policy_pem_verify(host, rows[i].pem, rows[i].length, 0, &verification) == DANE_POLICY_OK);
        decision = dane_policy_verification_decision(verification);
        CHECK(dane_policy_decision_may_deliver(decision) == rows[i].may_deliver);
        dane_policy_verification_free(verification);
    }
    CHECK(dane_policy_pem_verify(NULL, ONE, sizeof ONE - 1, 0, NULL) == DANE_POLICY_ERROR_MISUSE);
    dane_policy_destination_free(destination);
}

int main(void)
{
    dane_policy_context *context;

    CHECK(world_context(&context) == DANE_POLICY_OK);
    good_chains();
    hostile_texts();
    large_texts();
    verified(context);
    dane_policy_context_free(context);
    puts("pem: passed");
    return 0;
}
