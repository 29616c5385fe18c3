/* What to do about each detail of a decision, and what lies behind it. */
#ifndef ADVICE_H
#define ADVICE_H

#include <dane_policy.h>

#include "tool.h"

struct advice {
    int detail;
    const char *brief; /* what to change, and whose matter it is */
    const char *full;  /* what it means, for --explain */
};

static const struct advice advices[] = {
    {DANE_POLICY_DETAIL_MX_INSECURE, "the domain's owner must sign its zone",
     "The MX records of this domain are outside DNSSEC, so anybody on the way could name another mail server. At level "
     "dane a host's own TLSA records are still used; at dane-only nothing can be delivered. The owner signs the zone and "
     "has the parent publish DS records (RFC 7672 section 2.2.1)."},
    {DANE_POLICY_DETAIL_MX_BOGUS, "the domain's owner must repair its DNSSEC",
     "The MX records, or the proof that there are none, do not verify. Either the zone is signed wrongly or somebody "
     "alters replies on the way; the library cannot tell which, so mail waits (RFC 7672 section 2.1.2)."},
    {DANE_POLICY_DETAIL_MX_NONE, "check the spelling of the domain",
     "Either DNS says that there is no such domain: then mail bounces (RFC 5321 section 5.1), at dane-only only where DNSSEC "
     "proves that, for anybody could have forged it. Or there are MX records, and none of them names a host: then mail waits."},
    {DANE_POLICY_DETAIL_ADDRESS_INSECURE, "the owner of the MX host's zone must sign it",
     "The address of this MX host is outside DNSSEC, so there can be no DANE for it (RFC 7672 section 2.2.2)."},
    {DANE_POLICY_DETAIL_ADDRESS_BOGUS, "the owner of the MX host's zone must repair its DNSSEC",
     "The address records of this MX host do not verify: signed wrongly, or altered on the way (RFC 7672 section 2.1.2)."},
    {DANE_POLICY_DETAIL_ADDRESS_NONE, "the domain's owner must give the host an address, or say by a null MX that there is no mail",
     "The MX records name a host that has no address, and mail waits. Without MX records the domain is its own host: then "
     "nothing can take its mail, and it bounces (RFC 5321 section 5.1), at dane-only only where DNSSEC proves that."},
    {DANE_POLICY_DETAIL_TLSA_INSECURE, "the owner must sign the zone that holds the TLSA records",
     "There are TLSA records, but outside DNSSEC, where they prove nothing (RFC 7672 section 2.2.3)."},
    {DANE_POLICY_DETAIL_TLSA_BOGUS, "the owner of the MX host's zone must repair its DNSSEC",
     "The TLSA records, or the proof that there are none, do not verify. Whoever could remove them could read the mail, so "
     "it waits (RFC 7672 section 2.1.2). Broken name servers and firewalls that drop TLSA queries are the usual cause."},
    {DANE_POLICY_DETAIL_TLSA_NONE, "no DANE until the MX host's owner publishes TLSA records",
     "This MX host's zone is signed, and proves that there are no TLSA records for this port."},
    {DANE_POLICY_DETAIL_TLSA_UNUSABLE, "the MX host's owner must publish a usable TLSA record, such as 3 1 1",
     "The TLSA records are authentic, but of kinds that SMTP does not use (PKIX-TA, PKIX-EE, unknown numbers) or malformed. "
     "At level dane TLS is required and not authenticated (RFC 7672 sections 2.2.3 and 3.1.3)."},
    {DANE_POLICY_DETAIL_NO_MATCH, "the MX host's owner must publish the record of the new key, or install the old one",
     "The server showed a certificate that no TLSA record names. Most often a key was renewed before its record was "
     "published; the other explanation is somebody on the way (RFC 7672 section 2.2)."},
    {DANE_POLICY_DETAIL_NAME_MISMATCH, "the MX host's owner must get a certificate for the host's name",
     "Under usage 2 the certificate must name the TLSA base domain or the mail domain (RFC 7672 section 3.2.2)."},
    {DANE_POLICY_DETAIL_EXPIRED, "the MX host's owner must renew the certificate",
     "Under usage 2 the dates of the whole chain count. Check this machine's clock, too."},
    {DANE_POLICY_DETAIL_NOT_YET_VALID, "check this machine's clock; else it is the MX host's owner's",
     "A certificate of the chain is not valid yet."},
    {DANE_POLICY_DETAIL_CHAIN_INVALID, "the MX host's owner must send a chain that leads to the published anchor",
     "Under usage 2 a path of good signatures must lead from the server's certificate to the one that the record names, "
     "and each certificate on it must be allowed to sign (RFC 7671 section 5.2)."},
    {DANE_POLICY_DETAIL_TA_ABSENT, "the MX host's owner must make the server send its CA certificate",
     "The record holds the digest of a certificate, and the server did not send any certificate like it. The trust anchor "
     "must be in the chain, even if it is a root (RFC 7671 section 5.2.2)."},
    {DANE_POLICY_DETAIL_WEAK_KEY, "the MX host's owner should take a longer key", "The record matches a short RSA key."},
    {DANE_POLICY_DETAIL_LIMIT_EXCEEDED, "the MX host's owner must send a smaller chain",
     "The certificates that the server sent exceed what verification looks at."},
    {DANE_POLICY_DETAIL_TRUST_ANCHOR, "compare the trust anchors with the zone's keys: they are yours to keep",
     "No key of the zone is the trust anchor that this machine is configured with, so nothing can be proven and mail waits. "
     "The anchor is out of date or of another DNS, or the resolver speaks for another DNS than the anchor. No domain's owner "
     "can mend that."},
    {DANE_POLICY_DETAIL_RESOLVER_STRIPS_DNSSEC, "use another resolver, or repair this one: dane-check --self-test",
     "This machine's resolver removes signatures from its answers, so nothing can be proven and all mail waits."},
    {DANE_POLICY_DETAIL_RESOLVER_DOES_NOT_VALIDATE, "use a validating resolver, or --dnssec validate",
     "In mode trust-ad the resolver has to validate, and this one does not vouch for the signed root zone."},
    {DANE_POLICY_DETAIL_TIMEOUT, "try again; if it stays, look at the resolver and the domain's name servers",
     "A resolver did not answer in time. Some firewalls drop queries for TLSA records."},
    {DANE_POLICY_DETAIL_SERVER_FAILURE, "look at the resolver's log, and at the domain's name servers",
     "A resolver answered with an error. A validating resolver says SERVFAIL for zones whose DNSSEC is broken."},
    {DANE_POLICY_DETAIL_BUDGET_EXCEEDED, "the domain's owner must publish less: fewer NSEC3 rounds, MX hosts, signatures",
     "The answers demand more work than one call may spend."},
    {DANE_POLICY_DETAIL_ALIAS_LOOP, "the owner must repair the CNAME records", "More than ten aliases in a row, or a loop."},
    {DANE_POLICY_DETAIL_NAME_INVALID, "write the name with A-labels (xn--...), without empty labels",
     "This is no domain name."},
    {DANE_POLICY_DETAIL_ADDRESS_LITERAL, "use a host name", "An IP address has no TLSA records (RFC 7672 section 2.2)."},
    {DANE_POLICY_DETAIL_NO_STARTTLS, "the MX host's owner must enable STARTTLS, or remove the TLSA records",
     "TLSA records promise TLS, and the server does not offer it. A middlebox that removes STARTTLS looks the same."},
    {DANE_POLICY_DETAIL_STARTTLS_REFUSED, "try again; else the MX host's owner must look at the server's TLS settings",
     "The server offers STARTTLS and then refuses it."},
    {DANE_POLICY_DETAIL_HANDSHAKE_FAILED, "the MX host's owner must enable TLS 1.2 or 1.3 with common ciphers",
     "The TLS handshake did not complete."},
    {DANE_POLICY_DETAIL_CONNECTION_FAILED, "try again; look at the network and at port blocks",
     "No TCP connection, or no SMTP greeting, on any address of this host."},
    {DANE_POLICY_DETAIL_NULL_MX, "nothing: the domain takes no mail",
     "The domain says by a null MX record that it accepts no mail (RFC 7505)."},
    {DANE_POLICY_DETAIL_DANE_OFF, "nothing: you switched DANE off for this destination",
     "Its DNSSEC is not looked at, and no TLSA record asked for."},
};

static const struct advice *advice_on(int detail)
{
    size_t i;

    for (i = 0; i < sizeof advices / sizeof advices[0]; i++)
        if (advices[i].detail == detail)
            return &advices[i];
    return NULL;
}

/* Prints words in lines of some eighty columns. */
static void print_wrapped(const char *indent, const char *text)
{
    size_t width = 80 - strlen(indent);

    while (*text != '\0') {
        size_t length = strlen(text), end = length;

        if (length > width)
            for (end = width; end > 0 && text[end] != ' '; end--)
                ;
        if (end == 0)
            end = length < width ? length : width;
        fprintf(out, "%s%.*s\n", indent, (int)end, text);
        text += end + strspn(text + end, " ");
    }
}

#endif
