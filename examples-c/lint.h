/* What is wrong with a domain's DANE set-up, or will be, or is of no use: each with the reason and the RFC. */
#ifndef LINT_H
#define LINT_H

#include <time.h>

#include <dane_policy_diagnosis.h>

#include "batch.h"
#include "findings.h"
#include "options.h"
#include "result.h"

enum { MOST_RECORDS = 12, DAY = 86400 };

/* Types of records (RFC 1035 section 3.2.2, RFC 3596, RFC 6698). */
enum { TYPE_A = 1, TYPE_MX = 15, TYPE_AAAA = 28, TYPE_TLSA = 52 };

static const struct rule no_dane = {"no-dane", "publish TLSA records in a signed zone, if mail is to be protected",
                                    "RFC 7672 section 2.2"};
static const struct rule mx_insecure = {"mx-insecure", "sign the domain's zone", "RFC 7672 section 2.2.1"};
static const struct rule some_hosts = {"some-hosts",
                                       "sign the host's zone and publish TLSA records for it, or take it out of the MX records",
                                       "RFC 7672 section 2.2.1"};
static const struct rule mx_alias = {"mx-alias", "name in the MX records the host that has the addresses",
                                     "RFC 2181 section 10.3, RFC 5321 section 5.1"};
static const struct rule alias_loses_dane = {"alias-loses-dane",
                                             "name in the MX records the host that has the addresses, in a signed zone, with its "
                                             "TLSA records",
                                             "RFC 7672 sections 2.2.2 and 2.2.3"};
static const struct rule anchor_only = {"anchor-only", "publish 3 1 1 of the server's key, beside it or instead",
                                        "RFC 7671 section 5.2, RFC 7672 sections 3.1 and 3.1.2"};
static const struct rule many_records = {"many-records", "keep those of the key in use and of the next, and remove the rest",
                                         "RFC 7671 sections 8.4 and 10.1"};
static const struct rule usage_ignored = {"usage-ignored", "remove it, or publish it as 3 x x or 2 x x",
                                          "RFC 7672 section 3.1.3"};
static const struct rule record_unusable = {"record-unusable", "repair it, or remove it", "RFC 6698 sections 2.1 and 4.1"};
static const struct rule expired_server = {"certificate-expired", "renew it; with the same key, 3 1 x stays as it is",
                                           "RFC 7672 section 3.1.1"};
static const struct rule expired_anchor = {"certificate-expired",
                                           "renew it, and publish the record of the new one before it is used",
                                           "RFC 6698 section 2.1.1, RFC 7672 section 4"};
static const struct rule record_unmatched = {"record-unmatched", "remove it, if it is not of a key that is still to come",
                                             "RFC 7671 sections 8.1 and 8.4"};
static const struct rule long_ttl_tlsa = {"long-ttl", "an hour will do, and a day is the most", "RFC 7671 section 13"};
static const struct rule long_ttl_other = {"long-ttl", "a day is enough", "RFC 1035 section 3.2.1"};
static const struct rule signature_ends = {"signature-ends",
                                           "see that the signer runs: behind that time nothing is proven, and mail waits",
                                           "RFC 6781 section 4.4.2"};
static const struct rule signature_short = {"signature-ends", "nothing, as long as the signer runs", "RFC 6781 section 4.4.2"};

/* What a host was asked for beyond what a check asks. */
struct further {
    dane_policy_verification *verification; /* of one that the check did not get to */
    /* The first name that it is an alias of at which there are TLSA records, and the status of those of the last. */
    const char *tlsa_alias;
    dane_policy_status tlsa_status;
};

/* One domain. */
struct lint {
    dane_policy_report *report;           /* NULL with --dns-only */
    dane_policy_destination *destination; /* that of --dns-only */
    struct result result;
    struct further *further; /* of each host */
    size_t host, step;       /* what is asked for next */
    struct findings findings;
};

static size_t host_count(const struct lint *lint)
{
    return dane_policy_destination_host_count(lint->result.destination);
}

static const dane_policy_host *host_at(const struct lint *lint, size_t index)
{
    return dane_policy_destination_host(lint->result.destination, index);
}

static const dane_policy_verification *verification_at(const struct lint *lint, size_t index)
{
    const dane_policy_verification *verification = verification_of(&lint->result, index);

    return verification != NULL ? verification : lint->further[index].verification;
}

static const dane_policy_decision *decision_at(const struct lint *lint, size_t index)
{
    const dane_policy_verification *verification = verification_at(lint, index);

    if (verification != NULL)
        return dane_policy_verification_decision(verification);
    return dane_policy_host_decision(host_at(lint, index));
}

/* Takes the report, or the destination, out of the outcome. */
static struct lint *begin_lint(const char *domain, dane_policy_outcome *outcome)
{
    struct lint *lint = allocate(NULL, sizeof *lint);
    size_t i;

    *lint = (struct lint){.report = dane_policy_outcome_take_report(outcome),
                          .destination = dane_policy_outcome_take_destination(outcome)};
    lint->result = (struct result){domain, lint->report, lint->destination, NULL, 0};
    if (lint->report != NULL)
        lint->result.destination = dane_policy_report_destination(lint->report);
    lint->result.decision = lint->report != NULL ? dane_policy_report_decision(lint->report)
                                                 : dane_policy_destination_decision(lint->destination);
    lint->further = allocate(NULL, host_count(lint) * sizeof *lint->further);
    for (i = 0; i < host_count(lint); i++)
        lint->further[i] = (struct further){NULL, NULL, DANE_POLICY_STATUS_NOT_APPLICABLE};
    return lint;
}

static void end_lint(struct lint *lint)
{
    size_t i;

    for (i = 0; i < host_count(lint); i++)
        dane_policy_verification_free(lint->further[i].verification);
    free(lint->further);
    free_findings(&lint->findings);
    dane_policy_report_free(lint->report);
    dane_policy_destination_free(lint->destination);
    free(lint);
}

/* Whether the check stopped before a host that has certificates to compare. */
static int is_left_out(const struct lint *lint, size_t index)
{
    return lint->report != NULL && verification_at(lint, index) == NULL
           && dane_policy_decision_action(dane_policy_host_decision(host_at(lint, index))) == DANE_POLICY_ACTION_VERIFY;
}

/* A name that a host without DANE is an alias of, where TLSA records may have been lost on the way. */
static const char *suspect_alias(const struct lint *lint, size_t index, size_t alias)
{
    const dane_policy_host *host = host_at(lint, index);
    dane_policy_status address = dane_policy_host_address_status(host);

    if ((address != DANE_POLICY_STATUS_SECURE && address != DANE_POLICY_STATUS_INSECURE)
        || dane_policy_host_tlsa_status(host) == DANE_POLICY_STATUS_BOGUS || dane_policy_host_base_domain(host) != NULL)
        return NULL;
    return dane_policy_host_alias(host, alias);
}

/* Starts the next call that is needed: connections to further hosts, and TLSA records of aliases. 0 where all is known. */
static int look_further(struct lint *lint, dane_policy_multi *multi, void *tag)
{
    const char *alias;
    char owner[320];

    for (; lint->host < host_count(lint); lint->host++, lint->step = 0) {
        if (lint->step == 0 && is_left_out(lint, lint->host)) {
            must_go_on(dane_policy_multi_connect_host(multi, host_at(lint, lint->host), tag));
            return 1;
        }
        lint->step += lint->step == 0;
        alias = suspect_alias(lint, lint->host, lint->step - 1);
        if (alias != NULL) {
            snprintf(owner, sizeof owner, "_%u._tcp.%s", port, alias);
            must_go_on(dane_policy_multi_query(multi, owner, TYPE_TLSA, tag));
            return 1;
        }
    }
    return 0;
}

static void take_connection(struct lint *lint, dane_policy_outcome *outcome)
{
    dane_policy_session *session = dane_policy_outcome_take_session(outcome);
    size_t written;

    lint->further[lint->host].verification = dane_policy_outcome_take_verification(outcome);
    if (session != NULL)
        dane_policy_session_write(session, "QUIT\r\n", 6, &written);
    dane_policy_session_free(session);
}

static void take_alias(struct lint *lint, dane_policy_outcome *outcome)
{
    struct further *further = &lint->further[lint->host];
    dane_policy_answer *answer = dane_policy_outcome_take_answer(outcome);

    further->tlsa_status = dane_policy_answer_status(answer);
    if (further->tlsa_alias == NULL && dane_policy_answer_record_count(answer) > 0)
        further->tlsa_alias = dane_policy_host_alias(host_at(lint, lint->host), lint->step - 1);
    dane_policy_answer_free(answer);
}

/* Takes what came of a call that look_further() has started. */
static void take_further(struct lint *lint, dane_policy_outcome *outcome)
{
    if (lint->step == 0)
        take_connection(lint, outcome);
    else
        take_alias(lint, outcome);
    lint->step++;
}

static int64_t lint_time(void)
{
    return fixed_time >= 0 ? fixed_time : (int64_t)time(NULL);
}

/* A record with as much of its data as tells it from others. */
static const char *record_name(const dane_policy_host *host, size_t index)
{
    static char text[32];
    const char *record = dane_policy_host_tlsrpt_string(host, index);

    snprintf(text, sizeof text, strlen(record) < 26 ? "%s" : "%.18s...", record);
    return text;
}

static const char *failure_rfc(enum step step)
{
    switch (step) {
    case MX: return "RFC 7672 section 2.2.1";
    case ADDRESS: return "RFC 7672 section 2.2.2";
    case TLSA: return "RFC 7672 section 2.2.3";
    case CERTIFICATE: return "RFC 7672 section 3";
    default: return "RFC 7672 section 2.2";
    }
}

/* What keeps mail waiting already, or goes unauthenticated in spite of TLSA records. */
static void find_failure(struct lint *lint, const dane_policy_decision *decision, const char *host)
{
    dane_policy_detail detail = dane_policy_decision_detail(decision);
    dane_policy_action action = dane_policy_decision_action(decision);
    const struct advice *advice = advice_on(detail);
    enum step step = broken_step(decision, dane_policy_destination_mx_status(lint->result.destination));
    struct rule rule = {dane_policy_detail_name(detail), advice == NULL ? "see the text" : advice->brief, failure_rfc(step)};

    if (detail == DANE_POLICY_DETAIL_NULL_MX)
        rule.rfc = "RFC 7505";
    if (detail == DANE_POLICY_DETAIL_MX_NONE)
        rule.rfc = "RFC 5321 section 5.1";
    if (action == DANE_POLICY_ACTION_DEFER || action == DANE_POLICY_ACTION_FAIL || action == DANE_POLICY_ACTION_ENCRYPT)
        add_finding(&lint->findings, &rule, detail == DANE_POLICY_DETAIL_NULL_MX ? NOTE : FAULT, host, "%s",
                    dane_policy_decision_text(decision));
}

/* DANE for the domain: not at all, or not wholly. */
static void find_gaps(struct lint *lint)
{
    int is_open = dane_policy_destination_mx_status(lint->result.destination) == DANE_POLICY_STATUS_INSECURE;
    size_t count = host_count(lint), with = 0, i;

    for (i = 0; i < count; i++)
        with += dane_policy_host_base_domain(host_at(lint, i)) != NULL;
    if (with == 0 && dane_policy_decision_action(lint->result.decision) == DANE_POLICY_ACTION_OPPORTUNISTIC)
        add_finding(&lint->findings, &no_dane, NOTE, NULL, "%s", dane_policy_decision_text(lint->result.decision));
    if (with == 0)
        return;
    if (is_open)
        add_finding(&lint->findings, &mx_insecure, WARNING, NULL,
                    "the MX records are not signed: whoever forges them has mail sent to another host, in spite of TLSA records");
    for (i = 0; i < count; i++) {
        const dane_policy_host *host = host_at(lint, i);
        const char *why = dane_policy_host_address_status(host) == DANE_POLICY_STATUS_SECURE
                              ? dane_policy_host_tlsa_text(host)
                              : dane_policy_host_address_text(host);

        if (dane_policy_host_base_domain(host) == NULL
            && dane_policy_decision_action(decision_at(lint, i)) == DANE_POLICY_ACTION_OPPORTUNISTIC)
            add_finding(&lint->findings, &some_hosts, WARNING, dane_policy_host_name(host),
                        "it has no DANE, and other MX hosts do: whoever keeps senders from those has mail sent here "
                        "unprotected (%s)",
                        why);
    }
}

/* An MX host that is an alias, and what becomes of its TLSA records. */
static void find_alias(struct lint *lint, size_t index)
{
    const dane_policy_host *host = host_at(lint, index);
    const char *name = dane_policy_host_name(host), *base = dane_policy_host_base_domain(host), *last = NULL, *next;
    const struct further *further = &lint->further[index];
    int is_named = dane_policy_host_ttl(host, TYPE_MX) >= 0;
    size_t i;

    for (i = 0; (next = dane_policy_host_alias(host, i)) != NULL; i++)
        last = next;
    if (last == NULL)
        return;
    if (is_named && base == NULL)
        add_finding(&lint->findings, &mx_alias, WARNING, name, "it is an alias of %s, and no MX record may name one", last);
    else if (is_named)
        add_finding(&lint->findings, &mx_alias, WARNING, name,
                    "it is an alias of %s, and no MX record may name one; its TLSA records are those of %s%s", last, base,
                    strcmp(base, last) == 0 ? "" : ", for which senders ask when there are none at the other end");
    if (further->tlsa_status == DANE_POLICY_STATUS_NOT_APPLICABLE)
        return;
    if (further->tlsa_alias != NULL && strcmp(further->tlsa_alias, last) != 0)
        add_finding(&lint->findings, &alias_loses_dane, WARNING, name,
                    "the TLSA records at %s count for nothing: senders ask at the last name, %s, and at the first",
                    further->tlsa_alias, last);
    else if (further->tlsa_alias != NULL)
        add_finding(&lint->findings, &alias_loses_dane, WARNING, name,
                    "the TLSA records at %s count for nothing: not everything on the way to them is signed", last);
    else if (further->tlsa_status == DANE_POLICY_STATUS_INSECURE
             && dane_policy_host_address_status(host) == DANE_POLICY_STATUS_SECURE)
        add_finding(&lint->findings, &alias_loses_dane, WARNING, name,
                    "it is in a signed zone, and leads to %s, which is in none: only TLSA records at its own name would count",
                    last);
}

/* Why a record that SMTP could use by its usage cannot be used. */
static void find_unusable(struct lint *lint, const dane_policy_host *host, size_t index, const dane_policy_tlsa *tlsa)
{
    const char *name = dane_policy_host_name(host), *record = record_name(host, index);
    size_t length = tlsa->data.length;

    if (tlsa->usage > 3)
        add_finding(&lint->findings, &record_unusable, WARNING, name, "%s: usage %u is none", record, tlsa->usage);
    else if (tlsa->selector > 1)
        add_finding(&lint->findings, &record_unusable, WARNING, name, "%s: selector %u is none", record, tlsa->selector);
    else if (tlsa->matching_type > 2)
        add_finding(&lint->findings, &record_unusable, WARNING, name, "%s: matching type %u is none", record,
                    tlsa->matching_type);
    else if (tlsa->matching_type == 0)
        add_finding(&lint->findings, &record_unusable, WARNING, name, "%s: %lu octets that are no %s", record,
                    (unsigned long)length, tlsa->selector == 0 ? "certificate" : "public key");
    else
        add_finding(&lint->findings, &record_unusable, WARNING, name, "%s: %lu octets, and a digest of this kind has %u",
                    record, (unsigned long)length, tlsa->matching_type == 1 ? 32u : 64u);
}

/* Some records of a kind, and the index of the first. */
struct several {
    size_t count, first;
};

static void count_record(struct several *several, size_t index)
{
    if (several->count++ == 0)
        several->first = index;
}

/* The first, and how many others there are. */
static const char *several_name(const dane_policy_host *host, const struct several *several)
{
    static char text[64];
    size_t others = several->count - 1;

    if (others == 0)
        snprintf(text, sizeof text, "%s", record_name(host, several->first));
    else
        snprintf(text, sizeof text, "%s and %lu other%s", record_name(host, several->first), (unsigned long)others,
                 others == 1 ? "" : "s");
    return text;
}

/* Whether a usable record names nothing that the server showed, while another one matches. */
static int is_unmatched(const dane_policy_verification *verification, size_t record, const dane_policy_tlsa *tlsa)
{
    int matched = dane_policy_verification_record_index(verification);

    /* A whole trust anchor need not be sent. */
    return matched >= 0 && (size_t)matched != record && !(tlsa->usage == 2 && tlsa->matching_type == 0)
           && dane_policy_verification_record_expires(verification, record) < 0;
}

/* A usable record that names a certificate which the server showed. */
static void find_expired(struct lint *lint, size_t index, size_t record, const dane_policy_tlsa *tlsa)
{
    const dane_policy_host *host = host_at(lint, index);
    const dane_policy_verification *verification = verification_at(lint, index);
    int64_t expires = dane_policy_verification_record_expires(verification, record);
    int matched = dane_policy_verification_record_index(verification);
    const char *name = dane_policy_host_name(host);

    if (expires >= 0 && expires < lint_time() && tlsa->usage == 3)
        add_finding(&lint->findings, &expired_server, NOTE, name,
                    "%s names a certificate that expired at %s; under usage 3 it still works, for no date counts there",
                    record_name(host, record), date_text(expires));
    /* Where no other record matches, the failure has been told. */
    else if (expires >= 0 && expires < lint_time() && matched >= 0)
        add_finding(&lint->findings, &expired_anchor, WARNING, name,
                    "%s names a certificate that expired at %s, so that only another record matches", record_name(host, record),
                    date_text(expires));
}

/* A host with nothing but trust anchors; those that are whole need not be sent. */
static void find_anchor_only(struct lint *lint, size_t index, int are_whole)
{
    int depth = dane_policy_verification_depth(verification_at(lint, index));
    char where[64] = "";

    if (depth >= 0)
        snprintf(where, sizeof where, ", which matched at depth %d of the chain", depth);
    add_finding(&lint->findings, &anchor_only, WARNING, dane_policy_host_name(host_at(lint, index)),
                "there is nothing but 2 x x%s: whatever that CA%s signs for these names matches, %snames and dates count, and when "
                "the CA takes another key or certificate, mail waits",
                where, depth > 1 ? " or one below it" : "", are_whole ? "" : "the server must send the CA's certificate, ");
}

static void find_in_records(struct lint *lint, size_t index)
{
    const dane_policy_host *host = host_at(lint, index);
    const char *name = dane_policy_host_name(host);
    const dane_policy_verification *verification = verification_at(lint, index);
    struct several ignored = {0, 0}, unmatched = {0, 0};
    size_t count = dane_policy_host_tlsa_count(host), usable = 0, anchors = 0, whole = 0, i;
    dane_policy_tlsa tlsa;

    if (count > MOST_RECORDS)
        add_finding(&lint->findings, &many_records, WARNING, name,
                    "%lu TLSA records: a reply of this size may get lost on the way, and each is of a key that senders trust",
                    (unsigned long)count);
    for (i = 0; i < count; i++) {
        dane_policy_host_tlsa(host, i, &tlsa);
        if (tlsa.usage < 2) {
            count_record(&ignored, i);
        } else if (!dane_policy_host_tlsa_usable(host, i)) {
            find_unusable(lint, host, i, &tlsa);
        } else {
            usable++;
            anchors += tlsa.usage == 2;
            whole += tlsa.usage == 2 && tlsa.matching_type == 0;
            find_expired(lint, index, i, &tlsa);
            if (is_unmatched(verification, i, &tlsa))
                count_record(&unmatched, i);
        }
    }
    if (ignored.count > 0)
        add_finding(&lint->findings, &usage_ignored, WARNING, name, "%s: SMTP uses neither PKIX-TA(0) nor PKIX-EE(1)",
                    several_name(host, &ignored));
    if (unmatched.count > 0)
        add_finding(&lint->findings, &record_unmatched, NOTE, name,
                    "no certificate that the server shows is named by %s, and another record matches: of a former key, or of the next",
                    several_name(host, &unmatched));
    if (usable > 0 && anchors == usable)
        find_anchor_only(lint, index, whole == anchors);
}

/* `what` is the records, as "the MX records" or "its TLSA records". */
static void find_long_ttl(struct lint *lint, const dane_policy_host *host, uint16_t type, const char *name, const char *what)
{
    int64_t ttl = dane_policy_host_ttl(host, type);
    int is_tlsa = type == TYPE_TLSA;

    if (ttl > DAY)
        add_finding(&lint->findings, is_tlsa ? &long_ttl_tlsa : &long_ttl_other, is_tlsa ? WARNING : NOTE, name,
                    "the TTL of %s is %s%.1f days: %s", what, dane_policy_host_signed_until(host, type) < 0 ? "at least " : "",
                    (double)ttl / DAY,
                    is_tlsa ? "when a key is lost, mail may wait as long" : "for as long mail may go to where it no longer should");
}

/* Of records of up to three types, the one whose signature ends first. */
static void find_ending(struct lint *lint, const dane_policy_host *host, const uint16_t *types, size_t count, const char *name,
                        const char *what)
{
    int64_t until = -1, since = -1, now = lint_time();
    size_t i;

    for (i = 0; i < count; i++) {
        int64_t other = dane_policy_host_signed_until(host, types[i]);

        if (other >= 0 && (until < 0 || other < until)) {
            until = other;
            since = dane_policy_host_signed_since(host, types[i]);
        }
    }
    if (until < 0 || until - now >= 2 * DAY)
        return;
    if (until - since > 4 * DAY)
        add_finding(&lint->findings, &signature_ends, WARNING, name,
                    "a signature that %s rest on ends in %.1f hours, at %s, and is not renewed yet", what,
                    (double)(until - now) / 3600, date_text(until));
    else
        add_finding(&lint->findings, &signature_short, NOTE, name,
                    "a signature that %s rest on ends in %.1f hours; it is made for %.1f days only, as by a zone that signs anew all "
                    "the time",
                    what, (double)(until - now) / 3600, (double)(until - since) / DAY);
}

static void find_times(struct lint *lint)
{
    static const uint16_t mx[] = {TYPE_MX}, others[] = {TYPE_A, TYPE_AAAA, TYPE_TLSA};
    size_t i;

    find_long_ttl(lint, host_at(lint, 0), TYPE_MX, NULL, "the MX records");
    find_ending(lint, host_at(lint, 0), mx, 1, NULL, "the MX records");
    for (i = 0; i < host_count(lint); i++) {
        const dane_policy_host *host = host_at(lint, i);
        const char *name = dane_policy_host_name(host);

        find_long_ttl(lint, host, TYPE_A, name, "its IPv4 addresses");
        find_long_ttl(lint, host, TYPE_AAAA, name, "its IPv6 addresses");
        find_long_ttl(lint, host, TYPE_TLSA, name, "its TLSA records");
        find_ending(lint, host, others, 3, name, "its addresses or TLSA records");
    }
}

/* What is said where nothing was found. */
static const char *clean_text(const struct lint *lint)
{
    static char text[128];
    size_t count = host_count(lint);

    snprintf(text, sizeof text, "clean, %lu MX host%s with DANE%s", (unsigned long)count, count == 1 ? "" : "s",
             lint->report == NULL ? "; no certificate was looked at" : "");
    return text;
}

/* Judges what is known now. */
static const struct findings *find_all(struct lint *lint)
{
    size_t count = host_count(lint), i;

    for (i = 0; i < count; i++)
        find_failure(lint, decision_at(lint, i), dane_policy_host_name(host_at(lint, i)));
    if (count == 0)
        find_failure(lint, lint->result.decision, NULL);
    find_gaps(lint);
    for (i = 0; i < count; i++) {
        find_alias(lint, i);
        find_in_records(lint, i);
    }
    find_times(lint);
    return &lint->findings;
}

#endif
