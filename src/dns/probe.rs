//! Does the resolver serve the configured mode?

use std::rc::Rc;

use hickory_resolver::proto::rr::Name;

use super::call::Call;
use super::{Answer, Mode};
use crate::cause::{Basis, Cause};
use crate::dns::proof::{Failure, Judged, Standing};
use crate::dns::wire::rtype;

impl Call {
    /// Secure where every anchor's zone validates, or the resolver vouches for the root; else the text says why not.
    pub(crate) async fn probe(self: &Rc<Self>) -> Answer {
        let servers = self.config.servers.clone();
        let judged = self.is_served().await.map(|()| {
            Judged::from(match self.mode {
                Some(Mode::Validate) | None => Basis::Serving(servers),
                Some(Mode::TrustAd) => Basis::Validating(servers),
            })
        });
        let exists = judged.is_ok();
        Answer { exists, ..Answer::new(&Name::root(), rtype::NS, judged) }
    }

    async fn is_served(self: &Rc<Self>) -> Result<(), Failure> {
        if self.config.servers.is_empty() {
            return Err(Cause::NoServer.into());
        }
        for server in &self.config.servers {
            match self.mode {
                Some(Mode::TrustAd) => self.vouches_for_root(*server).await?,
                Some(Mode::Validate) | None => self.carries_signatures(*server).await?,
            }
        }
        if self.mode == Some(Mode::TrustAd) {
            return Ok(());
        }
        for apex in self.config.anchors.names() {
            match self.standing(apex).await {
                Standing::Failed(failure) => return Err(failure),
                Standing::Zone(_) | Standing::Inside(_) | Standing::Nothing(_) => {}
                Standing::Insecure(basis) => return Err(Cause::Insecure(basis).into()),
            }
        }
        Ok(())
    }
}
