//! What a reply shows under one zone; and where it shows nothing, whose fault that is.

use std::net::SocketAddr;
use std::rc::Rc;

use hickory_resolver::proto::rr::Name;

use super::call::{Call, Reply};
use crate::decide::Detail;
use crate::dns::proof::Failure;
use crate::dns::proof::ZoneKeys;
use crate::dns::proof::denial::{Nsec, Nsec3, Proofs, Unproven};
use crate::dns::proof::signature::{self, Fault};
use crate::dns::wire::Section;
use crate::dns::wire::names::{display, label_count};
use crate::dns::wire::rtype;

impl Call {
    /// The denial records of a section that `zone` signed for their own owners (CVE-2017-15105).
    pub(super) async fn proofs(
        &self,
        section: &Section,
        zone: &ZoneKeys,
    ) -> Result<Proofs, Failure> {
        let mut proofs = Proofs::default();
        for rrset in &section.0 {
            match signature::verify(rrset, zone, self.clock(), &self.budget).await {
                Ok(signed) if signed.labels == label_count(&rrset.owner) => {
                    let lifetime = proofs.lifetime.unwrap_or(u32::MAX);
                    proofs.lifetime = Some(lifetime.min(signed.lifetime));
                }
                Ok(_) => continue,
                Err(Fault::Exhausted(exhausted)) => return Err(exhausted.into()),
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

    /// A fault in a signed zone as a failure with the RRset's name.
    pub(super) async fn fault(
        self: &Rc<Self>,
        reply: &Reply,
        name: &Name,
        rtype: u16,
        zone: &ZoneKeys,
        fault: Fault,
    ) -> Failure {
        let has_records = reply.message.answer.rrset(name, rtype).is_some();
        let why = match fault {
            Fault::Missing if !has_records => Unproven::NoProof.text(),
            fault => fault.text(&zone.apex, self.now),
        };
        let text = format!("{} of {}: {why}", rtype::name(rtype), display(name));
        match fault {
            Fault::Exhausted(exhausted) => exhausted.into(),
            Fault::Missing => self.unsigned(reply, text).await,
            Fault::NoAnchorKey => Failure { detail: Detail::TrustAnchor, ..Failure::bogus(text) },
            _ => Failure::bogus(text),
        }
    }

    /// Missing proofs are bogus, unless the server strips them everywhere: then nothing is known.
    pub(super) async fn unsigned(self: &Rc<Self>, reply: &Reply, text: String) -> Failure {
        match self.carries_signatures(reply.server).await {
            Err(failure) if failure.detail == Detail::ResolverStripsDnssec => failure,
            _ => Failure::bogus(text),
        }
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
            let text = format!("resolver {server} strips DNSSEC records");
            return Err(Failure::indeterminate(Detail::ResolverStripsDnssec, text));
        }
        Ok(())
    }
}
