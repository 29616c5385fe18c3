//! Does the resolver serve the configured mode?

use std::rc::Rc;

use hickory_resolver::proto::rr::Name;

use super::call::Call;
use super::{Answer, Mode, Status};
use crate::decide::Detail;
use crate::dns::proof::Failure;
use crate::dns::proof::Standing;
use crate::dns::wire::rtype;

impl Call {
    /// Secure where every anchor's zone validates, or the resolver vouches for the root; else the text says why not.
    pub(crate) async fn probe(self: &Rc<Self>) -> Answer {
        let served = self.is_served().await;
        let servers: Vec<String> = self.config.servers.iter().map(ToString::to_string).collect();
        let servers = servers.join(", ");
        let (status, detail, text) = match (served, self.config.mode) {
            (Err(failure), _) => (failure.status, failure.detail, failure.text),
            (Ok(()), Some(Mode::Validate) | None) => {
                (Status::Secure, Detail::None, format!("resolver {servers} serves DNSSEC records"))
            }
            (Ok(()), Some(Mode::TrustAd)) => {
                (Status::Secure, Detail::None, format!("resolver {servers} validates DNSSEC"))
            }
        };
        Answer {
            status,
            exists: status == Status::Secure,
            detail,
            text,
            queries: self.budget.queries_sent(),
            ..Answer::started(&Name::root(), rtype::NS)
        }
    }

    async fn is_served(self: &Rc<Self>) -> Result<(), Failure> {
        if self.config.servers.is_empty() {
            let text = "no name server is configured";
            return Err(Failure::indeterminate(Detail::ServerFailure, text));
        }
        for server in &self.config.servers {
            match self.config.mode {
                Some(Mode::TrustAd) => self.vouches_for_root(*server).await?,
                Some(Mode::Validate) | None => self.carries_signatures(*server).await?,
            }
        }
        if self.config.mode == Some(Mode::TrustAd) {
            return Ok(());
        }
        for apex in self.config.anchors.names() {
            match self.standing(apex).await {
                Standing::Failed(failure) => return Err(failure),
                Standing::Zone(_) | Standing::Inside(_) | Standing::Nothing(_) => {}
                Standing::Insecure(why) => return Err(Failure::bogus(why.as_ref())),
            }
        }
        Ok(())
    }
}
