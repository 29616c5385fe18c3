//! What a server answered.

use std::net::SocketAddr;
use std::rc::Rc;

use crate::dns::proof::Failure;
use crate::dns::wire::Message;
use crate::dns::wire::rcode::NXDOMAIN;

/// A reply, and who sent it.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) message: Message,
    pub(crate) server: SocketAddr,
}

pub(crate) type Outcome = Result<Rc<Reply>, Failure>;

impl Reply {
    /// Whether the response code says that the name does not exist.
    pub(crate) fn is_nxdomain(&self) -> bool {
        self.message.rcode == NXDOMAIN
    }
}
