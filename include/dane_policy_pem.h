/*
 * For programs whose TLS library gives the chain as PEM text, such as libtls: the chain of a connection to
 * dane_policy_verify. Opt-in, inline; needs no TLS library.
 */
#ifndef DANE_POLICY_PEM_H
#define DANE_POLICY_PEM_H

#include <stdlib.h>
#include <string.h>

#include <dane_policy.h>

/* One certificate more than verification looks at, so that it sees a chain that is too long. */
#define DANE_POLICY_PEM_CERTIFICATES 33

/* Octets of text that are looked at: more than enough for the longest chain that verification looks at. */
#define DANE_POLICY_PEM_LENGTH 1048576

/* Whether `word` stands at `at`. */
static inline int dane_policy_pem_is_at(const char *at, const char *end, const char *word)
{
    const size_t length = strlen(word);

    return (size_t)(end - at) >= length && memcmp(at, word, length) == 0;
}

/* Where the next "-----BEGIN " or "-----END " is; `end` if there is none. */
static inline const char *dane_policy_pem_boundary(const char *at, const char *end)
{
    while (at < end && !dane_policy_pem_is_at(at, end, "-----BEGIN ") && !dane_policy_pem_is_at(at, end, "-----END "))
        at++;
    return at;
}

/* Whether a block with this label is a certificate: by its name of old, too, which libtls on BearSSL writes. */
static inline int dane_policy_pem_is_certificate(const char *label, size_t length)
{
    static const char old[] = "X509 CERTIFICATE", now[] = "CERTIFICATE";

    return (length == strlen(now) && memcmp(label, now, length) == 0)
           || (length == strlen(old) && memcmp(label, old, length) == 0);
}

/* Decodes strict base64 (RFC 4648 section 4) with space in it; 1 if it is, and is not empty. */
static inline int dane_policy_pem_decode(const char *at, const char *end, uint8_t *octets, size_t *length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned long group = 0;
    size_t count = 0, padding = 0;

    *length = 0;
    for (; at < end; at++) {
        const char *digit = strchr(digits, *at);

        if (*at == ' ' || (*at >= '\t' && *at <= '\r'))
            continue;
        if (*at == '=' && count % 4 >= 2)
            padding++;
        else if (*at == '\0' || digit == NULL || padding > 0)
            return 0;
        group = (group << 6 | (unsigned long)(padding > 0 ? 0 : digit - digits)) & 0xffffff;
        if (++count % 4 != 0)
            continue;
        /* What is beside the last octet is 0. */
        if (padding > 0 && (group & (padding == 1 ? 0xffu : 0xffffu)) != 0)
            return 0;
        octets[(*length)++] = (uint8_t)(group >> 16);
        if (padding < 2)
            octets[(*length)++] = (uint8_t)(group >> 8 & 0xff);
        if (padding < 1)
            octets[(*length)++] = (uint8_t)(group & 0xff);
    }
    return count > 0 && count % 4 == 0;
}

/*
 * Reads the certificates of PEM text (RFC 7468). `octets` has room for `length` of them, and `chain`, which points
 * into it, for DANE_POLICY_PEM_CERTIFICATES; nothing behind as many is looked at. Blocks with another label, and text
 * between blocks, count for nothing. Returns NULL, or what is wrong with the text, in English; then `*count` is 0.
 */
static inline const char *dane_policy_pem_chain(const void *pem, size_t length, uint8_t *octets,
                                                dane_policy_bytes *chain, size_t *count)
{
    const char *at = (const char *)pem, *end, *label, *rest, *stop;
    size_t found = 0, size;

    *count = 0;
    if (pem == NULL || length == 0)
        return "no certificate";
    if (length > DANE_POLICY_PEM_LENGTH)
        return "longer than any chain";
    if (memchr(pem, '\0', length) != NULL)
        return "not PEM text";
    end = at + length;
    for (at = dane_policy_pem_boundary(at, end); at < end && found < DANE_POLICY_PEM_CERTIFICATES;
         at = dane_policy_pem_boundary(stop, end)) {
        if (!dane_policy_pem_is_at(at, end, "-----BEGIN "))
            return "the end of a block without its begin";
        label = rest = at + strlen("-----BEGIN ");
        while (rest < end && *rest != '\r' && *rest != '\n' && !dane_policy_pem_is_at(rest, end, "-----"))
            rest++;
        if (!dane_policy_pem_is_at(rest, end, "-----"))
            return "a line that begins a block is cut off";
        size = (size_t)(rest - label);
        rest += strlen("-----");
        at = dane_policy_pem_boundary(rest, end);
        if (!dane_policy_pem_is_at(at, end, "-----END "))
            return "a block without an end";
        stop = at + strlen("-----END ");
        if ((size_t)(end - stop) < size || memcmp(stop, label, size) != 0
            || !dane_policy_pem_is_at(stop + size, end, "-----"))
            return "a block ends with another label than it begins";
        stop += size + strlen("-----");
        if (!dane_policy_pem_is_certificate(label, size))
            continue;
        chain[found].data = octets;
        if (!dane_policy_pem_decode(rest, at, octets, &chain[found].length))
            return "not base64 inside a certificate";
        octets += chain[found++].length;
    }
    *count = found;
    return found > 0 ? NULL : "no certificate";
}

/*
 * Verifies what the server showed in a completed client handshake, the server's certificate first, as dane_policy_verify
 * does, and returns as it does. Where the text is NULL, or anything is wrong with it, nothing matches. The session must
 * not be a resumed one.
 */
static inline dane_policy_error dane_policy_pem_verify(const dane_policy_host *host, const void *pem, size_t length, int64_t now,
                                                       dane_policy_verification **out)
{
    dane_policy_bytes chain[DANE_POLICY_PEM_CERTIFICATES];
    uint8_t *octets = NULL;
    size_t count = 0;
    dane_policy_error result;

    if (pem != NULL && length <= DANE_POLICY_PEM_LENGTH)
        octets = (uint8_t *)malloc(length);
    if (octets != NULL)
        dane_policy_pem_chain(pem, length, octets, chain, &count);
    result = dane_policy_verify(host, chain, count, now, out);
    free(octets);
    return result;
}

#endif
