//! The TLSA RRset of a host, and with it the TLSA base domain (RFC 7672 section 2.2.3).

use std::rc::Rc;
use std::sync::Arc;

use hickory_resolver::proto::rr::Name;

use super::explain::trouble;
use crate::cause::{Basis, Detail, Finding};
use crate::decide::Tlsa;
use crate::dns::wire::names::{display, prepend};
use crate::dns::wire::rtype;
use crate::dns::{Answer, Call, Lifetime};
use crate::tlsa::{self, Record};

/// What the TLSA records say.
#[derive(Debug)]
pub(super) struct TlsaAnswer {
    pub(super) status: Tlsa,
    pub(super) records: Vec<Record<'static>>,
    pub(super) base_domain: Option<String>,
    pub(super) detail: Detail,
    pub(super) note: Option<Arc<Finding>>,
    pub(super) lifetime: Option<Lifetime>,
}

impl TlsaAnswer {
    /// No TLSA lookup was needed.
    pub(super) fn not_looked_up() -> Self {
        Self {
            status: Tlsa::NotApplicable,
            records: Vec::new(),
            base_domain: None,
            detail: Detail::None,
            note: None,
            lifetime: None,
        }
    }

    fn empty(status: Tlsa, note: Finding) -> Self {
        Self { status, note: Some(Arc::new(note)), ..Self::not_looked_up() }
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
    let none = Finding::TooLongForTlsa(host.clone());
    let mut result = TlsaAnswer::empty(Tlsa::Nxdomain, none);
    for base in expanded.into_iter().chain([host]) {
        let Some(owner) = owner(port, base) else { continue };
        let answer = match own.take_if(|_| base == host) {
            Some(own) => own.await,
            None => call.resolve(&owner, rtype::TLSA).await,
        };
        let basis = match &answer.ground {
            Ok(basis) => basis.clone(),
            Err(failure) => {
                let note = trouble(&owner, rtype::TLSA, &failure.0);
                return TlsaAnswer {
                    detail: answer.detail(),
                    ..TlsaAnswer::empty(Tlsa::Bogus, note)
                };
            }
        };
        if answer.records.is_empty() {
            if result.status == Tlsa::Nxdomain {
                result = TlsaAnswer::empty(Tlsa::Nxdomain, Finding::NoTlsa { owner, basis });
            }
        } else if basis.is_secure() {
            let records: Vec<Record<'static>> =
                answer.records.iter().map(|rdata| Record::from_rdata(rdata).into_owned()).collect();
            return TlsaAnswer {
                status: tlsa::status(&records),
                base_domain: Some(display(base)),
                detail: Detail::None,
                note: Some(Arc::new(found(owner, &records, basis))),
                lifetime: answer.lifetime,
                records,
            };
        } else {
            result = TlsaAnswer::empty(Tlsa::Insecure, Finding::InsecureTlsa { owner, basis });
        }
    }
    result
}

/// What was found: how many records, and if none is usable, what is wrong with the first.
fn found(owner: Name, records: &[Record], basis: Arc<Basis>) -> Finding {
    let faults: Vec<_> = records.iter().filter_map(|record| record.usability().err()).collect();
    let fault = faults.first().filter(|_| faults.len() == records.len()).map(|fault| fault.text);
    Finding::Tlsa { owner, count: records.len(), fault, basis }
}
