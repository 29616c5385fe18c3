/*
 * libdane-policy for diagnosis: monitors, tools and tests, which want to know why. A program that delivers mail needs
 * dane_policy.h and nothing of this.
 *
 *     check    lookup -> connect -> STARTTLS -> verify -> decide, for the hosts of a domain
 *     query    one RRset with its DNSSEC status
 *     probe    does the resolver serve the configured mode?
 *     facts    what statuses and decisions rest on
 *     times    how long records, signatures and certificates last
 *     data     what a TLSA record for a certificate holds
 *
 * It looks and hangs up, so nothing here permits: permission comes after a connection of your own, as dane_policy.h shows.
 *
 * CALL SEQUENCE
 *
 * A monitor, which goes by the action of the decision:
 *
 *     int is_good(const char *domain)
 *     {
 *         dane_policy_context *context = NULL;
 *         dane_policy_report *report = NULL;
 *         const dane_policy_decision *decision;
 *         int action;
 *
 *         if (dane_policy_context_new(&context) == DANE_POLICY_OK)
 *             dane_policy_check(context, domain, 25, &report);
 *         decision = dane_policy_report_decision(report);
 *         action = dane_policy_decision_action(decision);
 *         printf("%s: %s\n", domain, dane_policy_decision_text(decision));
 *         dane_policy_report_free(report);
 *         dane_policy_context_free(context);
 *         return action == DANE_POLICY_ACTION_DELIVER || action == DANE_POLICY_ACTION_ENCRYPT
 *                || action == DANE_POLICY_ACTION_OPPORTUNISTIC;
 *     }
 *
 * RULES
 *
 * Those of dane_policy.h hold.
 */

#ifndef DANE_POLICY_DIAGNOSIS_H
#define DANE_POLICY_DIAGNOSIS_H

/* Generated from src/ffi by `make header`; do not edit. */

#include <dane_policy.h>

/**
 * One RRset with its DNSSEC status.
 */
typedef struct dane_policy_answer dane_policy_answer;

/**
 * What a check found.
 */
typedef struct dane_policy_report dane_policy_report;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Does everything: looks up the domain, then connects to its hosts in order where the decision is VERIFY,
 * ENCRYPT or OPPORTUNISTIC, speaks SMTP up to STARTTLS, verifies, decides, and says QUIT, for whose reply it does not
 * wait; stops at the first host that does not defer. No message is sent. All within the context's timeout.
 *
 * It is a monitor: it looks and hangs up, so nothing in the report permits. Permission comes after a connection of your
 * own.
 *
 * Returns as dane_policy_lookup.
 */
dane_policy_error dane_policy_check(const dane_policy_context *context,
                                    const char *domain,
                                    uint16_t port,
                                    struct dane_policy_report **out);

/**
 * Frees a report with everything in it. NULL is allowed.
 */
void dane_policy_report_free(struct dane_policy_report *report);

/**
 * The decision for the domain; go by its action. NULL for NULL, which the decision getters take as DEFER.
 */
const dane_policy_decision *dane_policy_report_decision(const struct dane_policy_report *report);

/**
 * What DNS says; freed with the report.
 */
const dane_policy_destination *dane_policy_report_destination(const struct dane_policy_report *report);

/**
 * Index of the host that decided, or -1.
 */
int dane_policy_report_via(const struct dane_policy_report *report);

/**
 * What a connection to a host showed; NULL if it was not tried. A failed connection gives
 * DANE_POLICY_CERTIFICATE_CONNECTION_FAILED.
 */
const dane_policy_verification *dane_policy_report_verification(const struct dane_policy_report *report,
                                                                size_t host_index);

/**
 * "TLSv1.3" or "TLSv1.2"; NULL where TLS was not established.
 */
const char *dane_policy_report_tls_version(const struct dane_policy_report *report,
                                           size_t host_index);

/**
 * What the MX status rests on, in one line of printable ASCII: by whose signatures it is secure, why it is insecure, or
 * what went wrong. "" where no MX was looked up. NULL only for NULL.
 */
const char *dane_policy_destination_mx_text(const dane_policy_destination *destination);

/**
 * The level that applied: DANE_POLICY_LEVEL_...; DANE_ONLY for NULL.
 */
dane_policy_level dane_policy_destination_level(const dane_policy_destination *destination);

/**
 * What the status of the addresses rests on, in one line of printable ASCII, an error of the other family included. ""
 * where nothing was looked up. NULL only for NULL.
 */
const char *dane_policy_host_address_text(const dane_policy_host *host);

/**
 * What the status of the TLSA records rests on, as dane_policy_host_address_text.
 */
const char *dane_policy_host_tlsa_text(const dane_policy_host *host);

/**
 * A name that the host is an alias of, in the order they were followed: its own alias leads to the first, and the last has
 * the addresses. NULL beyond the last, where there is none, and for NULL.
 */
const char *dane_policy_host_alias(const dane_policy_host *host,
                                   size_t index);

/**
 * The name of a fact that the decision rests on: "name", "type", "asked_name", "asked_type", "zone", "server", "rcode",
 * "ede", "text", "time" or "count"; each at most once. NULL beyond the last, and for NULL. A later version may add names.
 */
const char *dane_policy_decision_fact_name(const dane_policy_decision *decision,
                                           size_t index);

/**
 * The fact at an index, such as "_25._tcp.mx.example.org" for "name" and "TLSA" for "type". One line of printable ASCII, at
 * most 255 octets. NULL beyond the last, and for NULL; lives as long as the decision.
 */
const char *dane_policy_decision_fact(const dane_policy_decision *decision,
                                      size_t index);

/**
 * The TTL of a host's records in seconds, where `type` is 1 (A), 28 (AAAA), 52 (TLSA) or 15: the MX records that name it;
 * where aliases lead to them, the longest of all. That of validated records is the one that their zone gives; of others, and
 * in mode trust-ad of all, it is what the resolver's cache has left. -1 where there are none, or the TLSA records are not
 * secure; for another type, and for NULL.
 */
int64_t dane_policy_host_ttl(const dane_policy_host *host,
                             uint16_t type);

/**
 * Until when a host's records of a type, as for dane_policy_host_ttl, are proven, in seconds since 1970: the end of the
 * signature that ends first, of those that zones made over the records, over the aliases that lead to them, and over their
 * own keys. Zones above count not. -1 where nothing was validated: without DNSSEC, and in mode trust-ad; and as there.
 */
int64_t dane_policy_host_signed_until(const dane_policy_host *host,
                                      uint16_t type);

/**
 * From when on the signature counts that dane_policy_host_signed_until speaks of, in seconds since 1970. Of a zone that signs
 * each answer anew it is never long ago. -1 as there.
 */
int64_t dane_policy_host_signed_since(const dane_policy_host *host,
                                      uint16_t type);

/**
 * When the certificate that a usable TLSA record holds the data of ends to be valid, in seconds since 1970, whatever became
 * of the record; of one whose dates cannot be read, the end of the year 9999. -1 where the server sent no such certificate,
 * beyond the last record, and for NULL.
 */
int64_t dane_policy_verification_record_expires(const dane_policy_verification *verification,
                                                size_t index);

/**
 * Asks for one RRset with its status: `type` is 1 (A), 5 (CNAME), 15 (MX), 28 (AAAA) or 52 (TLSA), another
 * is DANE_POLICY_ERROR_MISUSE. Every DNS outcome is inside *out.
 */
dane_policy_error dane_policy_query(const dane_policy_context *context,
                                    const char *name,
                                    uint16_t type,
                                    struct dane_policy_answer **out);

/**
 * Asks whether the resolver serves the configured mode. The answer's status is DANE_POLICY_STATUS_SECURE if
 * so; else its text says what is wrong, in words that an operator can act on.
 */
dane_policy_error dane_policy_context_probe(const dane_policy_context *context,
                                            struct dane_policy_answer **out);

/**
 * Frees an answer. NULL is allowed.
 */
void dane_policy_answer_free(struct dane_policy_answer *answer);

/**
 * DANE_POLICY_STATUS_SECURE, _INSECURE, _BOGUS (a proof failed) or _INDETERMINATE (no usable answer);
 * BOGUS for NULL.
 */
dane_policy_status dane_policy_answer_status(const struct dane_policy_answer *answer);

/**
 * The response code of the last reply: 0 NOERROR, 2 SERVFAIL, 3 NXDOMAIN, ...; 0 without a reply.
 */
int dane_policy_answer_rcode(const struct dane_policy_answer *answer);

/**
 * 1 if the name exists, after all aliases; 0 if it does not, or is not known to. What is proven counts, and not the response
 * code: by compact denial (RFC 9824) a name that does not exist comes with NOERROR.
 */
int dane_policy_answer_exists(const struct dane_policy_answer *answer);

/**
 * Why, in one line. NULL only for NULL.
 */
const char *dane_policy_answer_text(const struct dane_policy_answer *answer);

/**
 * What went wrong on the way to an answer, such as DANE_POLICY_DETAIL_TIMEOUT; NONE where there is one, where its proof failed
 * otherwise than by the trust anchor, and for NULL.
 */
dane_policy_detail dane_policy_answer_detail(const struct dane_policy_answer *answer);

/**
 * The name of a fact that the text has, as dane_policy_decision_fact_name.
 */
const char *dane_policy_answer_fact_name(const struct dane_policy_answer *answer, size_t index);

/**
 * The fact at an index, such as "192.0.2.1:53" for "server" and the system's own words for "text". One line of printable
 * ASCII, at most 255 octets. NULL beyond the last, and for NULL; lives as long as the answer.
 */
const char *dane_policy_answer_fact(const struct dane_policy_answer *answer,
                                    size_t index);

/**
 * Number of warnings. dane_policy_context_probe alone gives some, of what will be trouble one day though nothing is wrong
 * today: a file of this system with trust anchors that cannot be used, one trust anchor of several left that signs, one that is
 * revoked, and a key of a zone that is none and may sign soon. In TRUST_AD mode, where no anchor matters, there are none.
 */
size_t dane_policy_answer_warning_count(const struct dane_policy_answer *answer);

/**
 * A warning, and where there is anything to do, what. One line of printable ASCII, at most 200 octets; NULL beyond the last.
 */
const char *dane_policy_answer_warning(const struct dane_policy_answer *answer,
                                       size_t index);

/**
 * Number of records.
 */
size_t dane_policy_answer_record_count(const struct dane_policy_answer *answer);

/**
 * A record in presentation format, without owner and type: "10 mx.example.org."; NULL beyond the last.
 */
const char *dane_policy_answer_record(const struct dane_policy_answer *answer,
                                      size_t index);

/**
 * Number of aliases that were followed.
 */
size_t dane_policy_answer_alias_count(const struct dane_policy_answer *answer);

/**
 * The owner of an alias, in the order they were followed; NULL beyond the last.
 */
const char *dane_policy_answer_alias(const struct dane_policy_answer *answer, size_t index);

/**
 * The status of an alias and everything before it: DANE_POLICY_STATUS_...; BOGUS beyond the last.
 */
dane_policy_status dane_policy_answer_alias_status(const struct dane_policy_answer *answer,
                                                   size_t index);

/**
 * Number of DNS packets sent, those that probe the resolver apart.
 */
uint32_t dane_policy_answer_queries(const struct dane_policy_answer *answer);

/**
 * The certificate association data of a TLSA record for a DER certificate (RFC 6698 section 2.1.4), copied to `data`, which
 * has room for `size` octets. *length tells how many it has: 32 for SHA2-256, 64 for SHA2-512, at most those of the
 * certificate for Full. 0, which no usable record has, for a certificate that cannot be read as far as its key.
 *
 * DANE_POLICY_ERROR_MISUSE for a selector other than 0 and 1, a matching type other than 0, 1 and 2, and too little room; then
 * *length is 0.
 */
dane_policy_error dane_policy_tlsa_data(const dane_policy_bytes *certificate,
                                        int selector,
                                        int matching_type,
                                        uint8_t *data,
                                        size_t size,
                                        size_t *length);

/**
 * Starts dane_policy_query as dane_policy_multi_lookup does a lookup; the answer comes out.
 */
dane_policy_error dane_policy_multi_query(dane_policy_multi *multi,
                                          const char *name,
                                          uint16_t type,
                                          void *tag);

/**
 * Starts dane_policy_check as dane_policy_multi_lookup does a lookup; the report comes out.
 */
dane_policy_error dane_policy_multi_check(dane_policy_multi *multi,
                                          const char *domain,
                                          uint16_t port,
                                          void *tag);

/**
 * What dane_policy_multi_check found, yours from now on: free it with dane_policy_report_free. NULL for another kind of
 * call, after an error, and the second time.
 */
struct dane_policy_report *dane_policy_outcome_take_report(dane_policy_outcome *outcome);

/**
 * What dane_policy_multi_query found, yours from now on: free it with dane_policy_answer_free. NULL for another kind of
 * call, after an error, and the second time.
 */
struct dane_policy_answer *dane_policy_outcome_take_answer(dane_policy_outcome *outcome);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* DANE_POLICY_DIAGNOSIS_H */
