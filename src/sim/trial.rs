//! A call over a network on which things may go wrong, and what is held against it.

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use world::{Case, World};

use super::faults::Faults;
use super::oracle::Oracle;
use super::{Network, UNIT, context, level};
use crate::check::Report;
use crate::context::Context;
use crate::dns::Mode;

pub(super) const LEFT_OVER: &str = "a socket is left open, or something on its way";

/// Who calls, and how.
#[derive(Clone, Copy)]
pub(super) struct Trial<'w> {
    pub(super) world: &'w World,
    pub(super) case: &'w Case,
    pub(super) mode: Mode,
    pub(super) timeout: Duration,
    /// How many name servers it knows; all say the same.
    pub(super) servers: u8,
}

/// How a call began.
#[derive(Clone, Copy)]
pub(super) struct Begun {
    pub(super) at: Duration,
    /// What it was told, in seconds since 1970.
    pub(super) time: i64,
    /// How many calls there are at once.
    pub(super) among: u32,
}

/// Says what it was, where a call panics.
pub(super) struct Told(pub(super) String);

impl Drop for Told {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("{}", self.0);
        }
    }
}

impl<'w> Trial<'w> {
    pub(super) fn context(&self) -> Context {
        let mut context = context(self.world, level(self.case), self.mode);
        context.set_timeout(self.timeout);
        let SocketAddr::V4(mut server) = self.world.dns else { panic!("an IPv4 address") };
        for _ in 1..self.servers {
            server.set_ip((server.ip().to_bits() + 1).into());
            context.add_nameserver(&server.to_string()).unwrap();
        }
        context
    }

    /// One whose name servers answer at any address.
    pub(super) fn network(&self, faults: Box<dyn Faults + 'w>) -> Network<'w> {
        let world = self.world;
        let relay = |_, query: &[u8], by_tcp| world.answer(query, by_tcp);
        Network::with(world, Box::new(relay)).with_faults(faults)
    }

    pub(super) fn oracle(&self) -> Oracle<'w> {
        Oracle::new(self.world, self.case, self.mode)
    }

    /// Makes the call, and says what no fault excuses.
    pub(super) fn run(
        &self,
        context: &Context,
        network: &mut Network<'w>,
    ) -> (Report, Vec<String>) {
        let (at, readings) = (network.elapsed(), network.shown().len());
        let report = context.over(network).check(&self.case.domain, self.world.smtp_port).unwrap();
        let [time] = network.shown()[readings..] else { panic!("a call reads the clock once") };
        let mut wrong = self.judge(&report, network, Begun { at, time, among: 1 });
        if !network.is_idle() {
            wrong.push(LEFT_OVER.into());
        }
        (report, wrong)
    }

    /// What no fault excuses, of a call that is done just now: more than the domain deserves at the time that it was told, or
    /// a result after the deadline. Each of the others may have its turn before, for a unit.
    pub(super) fn judge(
        &self,
        report: &Report,
        network: &Network<'w>,
        begun: Begun,
    ) -> Vec<String> {
        let mut wrong = self.oracle().objections(report, begun.time);
        // Nobody is done before a leap over the deadline ends.
        let until = (begun.at + self.timeout).max(network.woken()) + UNIT * begun.among;
        if network.elapsed() > until {
            wrong.push(format!("done at {:?}, not by {until:?}", network.elapsed()));
        }
        wrong
    }

    /// The case, and how it was tried.
    pub(super) fn name(&self) -> String {
        let Case { domain, level, .. } = self.case;
        format!(
            "{domain} at {level}, {:?}, {} servers, {:?}",
            self.mode, self.servers, self.timeout
        )
    }
}
