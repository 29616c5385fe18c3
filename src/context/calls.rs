//! The calls that a context makes, each from its beginning to its end.

use std::io;
use std::rc::Rc;

use super::settings::{Begun, Place, Settings};
use crate::check::Report;
use crate::connect::Connected;
use crate::decide::Mx;
use crate::dns::{Answer, RecordType, Shared};
use crate::engine::{Driver, Engine, SOCKETS_OF_A_CALL, drive};
use crate::lookup::{Destination, Host};

/// The calls of a context, over a network.
pub(crate) struct Calls<'c> {
    settings: &'c Settings,
    driver: &'c mut dyn Driver,
}

impl<'c> Calls<'c> {
    pub(super) fn new(settings: &'c Settings, driver: &'c mut dyn Driver) -> Self {
        Self { settings, driver }
    }

    pub(crate) fn probe(&mut self) -> io::Result<Answer> {
        self.run(Settings::probe)
    }

    pub(crate) fn query(&mut self, name: &str, rtype: RecordType) -> io::Result<Answer> {
        self.run(|settings, place| settings.query(place, name, rtype))
    }

    pub(crate) fn lookup(&mut self, domain: &str, port: u16) -> io::Result<Destination> {
        self.run(|settings, place| settings.lookup(place, domain, port))
    }

    pub(crate) fn lookup_host(
        &mut self,
        host: &str,
        port: u16,
        next_hop: Option<&str>,
        mx: Mx,
    ) -> io::Result<Destination> {
        self.run(|settings, place| settings.lookup_host(place, host, port, next_hop, mx))
    }

    pub(crate) fn check(&mut self, domain: &str, port: u16) -> io::Result<Report> {
        self.run(|settings, place| settings.check(place, domain, port))
    }

    pub(crate) fn connect_host(&mut self, host: &Host) -> io::Result<Connected> {
        self.run(|settings, place| settings.connect_host(place, host, true))
    }

    fn run<T>(&mut self, begin: impl FnOnce(&Settings, Place<'_>) -> Begun<T>) -> io::Result<T> {
        let (engine, shared) = (&Engine::new(SOCKETS_OF_A_CALL), &Rc::<Shared>::default());
        let place = Place { engine, shared, driver: self.driver, number: 0 };
        let Begun { work, .. } = begin(self.settings, place);
        drive(self.driver, engine, work)
    }
}
