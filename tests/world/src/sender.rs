//! The domain of those who send to the world: what a mail server sends back comes here, at every level.

use crate::build::Builder;
use crate::certificate::Identity;
use crate::smtp::{Behaviour, Tls};

pub const DOMAIN: &str = "sender.test";
pub const HOST: &str = "mx.sender.test";

/// Builds it, with all that DANE asks for.
pub fn build(b: &mut Builder) {
    let identity = Identity::server(HOST);
    b.signed(DOMAIN);
    b.rr(&format!("{DOMAIN} MX 10 {HOST}"));
    b.host(HOST, Behaviour::Starttls(Tls::new(&identity, &[])));
    b.tlsa(HOST, &identity.tlsa(3, 1, 1));
}
