/* What became of one domain, whoever shows it: as text, JSON or a page. */
#ifndef RESULT_H
#define RESULT_H

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <dane_policy_diagnosis.h>

/* A time as text; of one that cannot be told, seconds. */
static const char *date_text(int64_t seconds)
{
    static char text[40];
    time_t date = (time_t)seconds;
    struct tm *parts = gmtime(&date);

    if (date != seconds || parts == NULL || strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", parts) == 0)
        snprintf(text, sizeof text, "%lld", (long long)seconds);
    return text;
}

static const char *level_word(const dane_policy_destination *destination)
{
    return dane_policy_level_name(dane_policy_destination_level(destination));
}

/* A status as a word; NULL where nothing was looked up. */
static const char *status_word(dane_policy_status status)
{
    return status == DANE_POLICY_STATUS_NOT_APPLICABLE ? NULL : dane_policy_status_name(status);
}

/* What the connection showed as a word; NULL where there was none. */
static const char *certificate_word(const dane_policy_verification *verification)
{
    return verification == NULL ? NULL : dane_policy_certificate_name(dane_policy_verification_certificate(verification));
}

/* What became of one domain. `report` is NULL with --dns-only. */
struct result {
    const char *domain;
    const dane_policy_report *report;
    const dane_policy_destination *destination;
    const dane_policy_decision *decision;
    double elapsed;
};

static const dane_policy_verification *verification_of(const struct result *result, size_t index)
{
    return dane_policy_report_verification(result->report, index);
}

/* After connecting where there was a connection, else before. */
static const dane_policy_decision *decision_of(const struct result *result, size_t index)
{
    const dane_policy_verification *verification = verification_of(result, index);

    if (verification != NULL)
        return dane_policy_verification_decision(verification);
    return dane_policy_host_decision(dane_policy_destination_host(result->destination, index));
}

/* The steps on the way from the domain to the certificate. */
enum step { MX, ADDRESS, TLSA, TLS, CERTIFICATE, NONE };

/* Where the way broke, or DANE ended. */
static enum step broken_step(const dane_policy_decision *decision, dane_policy_status mx_status)
{
    switch (dane_policy_decision_reason(decision)) {
    case DANE_POLICY_REASON_NOT_TRUSTED: return CERTIFICATE;
    case DANE_POLICY_REASON_TLS_NOT_OFFERED:
    case DANE_POLICY_REASON_HANDSHAKE_FAILED:
    case DANE_POLICY_REASON_CONNECTION_FAILED: return TLS;
    case DANE_POLICY_REASON_NO_TLSA:
    case DANE_POLICY_REASON_NO_USABLE_TLSA:
    case DANE_POLICY_REASON_TLSA_LOOKUP: return TLSA;
    case DANE_POLICY_REASON_NO_MAIL: return MX;
    case DANE_POLICY_REASON_NOT_FOUND:
        if (dane_policy_decision_detail(decision) == DANE_POLICY_DETAIL_MX_NONE)
            return MX;
        return mx_status == DANE_POLICY_STATUS_BOGUS || mx_status == DANE_POLICY_STATUS_NXDOMAIN ? MX : ADDRESS;
    default: break;
    }
    switch (dane_policy_decision_detail(decision)) {
    case DANE_POLICY_DETAIL_MX_INSECURE: return MX;
    case DANE_POLICY_DETAIL_ADDRESS_LITERAL:
    case DANE_POLICY_DETAIL_ADDRESS_INSECURE: return ADDRESS;
    case DANE_POLICY_DETAIL_TLSA_INSECURE:
    case DANE_POLICY_DETAIL_TLSA_NONE:
    case DANE_POLICY_DETAIL_TLSA_UNUSABLE: return TLSA;
    default: return NONE;
    }
}

/* Whether mail is protected by DANE, goes out unauthenticated, or does not go out: as of a traffic light. */
enum light { GREEN, YELLOW, RED };

static enum light light_of_action(dane_policy_action action)
{
    switch (action) {
    case DANE_POLICY_ACTION_DELIVER:
    case DANE_POLICY_ACTION_VERIFY: return GREEN;
    case DANE_POLICY_ACTION_OPPORTUNISTIC:
    case DANE_POLICY_ACTION_ENCRYPT: return YELLOW;
    default: return RED;
    }
}

static enum light light_of(const dane_policy_decision *decision)
{
    return light_of_action(dane_policy_decision_action(decision));
}

/* What becomes of mail, the worst first. */
enum fate { BOUNCES, WAITS, WITHOUT_TLS, AUDITED, UNAUTHENTICATED, UNSIGNED, ENCRYPTED, PENDING, AUTHENTICATED, FATES };

/* By a decision and, where there was a connection, what it showed. */
static enum fate fate_of(const dane_policy_decision *decision, const dane_policy_verification *verification)
{
    dane_policy_certificate seen = dane_policy_verification_certificate(verification);

    switch (dane_policy_decision_action(decision)) {
    case DANE_POLICY_ACTION_DELIVER: return AUTHENTICATED;
    case DANE_POLICY_ACTION_VERIFY: return PENDING;
    case DANE_POLICY_ACTION_ENCRYPT: return ENCRYPTED;
    case DANE_POLICY_ACTION_OPPORTUNISTIC:
        if (dane_policy_decision_reason(decision) != DANE_POLICY_REASON_NONE)
            return AUDITED;
        if (dane_policy_decision_tls_required(decision))
            return UNSIGNED;
        return seen == DANE_POLICY_CERTIFICATE_NO_STARTTLS || seen == DANE_POLICY_CERTIFICATE_HANDSHAKE_FAILED
                   ? WITHOUT_TLS
                   : UNAUTHENTICATED;
    case DANE_POLICY_ACTION_FAIL: return BOUNCES;
    default: return WAITS;
    }
}

/* Of the domain's mail: that of the host that decided. */
static enum fate fate_of_domain(const struct result *result)
{
    int via = dane_policy_report_via(result->report);

    return fate_of(result->decision, via < 0 ? NULL : verification_of(result, (size_t)via));
}

static enum fate fate_of_host(const struct result *result, size_t index)
{
    return fate_of(decision_of(result, index), verification_of(result, index));
}

/* In words for the mail of a domain, or with `of_host` for a host, behind which there may be others. */
static const char *meaning_of(enum fate fate, int of_host)
{
    switch (fate) {
    case AUTHENTICATED: return "server authenticated by DANE";
    case PENDING: return "server must prove by DANE who it is";
    case ENCRYPTED: return "goes out over TLS, nothing authenticated";
    case UNSIGNED: return "server matches its TLSA records, MX records insecure";
    case UNAUTHENTICATED: return "goes out, nothing authenticated";
    case AUDITED: return "would wait, but audit lets it through";
    case WITHOUT_TLS: return "goes out without TLS";
    case BOUNCES: return "mail bounces";
    default: return of_host ? "not to this host" : "mail waits";
    }
}

/* Why, in a few words: the short text of the reason, where there is none the word of the detail; "" where there is neither. */
static const char *short_reason(const dane_policy_decision *decision)
{
    const char *reason = dane_policy_decision_reason_text(decision);

    return *reason != '\0' ? reason : dane_policy_detail_name(dane_policy_decision_detail(decision));
}

/* The decision's text behind the reason, which stands elsewhere. */
static const char *text_behind_reason(const dane_policy_decision *decision)
{
    const char *text = dane_policy_decision_text(decision), *reason = dane_policy_decision_reason_text(decision);
    size_t length = strlen(reason);

    if (length == 0 || strncmp(text, reason, length) != 0)
        return text;
    return text + length + strspn(text + length, ": ");
}

/* The host that decided, else the first; NULL where there is none. */
static const dane_policy_host *deciding_host(const struct result *result)
{
    int via = dane_policy_report_via(result->report);

    return dane_policy_destination_host(result->destination, via < 0 ? 0 : (size_t)via);
}

static const char untried[] = "not tried, a host before it takes the mail";

/* Whether mail would go to this host, if one before it did not take it. */
static int is_untried(const struct result *result, size_t index)
{
    int via = dane_policy_report_via(result->report);

    return via >= 0 && index > (size_t)via && light_of(result->decision) != RED
           && light_of(decision_of(result, index)) != RED;
}

#endif
