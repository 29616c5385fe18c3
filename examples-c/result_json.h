/* A result for programs: one JSON object a line. */
#ifndef RESULT_JSON_H
#define RESULT_JSON_H

#include "json.h"
#include "result.h"

static const char *verification_word(const dane_policy_decision *decision)
{
    switch (dane_policy_decision_verification(decision)) {
    case DANE_POLICY_VERIFICATION_SUCCESSFUL: return "successful";
    case DANE_POLICY_VERIFICATION_PENDING: return "pending";
    default: return "unsuccessful";
    }
}

static void json_decision(const dane_policy_decision *decision)
{
    const char *name;
    size_t i;

    json_field("action", dane_policy_action_name(dane_policy_decision_action(decision)));
    putc(',', out);
    json_field("reason", dane_policy_decision_reason_text(decision));
    putc(',', out);
    json_field("detail", dane_policy_detail_name(dane_policy_decision_detail(decision)));
    putc(',', out);
    json_field("text", dane_policy_decision_text(decision));
    fprintf(out, ",\"cause\":{");
    for (i = 0; (name = dane_policy_decision_fact_name(decision, i)) != NULL; i++) {
        if (i > 0)
            putc(',', out);
        json_field(name, dane_policy_decision_fact(decision, i));
    }
    putc('}', out);
}

static void json_strings(const char *key, const dane_policy_host *host,
                         const char *(*at)(const dane_policy_host *, size_t), size_t count)
{
    size_t i;

    fprintf(out, "\"%s\":[", key);
    for (i = 0; i < count; i++) {
        fputs(i == 0 ? "" : ",", out);
        json_string(at(host, i));
    }
    putc(']', out);
}

static void json_records(const dane_policy_host *host, const dane_policy_verification *verification)
{
    size_t i, j;

    fputs("\"records\":[", out);
    for (i = 0; i < dane_policy_host_tlsa_count(host); i++) {
        dane_policy_tlsa tlsa;

        dane_policy_host_tlsa(host, i, &tlsa);
        fprintf(out, "%s{\"usage\":%u,\"selector\":%u,\"matching_type\":%u,\"data\":\"", i == 0 ? "" : ",",
               tlsa.usage, tlsa.selector, tlsa.matching_type);
        for (j = 0; j < tlsa.data.length; j++)
            fprintf(out, "%02x", tlsa.data.data[j]);
        fprintf(out, "\",\"usable\":%s,\"matched\":%s}", json_bool(dane_policy_host_tlsa_usable(host, i)),
               verification == NULL
                   ? "null"
                   : json_bool(dane_policy_verification_record_index(verification) == (int)i));
    }
    putc(']', out);
}

static void json_host(const struct result *result, size_t index)
{
    const dane_policy_host *host = dane_policy_destination_host(result->destination, index);
    const dane_policy_verification *verification = verification_of(result, index);
    const dane_policy_decision *decision = decision_of(result, index);
    const char *tlsrpt = dane_policy_decision_tlsrpt_result_type(decision);

    putc('{', out);
    json_field("name", dane_policy_host_name(host));
    fprintf(out, ",\"preference\":%u,", dane_policy_host_preference(host));
    json_field("address", status_word(dane_policy_host_address_status(host)));
    putc(',', out);
    json_strings("addresses", host, dane_policy_host_address, dane_policy_host_address_count(host));
    putc(',', out);
    json_field("tlsa", status_word(dane_policy_host_tlsa_status(host)));
    putc(',', out);
    json_field("base_domain", dane_policy_host_base_domain(host));
    putc(',', out);
    json_strings("reference_names", host, dane_policy_host_reference_name,
                 dane_policy_host_reference_name_count(host));
    putc(',', out);
    json_records(host, verification);
    putc(',', out);
    json_field("certificate", certificate_word(verification));
    putc(',', out);
    json_index("depth", dane_policy_verification_depth(verification));
    putc(',', out);
    json_field("tls", dane_policy_report_tls_version(result->report, index));
    putc(',', out);
    json_decision(decision);
    putc(',', out);
    json_field("tlsrpt", *tlsrpt == '\0' ? NULL : tlsrpt);
    putc('}', out);
}

static void print_json(const struct result *result)
{
    const dane_policy_decision *decision = result->decision;
    int via = dane_policy_report_via(result->report);
    const dane_policy_host *host =
        via < 0 ? NULL : dane_policy_destination_host(result->destination, (size_t)via);
    size_t i;

    putc('{', out);
    json_field("domain", result->domain);
    putc(',', out);
    json_field("level", level_word(result->destination));
    putc(',', out);
    json_decision(decision);
    putc(',', out);
    json_field("enhanced_status", dane_policy_decision_enhanced_status(decision));
    putc(',', out);
    json_field("verification", verification_word(decision));
    putc(',', out);
    json_field("scope", dane_policy_scope_name(dane_policy_decision_scope(decision)));
    putc(',', out);
    json_field("mx", status_word(dane_policy_destination_mx_status(result->destination)));
    putc(',', out);
    json_field("via", dane_policy_host_name(host));
    fputs(",\"hosts\":[", out);
    for (i = 0; i < dane_policy_destination_host_count(result->destination); i++) {
        fputs(i == 0 ? "" : ",", out);
        json_host(result, i);
    }
    fprintf(out, "],\"queries\":%lu,\"elapsed_ms\":%.1f}\n",
           (unsigned long)dane_policy_destination_queries(result->destination), result->elapsed);
}

#endif
