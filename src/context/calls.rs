//! The calls that a context makes, each from its beginning to its end.

use std::io;
use std::rc::Rc;

use super::Context;
use crate::check::{self, Report};
use crate::decide::Mx;
use crate::dns::wire::names;
use crate::dns::{Answer, Call, Config, Mode, RecordType};
use crate::engine::{Driver, Engine, drive};
use crate::lookup::{self, Destination, Policy};

/// The calls of a context, over a network.
pub(crate) struct Calls<'c> {
    context: &'c Context,
    driver: &'c mut dyn Driver,
}

impl<'c> Calls<'c> {
    pub(super) fn new(context: &'c Context, driver: &'c mut dyn Driver) -> Self {
        Self { context, driver }
    }

    pub(crate) fn probe(&mut self) -> io::Result<Answer> {
        self.run(self.context.dns.mode, async |call| call.probe().await)
    }

    pub(crate) fn query(&mut self, name: &str, rtype: RecordType) -> io::Result<Answer> {
        let name = match names::parse(name) {
            Ok(name) => name,
            Err(invalid) => return Ok(Answer::invalid_name(invalid)),
        };
        let rtype = rtype.number();
        self.run(self.context.dns.mode, async |call| call.resolve(&name, rtype).await)
    }

    pub(crate) fn lookup(&mut self, domain: &str, port: u16) -> io::Result<Destination> {
        let policy = self.context.policy(domain);
        self.run(self.mode(policy), async |call| lookup::lookup(&call, policy, domain, port).await)
    }

    pub(crate) fn lookup_host(
        &mut self,
        host: &str,
        port: u16,
        next_hop: Option<&str>,
        mx: Mx,
    ) -> io::Result<Destination> {
        let policy = self.context.policy(next_hop.unwrap_or(host));
        self.run(self.mode(policy), async |call| {
            lookup::lookup_host(&call, policy, host, port, next_hop, mx).await
        })
    }

    pub(crate) fn check(&mut self, domain: &str, port: u16) -> io::Result<Report> {
        let policy = self.context.policy(domain);
        let ehlo_name = self.context.ehlo_name.as_deref();
        self.run(self.mode(policy), async |call| {
            check::check(&call, policy, ehlo_name, domain, port).await
        })
    }

    fn mode(&self, policy: Policy) -> Option<Mode> {
        policy.level.and(self.context.dns.mode)
    }

    fn run<T>(
        &mut self,
        mode: Option<Mode>,
        work: impl AsyncFnOnce(Rc<Call>) -> T,
    ) -> io::Result<T> {
        let Context { dns, cache, timeout, time, .. } = self.context;
        let dns = Config { mode, ..dns.clone() };
        let now = time.unwrap_or_else(|| self.driver.unix_time());
        let deadline = self.driver.now(0).saturating_add(*timeout);
        let engine = Engine::new();
        let call = Call::new(engine.clone(), dns, cache.clone(), now, deadline);
        drive(self.driver, &engine, Box::pin(call.run(work(call.clone()))))
    }
}
