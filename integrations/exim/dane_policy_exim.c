/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Outbound DANE for Exim's smtp transport by libdane_policy; the hooks are in dane-policy.patch. */

#include "exim.h"

#ifdef SUPPORT_DANE_POLICY

#ifdef DISABLE_TLS
# error "SUPPORT_DANE_POLICY needs TLS"
#endif

#include "transports/smtp.h"
#ifdef USE_GNUTLS
# include <dane_policy_gnutls.h>
# define verify_tls dane_policy_gnutls_verify
#else
# include <dane_policy_openssl.h>
# define verify_tls dane_policy_openssl_verify
#endif

/* A lookup serves all hosts of a message; a process that takes in mail all day must not believe it for longer. */

#define LOOKUP_SECONDS 60

#define TRUST_ANCHOR_OCTETS 65536

static struct {
  char * key;				/* what was asked, and how */
  time_t time;
  dane_policy_destination * destination;
} last_lookup;

static BOOL clear_is_forbidden;


BOOL
dane_policy_forbids_clear(void)
{
return clear_is_forbidden;
}


/* Where *error is set, nothing but a refusal may follow. */

static uschar *
policy_error(const char * what, const uschar * detail)
{
return string_sprintf("DANE policy: %s%s%s", what, *detail ? ": " : "", detail);
}


/* The level that the option dane_policy demands for the domain. */

static dane_policy_level
configured_level(const smtp_transport_options_block * ob, const uschar * domain, uschar ** error)
{
const uschar * saved = deliver_domain, * value;
dane_policy_level level = DANE_POLICY_LEVEL_OFF;

if (!ob->dane_policy) return level;
deliver_domain = domain;
value = expand_cstring(ob->dane_policy);
deliver_domain = saved;

if (!value)
  {
  if (!f.expand_string_forcedfail)
    *error = policy_error("failed to expand dane_policy", expand_string_message);
  }
else if (*value && strcmpic(value, US"none") != 0)
  {
  level = strcmpic(value, US"dane") == 0 ? DANE_POLICY_LEVEL_DANE : DANE_POLICY_LEVEL_DANE_ONLY;
  if (strcmpic(value, CUS dane_policy_level_name(level)) != 0)
    *error = policy_error("dane_policy is neither none, dane nor dane-only", value);
  }
return level;
}


static BOOL
set_trust_anchors(dane_policy_context * context, const uschar * path)
{
static char text[TRUST_ANCHOR_OCTETS];
FILE * file = fopen(CCS path, "rb");
size_t length = file ? fread(text, 1, sizeof(text), file) : 0;
BOOL is_whole = file && feof(file);	/* part of a file is not what the administrator wrote */

if (file) (void) fclose(file);
return is_whole && length > 0
  && dane_policy_context_set_trust_anchors(context, text, length) == DANE_POLICY_OK;
}


/* A context as the transport's options describe it. */

static dane_policy_context *
new_context(const smtp_transport_options_block * ob, dane_policy_level level, uschar ** error)
{
dane_policy_context * context = NULL;
const uschar * dnssec = ob->dane_policy_dnssec;
dane_policy_dnssec mode = dnssec && strcmpic(dnssec, US"trust-ad") == 0
  ? DANE_POLICY_DNSSEC_TRUST_AD : DANE_POLICY_DNSSEC_VALIDATE;

if (  dane_policy_context_new(&context) != DANE_POLICY_OK
   || dane_policy_context_set_level(context, level) != DANE_POLICY_OK
   || dane_policy_context_set_dnssec(context, mode) != DANE_POLICY_OK)
  *error = policy_error("the library is not available", US"");
else if (dnssec && *dnssec && strcmpic(dnssec, CUS dane_policy_dnssec_name(mode)) != 0)
  *error = policy_error("dane_policy_dnssec is neither validate nor trust-ad", dnssec);
else if (ob->dane_policy_trust_anchor && !set_trust_anchors(context, ob->dane_policy_trust_anchor))
  *error = policy_error("cannot use the file of dane_policy_trust_anchor",
    string_sprintf("%s: %s", ob->dane_policy_trust_anchor, dane_policy_context_error(context)));
else if (  ob->dane_policy_nameserver
	&& dane_policy_context_add_nameserver(context, CCS ob->dane_policy_nameserver) != DANE_POLICY_OK)
  *error = policy_error("cannot use dane_policy_nameserver", ob->dane_policy_nameserver);
else if (  ob->dane_policy_timeout <= 0
	|| ob->dane_policy_timeout > INT_MAX / 1000
	|| dane_policy_context_set_timeout(context, 1000 * (uint32_t) ob->dane_policy_timeout) != DANE_POLICY_OK)
  *error = policy_error("dane_policy_timeout is out of range", US"");
else
  return context;

dane_policy_context_free(context);
return NULL;
}


/* Looks up a domain, or a host that the administrator named. NULL with *error only if it could not be asked. */

static const dane_policy_destination *
look_up(const smtp_transport_options_block * ob, dane_policy_level level, const uschar * name, BOOL is_host, int port,
  uschar ** error)
{
dane_policy_context * context;
time_t now = time(NULL);
const uschar * key = string_sprintf("%p %d %d %d %s", (const void *) ob, level, is_host, port, name);

if (  last_lookup.key && Ustrcmp(last_lookup.key, key) == 0
   && now >= last_lookup.time && now - last_lookup.time < LOOKUP_SECONDS)
  return last_lookup.destination;

free(last_lookup.key);
dane_policy_destination_free(last_lookup.destination);
last_lookup.destination = NULL;
last_lookup.key = NULL;

if (!(context = new_context(ob, level, error))) return NULL;
if (  port <= 0 || port > 65535
   || (is_host
      ? dane_policy_lookup_host(context, CCS name, (uint16_t) port, NULL, DANE_POLICY_STATUS_CONFIGURED,
				&last_lookup.destination)
      : dane_policy_lookup(context, CCS name, (uint16_t) port, &last_lookup.destination)
      ) != DANE_POLICY_OK)
  *error = policy_error("lookup failed", name);
else
  last_lookup.key = strdup(CCS key);
last_lookup.time = now;
dane_policy_context_free(context);

DEBUG(D_transport)
  debug_printf("DANE policy: looked up %s with %u DNS queries\n", name,
    (unsigned) dane_policy_destination_queries(last_lookup.destination));
return last_lookup.destination;
}


static BOOL
is_routed_by(const address_item * addr, const char * driver)
{
return addr->router && Ustrcmp(addr->router->driver_name, driver) == 0;
}


/* The domain that the mail is for: dnslookup replaces one that is an alias, by what an unproven DNS says. */

static const uschar *
domain_of(const address_item * addr)
{
while (addr->parent && is_routed_by(addr->parent, "dnslookup")) addr = addr->parent;
return addr->domain;
}


/* Whether the host stands in the configuration, and not in a DNS that anybody may have written. */

static BOOL
is_named_by_administrator(const smtp_transport_options_block * ob, const address_item * addr)
{
if (!addr->host_list || (ob->hosts_override && ob->hosts)) return TRUE;
if (addr->host_list == addr->fallback_hosts) return TRUE;
return is_routed_by(addr, "manualroute") || is_routed_by(addr, "queryprogram");
}


/* The host's name before Exim followed aliases from it, which ipliteral does not set; an address in brackets. */

static const uschar *
name_of(const host_item * host, const address_item * addr)
{
const uschar * name = is_routed_by(addr, "ipliteral") ? host->name : host->certname;

switch (string_is_ip_address(name, NULL))
  {
  case 4:  return string_sprintf("[%s]", name);
  case 6:  return string_sprintf("[IPv6:%s]", name);
  default: return name;
  }
}


/* The text for log, queue and bounce. It comes from strangers in part. */

static uschar *
text_of(const dane_policy_decision * decision)
{
return string_copy_taint(
  string_sprintf("DANE policy: %s", dane_policy_decision_text(decision)), GET_TAINTED);
}


/* Notes that the policy refuses; where another host may do better, this is all that the log will say of this one. */

static uschar *
refuse(smtp_connect_args * args, const dane_policy_decision * decision, uschar * text)
{
args->dane_policy_refused = TRUE;
if (decision && dane_policy_decision_scope(decision) == DANE_POLICY_SCOPE_HOST)
  log_write(0, LOG_MAIN, "H=%s [%s] %s", args->host->name, args->host->address, text);
#ifndef DISABLE_EVENT
(void) event_raise(args->tblock->event_action, US"dane:fail",
  US dane_policy_decision_tlsrpt_result_type(decision), NULL);
#endif
return text;
}


/* Exim takes aliases of one domain together, and each has a policy of its own. */

static void
hold_other_domains(address_item * addr, const uschar * domain)
{
while ((addr = addr->next))
  if (addr->transport_return == PENDING_DEFER && Ustrcmp(domain_of(addr), domain) != 0)
    {
    addr->transport_return = DEFER;
    addr->basic_errno = ERRNO_DNSDEFER;
    addr->message = policy_error("waits for a connection of its own", domain_of(addr));
    }
}


uschar *
dane_policy_prepare(smtp_connect_args * args, address_item * addr, int * rc)
{
const smtp_transport_options_block * ob = args->tblock->options_block;
const dane_policy_destination * destination = NULL;
const dane_policy_decision * decision;
const dane_policy_host * host;
host_item * host_used;
dane_policy_level level;
BOOL is_named;
const uschar * domain, * name;
uschar * error = NULL;

args->dane_policy = NULL;
args->dane_policy_tls = args->dane_policy_refused = args->dane_policy_verified = FALSE;
clear_is_forbidden = FALSE;

/* Those before are done with. */

while (addr->next && addr->transport_return < PENDING) addr = addr->next;
is_named = is_named_by_administrator(ob, addr);
domain = domain_of(addr);
name = name_of(args->host, addr);

level = configured_level(ob, domain, &error);
if (level == DANE_POLICY_LEVEL_OFF && !error) return NULL;

args->dane_policy_tls = clear_is_forbidden = TRUE;
*rc = DEFER;
if (!is_named) hold_other_domains(addr, domain);
if (!error && is_named && args->host->mx >= 0)
  error = policy_error("cannot tell whose MX host this is, name the host itself in the route", args->host->name);
if (!error)
  destination = look_up(ob, level, is_named ? name : domain, is_named, args->host->port, &error);
if (error) return refuse(args, NULL, error);

/* A host that was named is all there is, and a domain without hosts was refused as a whole. */

host = is_named
  ? dane_policy_destination_host(destination, 0)
  : dane_policy_destination_find_host(destination, CCS name);
decision = is_named || dane_policy_destination_host_count(destination) == 0
  ? dane_policy_destination_decision(destination)
  : dane_policy_destination_host_decision(destination, CCS name);

switch (dane_policy_decision_action(decision))
  {
  case DANE_POLICY_ACTION_VERIFY:
  case DANE_POLICY_ACTION_ENCRYPT:
  case DANE_POLICY_ACTION_OPPORTUNISTIC:
    args->dane_policy = host;
    args->dane_policy_tls = clear_is_forbidden = dane_policy_decision_tls_required(decision);
    DEBUG(D_transport) debug_printf("DANE policy: %s for %s\n",
      dane_policy_action_name(dane_policy_decision_action(decision)), args->host->name);
    return NULL;

  default:
    break;
  }

/* Exim's router has found a host: if the library finds no such domain, the two resolvers disagree, and that is no reason to
bounce. */

if (  dane_policy_decision_action(decision) == DANE_POLICY_ACTION_FAIL
   && dane_policy_decision_reason(decision) != DANE_POLICY_REASON_NOT_FOUND)
  *rc = FAIL;
host_used = dane_policy_decision_scope(decision) == DANE_POLICY_SCOPE_HOST ? args->host : NULL;
for (; addr; addr = addr->next)
  if (addr->transport_return >= PENDING) addr->host_used = host_used;
return refuse(args, decision, text_of(decision));
}


uschar *
dane_policy_sni(const smtp_connect_args * args)
{
const char * name = args->dane_policy_tls ? dane_policy_host_server_name(args->dane_policy) : NULL;

return name ? string_copy_taint(CUS name, GET_TAINTED) : NULL;
}


BOOL
dane_policy_verify_session(smtp_connect_args * args, void * session, uschar ** errstr)
{
dane_policy_verification * verification = NULL;
const dane_policy_decision * decision;
BOOL accepted;

(void) verify_tls(args->dane_policy, session, (int64_t) time(NULL), &verification);

/* After an error there is no verification, so no decision either, and that defers. */

decision = dane_policy_verification_decision(verification);
accepted = dane_policy_decision_may_deliver(decision);
args->dane_policy_verified = dane_policy_decision_action(decision) == DANE_POLICY_ACTION_DELIVER;
if (!accepted) *errstr = refuse(args, decision, text_of(decision));
dane_policy_verification_free(verification);
return accepted;
}


uschar *
dane_policy_no_tls(smtp_connect_args * args, BOOL offered, const uschar * errstr)
{
dane_policy_verification * verification = NULL;
const dane_policy_decision * decision;
uschar * text;

/* Verification has said why already. */

if (args->dane_policy_refused) return string_copy(errstr);

(void) dane_policy_verify_failure(args->dane_policy,
  offered ? DANE_POLICY_CERTIFICATE_HANDSHAKE_FAILED : DANE_POLICY_CERTIFICATE_NO_STARTTLS, &verification);
decision = dane_policy_verification_decision(verification);
text = text_of(decision);
text = refuse(args, decision, errstr ? string_sprintf("%s: %s", text, errstr) : text);
dane_policy_verification_free(verification);
return text;
}

#endif	/*SUPPORT_DANE_POLICY*/

/* End of dane_policy_exim.c */
