//! Does the resolver serve the configured mode?

use std::net::SocketAddr;
use std::rc::Rc;

use hickory_resolver::proto::rr::Name;

use super::call::Call;
use super::{Answer, Mode, Warning};
use crate::cause::{Basis, Cause, Fault};
use crate::dns::proof::{Failure, Judged, Roll, Standing};
use crate::dns::wire::names::display;
use crate::dns::wire::rtype;

impl Call {
    /// Secure where every anchor's zone validates, or the resolver vouches for the root; else the text says why not.
    pub(crate) async fn probe(self: &Rc<Self>) -> Answer {
        let mut warnings = Vec::new();
        let served = match self.mode {
            Some(Mode::TrustAd) => self.is_vouched_for().await,
            Some(Mode::Validate) | None => self.is_served(&mut warnings).await,
        };
        let judged = served.map(Judged::from);
        let exists = judged.is_ok();
        Answer { exists, warnings, ..Answer::new(&Name::root(), rtype::NS, judged) }
    }

    async fn is_vouched_for(self: &Rc<Self>) -> Result<Basis, Failure> {
        let servers = self.servers()?;
        for server in servers {
            self.vouches_for_root(*server).await?;
        }
        Ok(Basis::Validating(servers.to_vec()))
    }

    async fn is_served(self: &Rc<Self>, warnings: &mut Vec<Warning>) -> Result<Basis, Failure> {
        warnings.extend(self.config.unusable.iter().cloned().map(Warning::AnchorFile));
        let servers = self.servers()?;
        for server in servers {
            self.carries_signatures(*server).await?;
        }
        let mut signing = Vec::new();
        for apex in self.config.anchors.names() {
            let standing = self.standing(apex).await;
            let roll = Box::pin(self.roll(apex)).await?;
            warnings.extend(self.warnings(apex, &roll));
            match standing {
                Standing::Failed(failure) => return Err(failure),
                // Remembered, and no longer so.
                Standing::Zone(_) if roll.signing.is_empty() => {
                    let fault = Fault::NoAnchorKey;
                    return Err(Cause::unproven(apex, rtype::DNSKEY, apex, fault).into());
                }
                Standing::Zone(_) | Standing::Inside(_) | Standing::Nothing(_) => {}
                Standing::Insecure(basis) => return Err(Cause::Insecure(basis).into()),
            }
            signing.push((apex.clone(), roll.signing));
        }
        Ok(Basis::Serving(servers.to_vec(), signing))
    }

    fn servers(&self) -> Result<&[SocketAddr], Failure> {
        match &self.config.servers[..] {
            [] => Err(Cause::NoServer.into()),
            servers => Ok(servers),
        }
    }

    /// How the anchors of a zone and its keys stand to each other now.
    async fn roll(self: &Rc<Self>, apex: &Name) -> Result<Roll, Failure> {
        let reply = self.ask(apex, rtype::DNSKEY).await?;
        match reply.message.answer.rrset(apex, rtype::DNSKEY) {
            Some(rrset) => {
                let anchors = self.counting(self.config.anchors.at(apex));
                Ok(Roll::of(rrset, &anchors, self.now, &self.budget).await?)
            }
            None => Ok(Roll::default()),
        }
    }

    fn warnings(&self, apex: &Name, roll: &Roll) -> Vec<Warning> {
        let zone = || display(apex);
        let Roll { signing, silent, absent, revoked, unknown } = roll;
        let others = || silent.iter().chain(absent).chain(revoked).next();
        let one = match signing[..] {
            [tag] if others().is_some() => {
                let (silent, absent) = (silent.clone(), absent.clone());
                Some(Warning::OneSigns { zone: zone(), tag, silent, absent })
            }
            _ => None,
        };
        let said = self.config.anchors.revoked_at(apex);
        let said = said.iter().filter(|tag| !revoked.contains(tag));
        let revoked =
            revoked.iter().chain(said).map(|tag| Warning::Revoked { zone: zone(), tag: *tag });
        let unknown = unknown.iter().map(|tag| Warning::UnknownKey { zone: zone(), tag: *tag });
        one.into_iter().chain(revoked).chain(unknown).collect()
    }
}
