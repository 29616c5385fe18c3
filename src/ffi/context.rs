//! Contexts.

use std::ffi::{CString, c_char, c_int};
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use super::boundary::{change, create, free, read};
use super::error::{Code, MISUSE};
use super::numbers::{dane_policy_dnssec, dane_policy_error, dane_policy_level};
use super::status;
use super::text::{array, from_c, into_c};
use crate::context::{Context, InvalidSetting};
use crate::text::line;

/// Configuration, a bounded cache of zone keys, no thread and no descriptor.
pub struct dane_policy_context {
    pub(super) context: Context,
    /// Why the last setting was refused.
    error: CString,
}

/// Why a function that sets something refused.
enum Refusal {
    /// An argument is not what it must be.
    Argument,
    Setting(InvalidSetting),
}

impl Display for Refusal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument => f.write_str("NULL, or a number out of its range"),
            Self::Setting(why) => why.fmt(f),
        }
    }
}

impl From<Code> for Refusal {
    fn from(_: Code) -> Self {
        Self::Argument
    }
}

impl From<InvalidSetting> for Refusal {
    fn from(why: InvalidSetting) -> Self {
        Self::Setting(why)
    }
}

/// Changes a setting, and remembers why if it is refused.
fn set(
    context: Option<&mut dane_policy_context>,
    body: impl FnOnce(&mut Context) -> Result<(), Refusal>,
) -> dane_policy_error {
    change(context, |context| {
        let refused = body(&mut context.context).err();
        let why = refused.as_ref().map(|why| line(format_args!("{why}")));
        context.error = into_c(why.unwrap_or_default());
        refused.map_or(Ok(()), |_| Err(MISUSE))
    })
}

/// Makes a context; reads /etc/resolv.conf now. A missing file means 127.0.0.1, an unreadable one that
/// every lookup is indeterminate. The trust anchors are the root's, those that are built in and those of the system's files,
/// where there are any: /usr/share/dns/root.key, /var/lib/unbound/root.key and /etc/unbound/root.key, or those that the package
/// names. One that cannot be used is passed over; dane_policy_context_error says which and why. Free it with
/// dane_policy_context_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_context_new(
    out: *mut *mut dane_policy_context,
) -> dane_policy_error {
    // SAFETY: NULL or room for a pointer.
    unsafe {
        create(out, || {
            let context = Context::new();
            let unusable = context.unusable_anchor_files().first();
            let error = unusable.map(|file| into_c(line(format_args!("{file}"))));
            Ok(dane_policy_context { error: error.unwrap_or_default(), context })
        })
    }
}

/// Frees a context; what was made with it stays valid. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_context_free(context: Option<Box<dane_policy_context>>) {
    free(context);
}

/// Sets the level: DANE_POLICY_LEVEL_DANE (default), DANE_POLICY_LEVEL_DANE_ONLY, or DANE_POLICY_LEVEL_OFF: nothing is
/// validated, no TLSA record asked for, and mail goes by opportunistic TLS, detail DANE_POLICY_DETAIL_DANE_OFF.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_context_set_level(
    context: Option<&mut dane_policy_context>,
    level: dane_policy_level,
) -> dane_policy_error {
    set(context, |context| {
        context.set_level(status::level_or_off(level)?);
        Ok(())
    })
}

/// Sets the level for one next hop, compared whole, case and one final dot ignored, such as DANE_POLICY_LEVEL_OFF for one
/// whose DNSSEC is broken. Applies to dane_policy_lookup and dane_policy_check of this domain, and to
/// dane_policy_lookup_host for it (for the host itself without a next hop). DANE_POLICY_ERROR_MISUSE if it is neither a
/// domain name nor an address literal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_context_set_destination_level(
    context: Option<&mut dane_policy_context>,
    domain: *const c_char,
    level: dane_policy_level,
) -> dane_policy_error {
    set(context, |context| {
        // SAFETY: NULL or a string that ends in NUL.
        let domain = unsafe { from_c(domain) }?;
        let level = status::level_or_off(level)?;
        Ok(context.set_destination_level(&domain, level)?)
    })
}

/// Turns audit on (not 0) or off (0, the default): failures are told and do not stop mail (RFC 7672 section 9.1). A
/// DEFER becomes OPPORTUNISTIC with TLS not required; reason, detail and text stay, to be logged. VERIFY and
/// ENCRYPT keep their action with TLS not required. What DANE has nothing to do with stays: host or domain name not
/// found, connection failed, host not in MX records, policy not available still defer, FAIL still bounces; and an
/// insecure null MX at DANE-only, which leaves no host to deliver to, still defers.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_context_set_audit(
    context: Option<&mut dane_policy_context>,
    on: c_int,
) -> dane_policy_error {
    set(context, |context| {
        context.set_audit(on != 0);
        Ok(())
    })
}

/// Sets where a DNSSEC status comes from: DANE_POLICY_DNSSEC_VALIDATE (default), local validation, or
/// DANE_POLICY_DNSSEC_TRUST_AD, the resolver's AD bit. TRUST_AD is safe only with a validating resolver
/// that you run, on a path that nobody else can write to.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_context_set_dnssec(
    context: Option<&mut dane_policy_context>,
    mode: dane_policy_dnssec,
) -> dane_policy_error {
    set(context, |context| {
        context.set_dnssec(status::mode(mode)?);
        Ok(())
    })
}

/// Adds a name server: "192.0.2.1", "192.0.2.1:5353" or "[2001:db8::1]:53". The first replaces those of
/// resolv.conf, later ones append.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_context_add_nameserver(
    context: Option<&mut dane_policy_context>,
    address: *const c_char,
) -> dane_policy_error {
    set(context, |context| {
        // SAFETY: NULL or a string that ends in NUL.
        let address = unsafe { from_c(address) }?;
        Ok(context.add_nameserver(&address)?)
    })
}

/// Replaces the name servers by those of a resolv.conf text, for instance where the file is out of reach.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_context_set_resolv_conf(
    context: Option<&mut dane_policy_context>,
    text: *const c_char,
    length: usize,
) -> dane_policy_error {
    set(context, |context| {
        // SAFETY: NULL with length 0, or `length` octets.
        let text = unsafe { array(text.cast::<u8>(), length) }?;
        Ok(context.set_resolv_conf(text)?)
    })
}

/// Replaces the root's anchors, built-in and the system's, by DS and DNSKEY lines, of any zones:
/// ". IN DS 20326 8 2 E06D...". Of a DNSKEY line that a resolver keeps with a state, ";;state=1", the key is an anchor only in
/// states 2, valid, and 3, missing (RFC 5011 section 4); one in state 4, revoked, is none by whatever other line. A line that
/// is neither is DANE_POLICY_ERROR_MISUSE, a digest that has not the length of its type, and an anchor that is not supported
/// where no other of its name is; then nothing changes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_context_set_trust_anchors(
    context: Option<&mut dane_policy_context>,
    text: *const c_char,
    length: usize,
) -> dane_policy_error {
    set(context, |context| {
        // SAFETY: NULL with length 0, or `length` octets.
        let text = unsafe { array(text.cast::<u8>(), length) }?;
        Ok(context.set_trust_anchors(text)?)
    })
}

/// Says whether zones that SHA-1 secures are secure (not 0, the default) or not (0). Off, the algorithms RSASHA1 and
/// RSASHA1-NSEC3-SHA1 and DS records with a SHA-1 digest count as not supported, as RFC 9905 section 2 asks of operators: what
/// nothing else secures is insecure, and the text says so; below a trust anchor of that kind everything is bogus. With
/// DANE_POLICY_DNSSEC_TRUST_AD it changes nothing: there the resolver decides.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_context_set_sha1(
    context: Option<&mut dane_policy_context>,
    on: c_int,
) -> dane_policy_error {
    set(context, |context| {
        context.set_sha1(on != 0);
        Ok(())
    })
}

/// Sets the time that one call may take in all, in milliseconds; 30000 by default.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_context_set_timeout(
    context: Option<&mut dane_policy_context>,
    milliseconds: u32,
) -> dane_policy_error {
    set(context, |context| {
        context.set_timeout(Duration::from_millis(milliseconds.into()));
        Ok(())
    })
}

/// Sets the name that dane_policy_check says in EHLO: a domain name or an address literal, "[192.0.2.1]" or
/// "[IPv6:2001:db8::1]"; another is DANE_POLICY_ERROR_MISUSE. By default it is this machine's name, and where that is
/// neither, the address literal of the connection's own end (RFC 5321 section 4.1.4).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_context_set_ehlo_name(
    context: Option<&mut dane_policy_context>,
    name: *const c_char,
) -> dane_policy_error {
    set(context, |context| {
        // SAFETY: NULL or a string that ends in NUL.
        let name = unsafe { from_c(name) }?;
        Ok(context.set_ehlo_name(&name)?)
    })
}

/// Fixes the clock, in seconds since 1970: for tests and replays.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_context_set_time(
    context: Option<&mut dane_policy_context>,
    unix_seconds: i64,
) -> dane_policy_error {
    set(context, |context| {
        context.set_time(unix_seconds);
        Ok(())
    })
}

/// Why the last function that sets something of this context refused it, with the line where a text has lines; "" after one
/// that did not. Before any of them, the first file of the system with trust anchors that cannot be used, why, and "" where there
/// is none. One line of printable ASCII, at most 200 octets, which lives until the next of them is called. NULL only for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_context_error(
    context: Option<&dane_policy_context>,
) -> *const c_char {
    read(context, std::ptr::null(), |context| context.error.as_ptr())
}
