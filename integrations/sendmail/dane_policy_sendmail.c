/*
 * SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Between Sendmail and libdane-policy: whose policy applies to a host, and what it says.
 *
 * The library is called from deliver() and starttls() only, never from where Sendmail may longjmp.
 */
#include "dane_policy_sendmail.h"

#if DANE_POLICY

#include <arpa/inet.h>
#include <dane_policy.h>
#include <dane_policy_openssl.h>

#define SMTP_PORT 25
/* Mailer flags. */
#define M_DANE_ONLY 'Y'
#define M_DANE_OFF 'y'
/* Trust anchors are some lines. */
#define MAX_ANCHORS 65536
#define MAX_DESTINATIONS (MAXMXHOSTS + 1)

static struct
{
	dane_policy_level level;
	dane_policy_dnssec dnssec;
	uint32_t timeout;	/* milliseconds */
	char *anchors;		/* a file */
	char *nameservers;	/* separated by spaces */
} Options = { DANE_POLICY_LEVEL_OFF, DANE_POLICY_DNSSEC_VALIDATE, 30000, NULL, NULL };

static struct
{
	dane_policy_level level;	/* OFF: nothing here applies */
	const char *hop;	/* what Sendmail delivers to: a next hop, or a list of them */
	uint16_t port;
	bool is_nomx;		/* no MX lookups for this mailer */
	const char *rest;	/* next hops not looked up yet */
	bool is_fallback;	/* `rest` is of FallbackMX */
	dane_policy_destination *destinations[MAX_DESTINATIONS];
	size_t count;
	const dane_policy_host *own;	/* of a next hop that is the only one, and its own host */
	const dane_policy_host *host;	/* the one that is being tried */
	dane_policy_verification *verification;
	char last[256];		/* the last refusal */
	char reply[256];	/* the one to report */
} Now = { .level = DANE_POLICY_LEVEL_OFF };

/* Stands for a host that was refused. */
static MCI *Refused = NULL;

void
dp_option(const char *name, const char *value)
{
	long seconds;
	char *end;

	if (SM_STRCASEEQ(name, "DanePolicy"))
	{
		Options.level = SM_STRCASEEQ(value, "none") ? DANE_POLICY_LEVEL_OFF
			: SM_STRCASEEQ(value, "dane") ? DANE_POLICY_LEVEL_DANE : DANE_POLICY_LEVEL_DANE_ONLY;
		if (Options.level == DANE_POLICY_LEVEL_DANE_ONLY && !SM_STRCASEEQ(value, "dane-only"))
			syserr("readcf: option DanePolicy: none, dane or dane-only, not %s", value);
	}
	else if (SM_STRCASEEQ(name, "DanePolicyDnssec"))
	{
		Options.dnssec = SM_STRCASEEQ(value, "trust-ad") ? DANE_POLICY_DNSSEC_TRUST_AD : DANE_POLICY_DNSSEC_VALIDATE;
		if (!SM_STRCASEEQ(value, dane_policy_dnssec_name(Options.dnssec)))
			syserr("readcf: option DanePolicyDnssec: validate or trust-ad, not %s", value);
	}
	else if (SM_STRCASEEQ(name, "DanePolicyTimeout"))
	{
		seconds = strtol(value, &end, 10);
		if (*end != '\0' || seconds < 1 || seconds > 600)
			syserr("readcf: option DanePolicyTimeout: 1 to 600 seconds, not %s", value);
		else
			Options.timeout = (uint32_t) seconds * 1000;
	}
	else if (SM_STRCASEEQ(name, "DanePolicyTrustAnchorFile"))
		Options.anchors = newstr(value);
	else
		Options.nameservers = newstr(value);
}

static dane_policy_level
level_of(const MAILER *mailer)
{
	if (strcmp(mailer->m_mailer, "[IPC]") != 0 || bitnset(M_DANE_OFF, mailer->m_flags))
		return DANE_POLICY_LEVEL_OFF;
	return bitnset(M_DANE_ONLY, mailer->m_flags) ? DANE_POLICY_LEVEL_DANE_ONLY : Options.level;
}

static dane_policy_error
set_anchors(dane_policy_context *context, const char *path)
{
	static char text[MAX_ANCHORS];
	FILE *file = fopen(path, "re");
	size_t length = file == NULL ? 0 : fread(text, 1, sizeof(text), file);
	/* Part of a file is not what the administrator wrote. */
	bool is_whole = file != NULL && feof(file);

	if (file != NULL)
		(void) fclose(file);
	return is_whole ? dane_policy_context_set_trust_anchors(context, text, length) : DANE_POLICY_ERROR_MISUSE;
}

static dane_policy_error
set_nameservers(dane_policy_context *context, const char *addresses)
{
	char *text = newstr(addresses), *address;
	dane_policy_error result = DANE_POLICY_OK;

	for (address = strtok(text, " "); result == DANE_POLICY_OK && address != NULL; address = strtok(NULL, " "))
		result = dane_policy_context_add_nameserver(context, address);
	sm_free(text);
	return result;
}

/*
 * The one of this process, made when first needed; what a process inherits works as well. NULL where it cannot be made as
 * configured: then every lookup fails, and mail waits.
 */
static dane_policy_context *
context_as_configured(void)
{
	static dane_policy_context *made = NULL;
	dane_policy_context *context = NULL;
	const char *what = "context", *why;
	dane_policy_error result;

	if (made != NULL)
		return made;
	result = dane_policy_context_new(&context);
	if (result == DANE_POLICY_OK)
		result = dane_policy_context_set_dnssec(context, Options.dnssec);
	if (result == DANE_POLICY_OK)
		result = dane_policy_context_set_timeout(context, Options.timeout);
	if (result == DANE_POLICY_OK && Options.anchors != NULL)
		result = set_anchors(context, what = Options.anchors);
	if (result == DANE_POLICY_OK && Options.nameservers != NULL)
		result = set_nameservers(context, what = Options.nameservers);
	if (result == DANE_POLICY_OK)
		return made = context;
	why = dane_policy_context_error(context);
	if (why == NULL || *why == '\0')
		why = dane_policy_error_text(result);
	sm_syslog(LOG_ERR, NOQID, "DANE=client, setup failed, %.100s: %s", what, why);
	dane_policy_context_free(context);
	return NULL;
}

static void
forget_verification(void)
{
	dane_policy_verification_free(Now.verification);
	Now.verification = NULL;
}

void
dp_begin(void)
{
	forget_verification();
	while (Now.count > 0)
		dane_policy_destination_free(Now.destinations[--Now.count]);
	Now.host = NULL;
	Now.level = DANE_POLICY_LEVEL_OFF;
}

bool
dp_may_share(const MAILER *mailer, const ADDRESS *one, const ADDRESS *other)
{
	if (one == other || level_of(mailer) == DANE_POLICY_LEVEL_OFF)
		return true;
	return one->q_host != NULL && other->q_host != NULL && SM_STRCASEEQ(one->q_host, other->q_host);
}

static bool
is_address(const char *name)
{
	struct in6_addr address;

	if (sm_strncasecmp(name, "IPv6:", 5) == 0)
		name += 5;
	return inet_pton(AF_INET, name, &address) == 1 || inet_pton(AF_INET6, name, &address) == 1;
}

/* The name in brackets that stand for "no MX lookup". */
static bool
take_brackets(char *name)
{
	size_t length = strlen(name);

	if (length < 3 || name[0] != '[' || name[length - 1] != ']')
		return false;
	name[length - 1] = '\0';
	if (is_address(name + 1))
	{
		/* A literal keeps them. */
		name[length - 1] = ']';
		return false;
	}
	memmove(name, name + 1, length - 1);
	return true;
}

/* The next of the next hops, which Sendmail separates by colons and commas; after them comes FallbackMX. */
static bool
next_hop(char *name, size_t size)
{
	const char *end;

	if (*Now.rest == '\0')
	{
		if (Now.is_fallback || FallbackMX == NULL)
			return false;
		Now.is_fallback = true;
		Now.rest = FallbackMX;
	}
	end = *Now.rest == '[' ? strchr(Now.rest, ']') : Now.rest;
	end = end == NULL ? Now.rest : end;
	end += strcspn(end, ":,");
	if (end > Now.rest && (size_t) (end - Now.rest) < size)
		size = (size_t) (end - Now.rest) + 1;
	(void) sm_strlcpy(name, Now.rest, size);
	Now.rest = *end == '\0' ? end : end + 1;
	return *name != '\0';
}

/* What is found is kept, also NULL, which defers. A host is one that the administrator named: no MX record is asked for. */
static dane_policy_destination *
look_up(const char *name, bool is_host)
{
	dane_policy_context *context = context_as_configured();
	dane_policy_destination *destination = NULL;

	if (Now.count == MAX_DESTINATIONS)
		return NULL;
	if (dane_policy_context_set_level(context, Now.level) == DANE_POLICY_OK)
		(void) (is_host ? dane_policy_lookup_host(context, name, Now.port, NULL, DANE_POLICY_STATUS_CONFIGURED, &destination)
			: dane_policy_lookup(context, name, Now.port, &destination));
	return Now.destinations[Now.count++] = destination;
}

/* Looks up the next of the next hops; whether there is one. */
static bool
look_up_next(void)
{
	const dane_policy_destination *destination;
	char name[MAXNAME_I + 1];

	if (Now.count == MAX_DESTINATIONS || !next_hop(name, sizeof(name)))
		return false;
	destination = look_up(name, take_brackets(name) || (Now.is_nomx && name[0] != '['));
	if (Now.count == 1 && !Now.is_fallback && *Now.rest == '\0' && dane_policy_destination_host_count(destination) == 1)
		Now.own = dane_policy_destination_find_host(destination, name);
	return true;
}

static const dane_policy_host *
find_host(const char *name)
{
	const dane_policy_host *host = NULL;
	size_t i;

	for (i = 0; host == NULL && (i < Now.count || look_up_next()); i++)
		host = dane_policy_destination_find_host(Now.destinations[i], name);
	/*
	 * Without MX records, Sendmail names the host by what it is an alias of; the library follows aliases by itself. Another
	 * next hop's policy must not do for a name that it does not lead to.
	 */
	return host != NULL ? host : Now.own;
}

static const dane_policy_decision *
decision_of(const char *name)
{
	const dane_policy_destination *first = Now.destinations[0];

	if (Now.host != NULL)
		return dane_policy_host_decision(Now.host);
	/* A domain without hosts was refused as a whole. */
	return dane_policy_destination_host_count(first) == 0 ? dane_policy_destination_decision(first)
		: dane_policy_destination_host_decision(first, name);
}

/*
 * Whether mail bounces. That there is no such domain bounces nothing where Sendmail's own lookup finds MX records or addresses
 * of it, or cannot tell, as of a list: then the two resolvers disagree.
 */
static bool
is_final(const dane_policy_decision *decision)
{
	char domain[MAXNAME_I + 1];

	if (dane_policy_decision_action(decision) != DANE_POLICY_ACTION_FAIL)
		return false;
	if (dane_policy_decision_reason(decision) != DANE_POLICY_REASON_NOT_FOUND)
		return true;
	(void) sm_strlcpy(domain, Now.hop, sizeof(domain));
	return strpbrk(domain, ":,") == NULL && getcanonname(domain, sizeof(domain), false, NULL) == HOST_NOTFOUND &&
		h_errno == HOST_NOT_FOUND;
}

/* What to report is the refusal by the host tried first; a final one only where none is temporary. */
static char *
reply_of(const dane_policy_decision *decision, bool bounces)
{
	const char *status = dane_policy_decision_enhanced_status(decision);

	/* What would bounce, and waits. */
	if (!bounces && status[0] == '5')
		status = "4.4.4";
	(void) sm_snprintf(Now.last, sizeof(Now.last), "%s %s DANE: %s", bounces ? "556" : "403", status,
		dane_policy_decision_text(decision));
	if (Now.reply[0] == '\0' || (Now.reply[0] == '5' && !bounces))
		(void) sm_strlcpy(Now.reply, Now.last, sizeof(Now.reply));
	return Now.reply;
}

static void
begin(MAILER *mailer, const char *hop, unsigned short port)
{
	Now.level = level_of(mailer);
	Now.port = port == 0 ? SMTP_PORT : ntohs(port);
	Now.is_nomx = bitnset(M_NOMX, mailer->m_flags);
	Now.is_fallback = false;
	Now.hop = Now.rest = hop;
	Now.own = NULL;
	Now.reply[0] = '\0';
}

MCI *
dp_refused(const MCI *mci)
{
	if (Refused == NULL)
		Refused = mci_new(NULL);
	Refused->mci_mailer = mci->mci_mailer;
	Refused->mci_host = mci->mci_host;
	Refused->mci_state = MCIS_CLOSED;
	Refused->mci_errno = 0;
	Refused->mci_herrno = 0;
	return Refused;
}

bool
dp_is_refused(const MCI *mci)
{
	return mci == Refused;
}

bool
dp_defers(const MCI *mci)
{
	return Now.level != DANE_POLICY_LEVEL_OFF && (mci != Refused || mci->mci_exitstat == EX_TEMPFAIL);
}

static MCI *
refuse(ENVELOPE *envelope, const char *name, const MCI *mci, const dane_policy_decision *decision, bool bounces)
{
	char *reply = reply_of(decision, bounces);
	MCI *refused = dp_refused(mci);
	char status[ENHSCLEN];
	extern SOCKADDR CurHostAddr;

	/* An open connection of the host is none of this mail's. */
	memset(&CurHostAddr, '\0', sizeof(CurHostAddr));
	(void) extenhsc(reply + 4, ' ', status);
	(void) sm_strlcpy(SmtpError, reply, sizeof(SmtpError));
	mci_setstat(refused, reply[0] == '4' ? EX_TEMPFAIL : EX_UNAVAILABLE, status, reply);
	if (LogLevel > 8)
		sm_syslog(LOG_NOTICE, envelope->e_id, "DANE=client, relay=%.100s, not connected: %.256s", name, Now.last);
	return refused;
}

MCI *
dp_host(ENVELOPE *envelope, MAILER *mailer, char *hop, unsigned short port, char *name, bool is_named, MCI *mci)
{
	const dane_policy_decision *decision;
	const char *key;
	char bare[MAXNAME_I + 1];

	if (level_of(mailer) == DANE_POLICY_LEVEL_OFF)
		return mci;
	if (Now.level == DANE_POLICY_LEVEL_OFF)
		begin(mailer, hop, port);
	forget_verification();
	(void) sm_strlcpy(bare, name, sizeof(bare));
	(void) take_brackets(bare);
	Now.host = is_named ? dane_policy_destination_host(look_up(bare, true), 0) : find_host(bare);
	decision = decision_of(bare);

	switch (dane_policy_decision_action(decision))
	{
	  case DANE_POLICY_ACTION_VERIFY:
	  case DANE_POLICY_ACTION_ENCRYPT:
	  case DANE_POLICY_ACTION_OPPORTUNISTIC:
		break;

	  default:
		/* Where Sendmail's own lookup failed, that is why the name is not known, and it does not connect. */
		if (dane_policy_decision_reason(decision) == DANE_POLICY_REASON_NOT_IN_MX &&
		    mci->mci_state == MCIS_CLOSED && mci->mci_exitstat == EX_TEMPFAIL)
			return mci;
		mci->mci_mailer = mailer;
		return refuse(envelope, name, mci, decision, is_final(decision));
	}

	key = dane_policy_host_policy_key(Now.host);
	if (mci->mci_state != MCIS_CLOSED)
	{
		if (key != NULL && mci->mci_policy_key != NULL && strcmp(key, mci->mci_policy_key) == 0)
			return mci;
		smtpquit(mci->mci_mailer, mci, envelope);
		mci = mci_get(name, mailer);
	}
	SM_FREE(mci->mci_policy_key);
	if (key != NULL)
		mci->mci_policy_key = sm_strdup(key);
	return mci;
}

void
dp_handshake(SSL *ssl)
{
	const char *name = dane_policy_host_server_name(Now.host);

	/* A server that wants another name shows another certificate, and that is not trusted. */
	if (name != NULL)
		(void) SSL_set_tlsext_host_name(ssl, name);
}

char *
dp_verify(const SSL *ssl)
{
	const dane_policy_decision *decision;

	if (Now.level == DANE_POLICY_LEVEL_OFF)
		return NULL;
	forget_verification();
	/* A resumed session shows no chain. */
	if (!SSL_session_reused(ssl))
		(void) dane_policy_openssl_verify(Now.host, ssl, (int64_t) time(NULL), &Now.verification);
	decision = dane_policy_verification_decision(Now.verification);
	if (!dane_policy_decision_may_deliver(decision))
		return "DANE_FAIL";
	return dane_policy_decision_verification(decision) == DANE_POLICY_VERIFICATION_SUCCESSFUL ? "TRUSTED" : NULL;
}

char *
dp_refusal(bool was_tried, int code)
{
	const dane_policy_decision *decision;

	if (Now.level == DANE_POLICY_LEVEL_OFF)
		return NULL;
	if (!was_tried || code != EX_OK)
	{
		forget_verification();
		(void) dane_policy_verify_failure(Now.host, was_tried ? DANE_POLICY_CERTIFICATE_HANDSHAKE_FAILED
			: DANE_POLICY_CERTIFICATE_NO_STARTTLS, &Now.verification);
	}
	decision = dane_policy_verification_decision(Now.verification);
	if (dane_policy_decision_may_deliver(decision))
		return NULL;
	return reply_of(decision, false);
}

#endif /* DANE_POLICY */
