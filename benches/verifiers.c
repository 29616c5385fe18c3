/* The same chains to dane_policy_verify_records, OpenSSL's DANE verification and GnuTLS's libdane.
 *
 *   verifiers verdicts FILE   one line a case: what is odd, verdict and depth of each, and each one's reason
 *   verifiers times FILE      medians, ratios and allocations, all measured in turn
 *
 * FILE holds cases as `world chains` prints them. WITH_OPENSSL and WITH_GNUTLS say what is there. */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <dane_policy.h>

#ifdef WITH_OPENSSL
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#endif
#ifdef WITH_GNUTLS
#include <gnutls/dane.h>
#endif

#include "../tests/c/allocations.h"

enum { MOST = 512, ROUNDS = 41 };

struct verify_case {
    char title[256];
    long long now;
    dane_policy_tlsa records[MOST];
    dane_policy_bytes chain[MOST];
    const char *names[MOST];
    size_t record_count, chain_length, name_count;
};

/* What a verifier found; the depth is of the chain as built. `why` is OpenSSL's word for a mismatch. */
struct verdict {
    enum { MISMATCHED, MATCHED, UNUSABLE } result;
    int depth;
    const char *why;
};

static const char *const words[] = {"mismatched", "matched", "unusable"};

static void fail(const char *why)
{
    fprintf(stderr, "verifiers: %s\n", why);
    exit(3);
}

static void *allocate(size_t size)
{
    void *room = malloc(size == 0 ? 1 : size);

    if (room == NULL)
        fail("no memory");
    return room;
}

static dane_policy_bytes from_hex(const char *text)
{
    size_t length = strspn(text, "0123456789abcdef") / 2, i;
    uint8_t *data = allocate(length);
    dane_policy_bytes bytes;
    unsigned octet;

    for (i = 0; i < length && sscanf(text + 2 * i, "%2x", &octet) == 1; i++)
        data[i] = (uint8_t)octet;
    bytes.data = data;
    bytes.length = length;
    return bytes;
}

static void discard(struct verify_case *it)
{
    size_t i;

    for (i = 0; i < it->record_count; i++)
        free((void *)(uintptr_t)it->records[i].data.data);
    for (i = 0; i < it->chain_length; i++)
        free((void *)(uintptr_t)it->chain[i].data);
    for (i = 0; i < it->name_count; i++)
        free((void *)(uintptr_t)it->names[i]);
    memset(it, 0, sizeof *it);
}

/* Reads lines up to an empty one; 0 at the end of the file. */
static int read_case(FILE *file, struct verify_case *it)
{
    static char *line;
    static size_t room;
    unsigned usage, selector, matching_type;
    ssize_t length;
    int start;

    discard(it);
    while ((length = getline(&line, &room, file)) > 1) {
        line[length - 1] = '\0';
        if (it->record_count == MOST || it->chain_length == MOST || it->name_count == MOST)
            fail("a case is too large");
        if (strncmp(line, "case ", 5) == 0) {
            snprintf(it->title, sizeof it->title, "%.255s", line + 5);
        } else if (strncmp(line, "now ", 4) == 0) {
            it->now = atoll(line + 4);
        } else if (sscanf(line, "tlsa %u %u %u %n", &usage, &selector, &matching_type, &start) == 3) {
            dane_policy_tlsa *record = &it->records[it->record_count++];

            record->usage = (uint8_t)usage;
            record->selector = (uint8_t)selector;
            record->matching_type = (uint8_t)matching_type;
            record->data = from_hex(line + start);
        } else if (strncmp(line, "name ", 5) == 0) {
            char *name = allocate((size_t)length);

            strcpy(name, line + 5);
            it->names[it->name_count++] = name;
        } else if (strncmp(line, "certificate ", 12) == 0) {
            it->chain[it->chain_length++] = from_hex(line + 12);
        } else {
            fail("a line of no known kind");
        }
    }
    return it->chain_length > 0;
}

static dane_policy_verification *verify(const struct verify_case *it, const dane_policy_bytes *chain)
{
    dane_policy_verification *verification;
    dane_policy_error code = dane_policy_verify_records(it->records, it->record_count, chain, it->chain_length, it->names,
                                                        it->name_count, it->now, &verification);

    if (code != DANE_POLICY_OK)
        fail(dane_policy_error_text(code));
    return verification;
}

static struct verdict verdict_of(const dane_policy_verification *verification)
{
    struct verdict verdict = {MISMATCHED, -1, ""};

    if (dane_policy_verification_result(verification) == DANE_POLICY_RESULT_MATCHED)
        verdict.result = MATCHED;
    if (dane_policy_verification_result(verification) == DANE_POLICY_RESULT_NO_USABLE_RECORDS)
        verdict.result = UNUSABLE;
    verdict.depth = dane_policy_verification_depth(verification);
    return verdict;
}

static struct verdict ours(const struct verify_case *it, const dane_policy_bytes *chain)
{
    dane_policy_verification *verification = verify(it, chain);
    struct verdict verdict = verdict_of(verification);

    dane_policy_verification_free(verification);
    return verdict;
}

static struct verdict ours_from_der(const struct verify_case *it, void *state)
{
    (void)state;
    return ours(it, it->chain);
}

#ifdef WITH_OPENSSL
struct openssl {
    SSL_CTX *context;
    SSL *ssl;
    X509_STORE *store;
    X509 *leaf;
    STACK_OF(X509) *chain;
    int usable;
};

static void openssl_parse(struct openssl *it, const struct verify_case *asked)
{
    size_t i;

    it->chain = sk_X509_new_null();
    it->leaf = NULL;
    for (i = 0; i < asked->chain_length; i++) {
        const unsigned char *der = asked->chain[i].data;
        X509 *certificate = d2i_X509(NULL, &der, (long)asked->chain[i].length);

        if (certificate == NULL)
            continue;
        if (i == 0)
            it->leaf = certificate;
        sk_X509_push(it->chain, certificate);
    }
}

static void openssl_unparse(struct openssl *it)
{
    sk_X509_pop_free(it->chain, X509_free);
    it->chain = NULL;
}

/* One final dot of a reference name does not count; OpenSSL leaves that to its caller. */
static const char *without_dot(const char *name, char *room, size_t size)
{
    size_t length = strlen(name);

    if (length > 1 && length <= size && name[length - 1] == '.') {
        memcpy(room, name, length - 1);
        room[length - 1] = '\0';
        return room;
    }
    return name;
}

/* The connection and its records, which are ready before the chain comes. */
static void openssl_prepare(struct openssl *it, const struct verify_case *asked)
{
    char name[256];
    size_t i;

    memset(it, 0, sizeof *it);
    it->context = SSL_CTX_new(TLS_client_method());
    if (it->context == NULL || SSL_CTX_dane_enable(it->context) <= 0)
        fail("OpenSSL does not do DANE");
    SSL_CTX_dane_set_flags(it->context, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
    it->store = SSL_CTX_get_cert_store(it->context);
    it->ssl = SSL_new(it->context);
    if (it->ssl == NULL || SSL_dane_enable(it->ssl, without_dot(asked->names[0], name, sizeof name)) <= 0)
        fail("OpenSSL refuses the base domain");
    SSL_set_hostflags(it->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    for (i = 1; i < asked->name_count; i++)
        SSL_add1_host(it->ssl, without_dot(asked->names[i], name, sizeof name));
    for (i = 0; i < asked->record_count; i++) {
        const dane_policy_tlsa *record = &asked->records[i];

        if ((record->usage == 2 || record->usage == 3) &&
            SSL_dane_tlsa_add(it->ssl, record->usage, record->selector, record->matching_type,
                              record->data.data, record->data.length) > 0)
            it->usable = 1;
    }
}

static void openssl_discard(struct openssl *it)
{
    SSL_free(it->ssl);
    SSL_CTX_free(it->context);
}

static struct verdict openssl_verify(const struct verify_case *asked, void *state)
{
    struct openssl *it = state;
    struct verdict verdict = {MISMATCHED, -1, ""};
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    X509_VERIFY_PARAM *parameters;

    if (context == NULL)
        fail("no memory");
    if (!it->usable) {
        verdict.result = UNUSABLE;
    } else if (it->leaf != NULL && X509_STORE_CTX_init(context, it->store, it->leaf, it->chain)) {
        X509_STORE_CTX_set0_dane(context, SSL_get0_dane(it->ssl));
        X509_STORE_CTX_set_default(context, "ssl_server");
        parameters = X509_STORE_CTX_get0_param(context);
        X509_VERIFY_PARAM_set1(parameters, SSL_get0_param(it->ssl));
        X509_VERIFY_PARAM_set_auth_level(parameters, 2);
        X509_VERIFY_PARAM_set_time(parameters, (time_t)asked->now);
        if (X509_verify_cert(context) > 0 && X509_STORE_CTX_get_error(context) == X509_V_OK) {
            verdict.result = MATCHED;
            SSL_set_verify_result(it->ssl, X509_V_OK);
            verdict.depth = SSL_get0_dane_authority(it->ssl, NULL, NULL);
        } else {
            verdict.why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
        }
    }
    X509_STORE_CTX_free(context);
    return verdict;
}

static struct verdict openssl_from_der(const struct verify_case *asked, void *state)
{
    struct verdict verdict;

    openssl_parse(state, asked);
    verdict = openssl_verify(asked, state);
    openssl_unparse(state);
    return verdict;
}

/* What a mail server on OpenSSL does: DER of the certificates that it holds parsed. */
static struct verdict ours_from_openssl(const struct verify_case *asked, void *state)
{
    struct openssl *it = state;
    dane_policy_bytes chain[MOST];
    struct verdict verdict;
    size_t i;

    for (i = 0; i < asked->chain_length; i++) {
        unsigned char *der = NULL;
        int length = i2d_X509(sk_X509_value(it->chain, (int)i), &der);

        if (length < 0)
            fail("no memory");
        chain[i].data = der;
        chain[i].length = (size_t)length;
    }
    verdict = ours(asked, chain);
    for (i = 0; i < asked->chain_length; i++)
        OPENSSL_free((void *)(uintptr_t)chain[i].data);
    return verdict;
}
#endif

#ifdef WITH_GNUTLS
static struct verdict gnutls_from_der(const struct verify_case *asked, void *state)
{
    struct verdict verdict = {MISMATCHED, -1, ""};
    gnutls_datum_t chain[MOST];
    char *data[MOST], rdata[MOST][600];
    int lengths[MOST];
    dane_query_t query;
    unsigned status;
    size_t i, count = 0;

    for (i = 0; i < asked->chain_length; i++) {
        chain[i].data = (unsigned char *)(uintptr_t)asked->chain[i].data;
        chain[i].size = (unsigned)asked->chain[i].length;
    }
    for (i = 0; i < asked->record_count && asked->records[i].data.length + 3 <= sizeof rdata[0]; i++) {
        rdata[i][0] = (char)asked->records[i].usage;
        rdata[i][1] = (char)asked->records[i].selector;
        rdata[i][2] = (char)asked->records[i].matching_type;
        memcpy(rdata[i] + 3, asked->records[i].data.data, asked->records[i].data.length);
        data[count] = rdata[i];
        lengths[count++] = (int)asked->records[i].data.length + 3;
    }
    data[count] = NULL;
    lengths[count] = 0;
    if (dane_raw_tlsa(state, &query, data, lengths, 1, 0) != DANE_E_SUCCESS)
        fail("libdane refuses the records");
    if (dane_verify_crt_raw(state, chain, (unsigned)asked->chain_length, GNUTLS_CRT_X509, query, 0, 0, &status) ==
            DANE_E_SUCCESS &&
        status == 0)
        verdict.result = MATCHED;
    dane_query_deinit(query);
    return verdict;
}
#endif

static void verdicts(FILE *file)
{
    static struct verify_case it;
    size_t i;

    while (read_case(file, &it)) {
        dane_policy_verification *verification = verify(&it, it.chain);
        struct verdict found = verdict_of(verification);

        printf("%s\t%s %d", it.title, words[found.result], found.depth);
#ifdef WITH_OPENSSL
        {
            struct openssl openssl;

            openssl_prepare(&openssl, &it);
            found = openssl_from_der(&it, &openssl);
            openssl_discard(&openssl);
            printf("\t%s %d", words[found.result], found.depth);
        }
#endif
        printf("\t%s", dane_policy_verification_text(verification));
        for (i = 0; i < it.record_count; i++)
            printf("; %s", dane_policy_verification_record_text(verification, i));
        printf("\t%s\n", found.why);
        dane_policy_verification_free(verification);
    }
}

struct verifier {
    const char *name;
    struct verdict (*verify)(const struct verify_case *, void *);
    void *state;
    double microseconds[ROUNDS];
};

/* By the clock of this thread, so that other programs do not count. */
static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static double once(struct verifier *verifier, const struct verify_case *it, long times)
{
    double start = now();
    long i;

    for (i = 0; i < times; i++)
        if (verifier->verify(it, verifier->state).result != MATCHED)
            fail("a timed chain does not match");
    return (now() - start) / (double)times;
}

static int compare(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;

    return (a > b) - (a < b);
}

static int allocations(struct verifier *verifier, const struct verify_case *it)
{
    count_allocations();
    once(verifier, it, 1);
    counting = 0;
    return taken + moved;
}

/* Rounds of about a millisecond in turn, so that a busy machine slows all of them. */
static void compete(struct verifier *verifiers, size_t count, const struct verify_case *it)
{
    long times[8];
    size_t i;
    int round;

    for (i = 0; i < count; i++)
        times[i] = 1 + (long)(1000.0 / once(&verifiers[i], it, 3));
    for (round = 0; round < ROUNDS; round++)
        for (i = 0; i < count; i++)
            verifiers[i].microseconds[round] = once(&verifiers[i], it, times[i]);
    for (i = 0; i < count; i++) {
        qsort(verifiers[i].microseconds, ROUNDS, sizeof(double), compare);
        printf("  %-34s %9.2f us  %7.1f times  %6d allocations\n", verifiers[i].name,
               verifiers[i].microseconds[ROUNDS / 2],
               verifiers[i].microseconds[ROUNDS / 2] / verifiers[0].microseconds[ROUNDS / 2],
               allocations(&verifiers[i], it));
    }
}

static void times(FILE *file)
{
    static struct verify_case it;

#ifndef WITH_OPENSSL
    puts("skipped: OpenSSL (libssl-dev is missing)");
#endif
#ifndef WITH_GNUTLS
    puts("skipped: GnuTLS (libgnutls28-dev is missing)");
#endif
    while (read_case(file, &it)) {
        struct verifier verifiers[8];
        size_t count = 0;

        memset(verifiers, 0, sizeof verifiers);
        verifiers[count].name = "libdane-policy, from DER";
        verifiers[count++].verify = ours_from_der;
        printf("%s\n", it.title);
        {
#ifdef WITH_OPENSSL
            struct openssl parsed, from_der;
#endif
#ifdef WITH_GNUTLS
            dane_state_t state;

            if (dane_state_init(&state, 0) != DANE_E_SUCCESS)
                fail("libdane does not start");
            verifiers[count].name = "GnuTLS libdane, from DER";
            verifiers[count].state = state;
            verifiers[count++].verify = gnutls_from_der;
#endif
#ifdef WITH_OPENSSL
            openssl_prepare(&parsed, &it);
            openssl_prepare(&from_der, &it);
            openssl_parse(&parsed, &it);
            verifiers[count].name = "OpenSSL, from DER";
            verifiers[count].state = &from_der;
            verifiers[count++].verify = openssl_from_der;
            verifiers[count].name = "OpenSSL, parsed before";
            verifiers[count].state = &parsed;
            verifiers[count++].verify = openssl_verify;
            verifiers[count].name = "libdane-policy, parsed by OpenSSL";
            verifiers[count].state = &parsed;
            verifiers[count++].verify = ours_from_openssl;
#endif
            compete(verifiers, count, &it);
#ifdef WITH_OPENSSL
            openssl_unparse(&parsed);
            openssl_discard(&parsed);
            openssl_discard(&from_der);
#endif
#ifdef WITH_GNUTLS
            dane_state_deinit(state);
#endif
        }
    }
}

int main(int argc, char **argv)
{
    FILE *file = argc == 3 ? fopen(argv[2], "r") : NULL;

    if (file == NULL)
        fail("usage: verifiers verdicts|times FILE");
    if (strcmp(argv[1], "verdicts") == 0)
        verdicts(file);
    else
        times(file);
    fclose(file);
    return fflush(stdout) == 0 ? 0 : 3;
}
