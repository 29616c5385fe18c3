//! The status of what a reply says, by the resolver's word (RFC 4035 4.9.3, RFC 6840 5.7).

use std::net::SocketAddr;
use std::rc::Rc;

use hickory_resolver::proto::rr::Name;

use super::call::Call;
use super::reply::Reply;
use crate::cause::{Basis, Cause};
use crate::dns::proof::{Failure, Judged};
use crate::dns::wire::rtype;

impl Call {
    /// Secure with AD; insecure without it only where the same server vouched for the signed root.
    pub(super) async fn trust_reply(self: &Rc<Self>, reply: &Reply) -> Result<Judged, Failure> {
        let server = reply.server;
        if reply.message.authentic {
            return Ok(Basis::Ad(server).into());
        }
        self.vouches_for_root(server).await?;
        Ok(Basis::NoAd(server).into())
    }

    /// The status of one link: AD speaks for a whole chain, so the link is asked for alone (RFC 7672 section 2.1.3).
    pub(super) async fn trust_alias(
        self: &Rc<Self>,
        reply: &Reply,
        owner: &Name,
    ) -> Result<Judged, Failure> {
        if reply.message.authentic {
            return self.trust_reply(reply).await;
        }
        let link = self.ask(owner, rtype::CNAME).await?;
        self.trust_reply(&link).await
    }

    /// A resolver that does not validate the signed root cannot say that anything is insecure.
    pub(super) async fn vouches_for_root(
        self: &Rc<Self>,
        server: SocketAddr,
    ) -> Result<(), Failure> {
        let root = self.ask_directly(server, &Name::root(), rtype::NS).await?;
        if root.message.authentic {
            return Ok(());
        }
        Err(Cause::DoesNotValidate(server).into())
    }
}
