//! What a reply shows under one zone; and where it shows nothing, whose fault that is.

use std::net::SocketAddr;
use std::rc::Rc;

use hickory_resolver::proto::rr::Name;

use super::call::Call;
use super::reply::Reply;
use crate::budget::Exhausted;
use crate::cause::{Cause, Detail, Fault};
use crate::dns::proof::denial::{Nsec, Nsec3, Proofs};
use crate::dns::proof::{Failure, Validity, ZoneKeys, signature};
use crate::dns::wire::names::label_count;
use crate::dns::wire::{Section, rtype};

impl Call {
    /// The denial records of a section that `zone` signed for their own owners (CVE-2017-15105).
    pub(super) async fn proofs(
        &self,
        section: &Section,
        zone: &ZoneKeys,
    ) -> Result<Proofs, Exhausted> {
        let mut proofs = Proofs::default();
        for rrset in &section.0 {
            match signature::verify(rrset, zone, self.now, &self.budget).await {
                Ok(signed) if signed.labels == label_count(&rrset.owner) => {
                    let so_far = proofs.validity.unwrap_or(Validity::ALWAYS);
                    proofs.validity = Some(so_far.and(signed.validity));
                }
                Ok(_) => continue,
                Err(Fault::Exhausted(exhausted)) => return Err(exhausted),
                Err(fault) => {
                    proofs.fault = proofs.fault.max(fault);
                    continue;
                }
            }
            for rdata in &rrset.rdata {
                if rrset.rtype == rtype::NSEC {
                    proofs.nsec.extend(Nsec::read(&zone.apex, &rrset.owner, rdata));
                } else {
                    proofs.nsec3.extend(Nsec3::read(&zone.apex, &rrset.owner, rdata));
                }
            }
        }
        Ok(proofs)
    }

    /// A fault in a signed zone as a failure with the RRset's name. What is missing is bogus, unless the server strips it
    /// everywhere: then nothing is known.
    pub(super) async fn fault(
        self: &Rc<Self>,
        reply: &Reply,
        name: &Name,
        rtype: u16,
        zone: &Name,
        fault: Fault,
    ) -> Failure {
        let has_records = reply.message.answer.rrset(name, rtype).is_some();
        let fault = match fault {
            Fault::Missing if !has_records => Fault::Undenied,
            fault => fault,
        };
        if matches!(fault, Fault::Missing | Fault::Undenied | Fault::NoKeys)
            && let Err(failure) = self.carries_signatures(reply.server).await
            && failure.0.detail() == Detail::ResolverStripsDnssec
        {
            return failure;
        }
        Cause::unproven(name, rtype, zone, fault).into()
    }

    /// Whether a server gives the keys at the first anchor with signatures, as every honest one does.
    pub(super) async fn carries_signatures(
        self: &Rc<Self>,
        server: SocketAddr,
    ) -> Result<(), Failure> {
        let Some(apex) = self.config.anchors.names().first().copied().cloned() else {
            return Ok(());
        };
        let keys = self.ask_directly(server, &apex, rtype::DNSKEY).await?;
        let keys = keys.message.answer.rrset(&apex, rtype::DNSKEY);
        if keys.is_none_or(|keys| keys.signatures.is_empty()) {
            return Err(Cause::StripsDnssec(server).into());
        }
        Ok(())
    }
}
