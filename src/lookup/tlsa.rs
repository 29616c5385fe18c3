//! The TLSA RRset of a host, and with it the TLSA base domain (RFC 7672 section 2.2.3).

use std::rc::Rc;

use hickory_resolver::proto::rr::Name;

use super::explain::trouble;
use crate::decide::{Detail, Tlsa};
use crate::dns::wire::names::{display, prepend};
use crate::dns::wire::rtype;
use crate::dns::{Answer, Call, Status};
use crate::tlsa::{self, Record};

/// What the TLSA records say.
#[derive(Debug)]
pub(super) struct TlsaAnswer {
    pub(super) status: Tlsa,
    pub(super) records: Vec<Record>,
    pub(super) base_domain: Option<String>,
    pub(super) detail: Detail,
    pub(super) note: String,
}

impl TlsaAnswer {
    /// No TLSA lookup was needed.
    pub(super) fn not_looked_up() -> Self {
        Self::empty(Tlsa::NotApplicable, String::new())
    }

    fn empty(status: Tlsa, note: String) -> Self {
        Self { status, records: Vec::new(), base_domain: None, detail: Detail::None, note }
    }
}

/// The owner of the TLSA records; None where the name would be too long to exist.
fn owner(port: u16, base: &Name) -> Option<Name> {
    prepend(&[&format!("_{port}"), "_tcp"], base)
}

/// Asks for the records at the host's own name, where it is not too long to have any.
pub(super) fn own(
    call: &Rc<Call>,
    host: &Name,
    port: u16,
) -> Option<impl Future<Output = Answer> + use<>> {
    owner(port, host).map(|owner| call.resolve(&owner, rtype::TLSA))
}

/// Looks up the TLSA records behind a secure address: at the expanded name, then at the host's own.
///
/// An error stops the search, the first secure RRset ends it; intermediate aliases are never candidates.
pub(super) async fn look_up(
    call: &Rc<Call>,
    host: &Name,
    expanded: Option<&Name>,
    mut own: Option<impl Future<Output = Answer>>,
    port: u16,
) -> TlsaAnswer {
    let expanded = expanded.filter(|name| *name != host);
    let none = format!("TLSA of {} cannot exist: the name would be too long", display(host));
    let mut result = TlsaAnswer::empty(Tlsa::Nxdomain, none);
    for base in expanded.into_iter().chain([host]) {
        let Some(owner) = owner(port, base) else { continue };
        let answer = match own.take_if(|_| base == host) {
            Some(own) => own.await,
            None => call.resolve(&owner, rtype::TLSA).await,
        };
        let what = format!("TLSA of {}", display(&owner));
        match answer.status {
            Status::Bogus | Status::Indeterminate => {
                let note = trouble(&what, &answer);
                return TlsaAnswer {
                    detail: answer.detail,
                    ..TlsaAnswer::empty(Tlsa::Bogus, note)
                };
            }
            Status::Secure if !answer.records.is_empty() => {
                let records: Vec<Record> =
                    answer.records.iter().map(|rdata| Record::from_rdata(rdata)).collect();
                let status = tlsa::status(&records);
                let note = found(&what, &records, &answer.basis);
                let base_domain = Some(display(base));
                return TlsaAnswer { status, records, base_domain, detail: Detail::None, note };
            }
            Status::Insecure if !answer.records.is_empty() => {
                let note = format!("{what} is insecure: {}", answer.basis);
                result = TlsaAnswer::empty(Tlsa::Insecure, note);
            }
            Status::Secure | Status::Insecure if result.status == Tlsa::Nxdomain => {
                result.note = format!("{what} does not exist, {}", answer.basis);
            }
            Status::Secure | Status::Insecure => {}
        }
    }
    result
}

/// What was found: how many records, and if none is usable, what is wrong with the first.
fn found(what: &str, records: &[Record], basis: &str) -> String {
    let faults: Vec<_> = records.iter().filter_map(|record| record.usability().err()).collect();
    let count = match records.len() {
        1 => "1 record".to_owned(),
        count => format!("{count} records"),
    };
    match &faults[..] {
        [fault, ..] if faults.len() == records.len() => {
            let text = fault.text;
            format!("{what}: {count}, none usable: {text}; {basis}")
        }
        _ => format!("{what}: {count}, {basis}"),
    }
}
