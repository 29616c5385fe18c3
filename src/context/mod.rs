//! The configuration of a caller, and the calls it makes.

mod calls;
mod invalid_setting;
mod settings;

use std::io;
use std::sync::Arc;
use std::time::Duration;

pub use invalid_setting::InvalidSetting;
pub(crate) use settings::{Begun, Place, Settings};

use crate::check::Report;
use crate::connect::Connected;
use crate::decide::{Level, Mx};
use crate::dns::{
    Anchors, Answer, Config, Mode, RecordType, UnusableFile, parse_resolv_conf, parse_server,
};
use crate::engine::Driver;
use crate::lookup::{self, Destination, Host};
use crate::net::Net;
use crate::smtp;
use crate::verify;
use calls::Calls;

/// The longest timeout, which poll(2) can wait for, and C can set.
const MAX_TIMEOUT: Duration = Duration::from_millis(u32::MAX as u64);

/// Configuration, and a bounded cache of zone keys. Holds no descriptor and no thread.
///
/// A call runs to its end on the calling thread, within the timeout, and waits in poll(2): from inside an asynchronous
/// runtime too, which it blocks.
///
/// # Errors
///
/// Of a call, `Err` is that of poll(2): no memory, or more sockets than the process may have descriptors. Of kind
/// [`Other`](io::ErrorKind::Other) it is a fault of this crate. Nothing was decided: defer.
#[derive(Debug)]
#[cfg_attr(dane_policy_fuzzing, derive(Clone))]
pub struct Context {
    settings: Settings,
    servers_are_replaced: bool,
}

impl Default for Context {
    fn default() -> Self {
        Self::new()
    }
}

impl Context {
    /// Reads `/etc/resolv.conf`, the host's name, and the root's trust anchors where this system has any, which are taken
    /// beside the built-in ones.
    pub fn new() -> Self {
        verify::prepare();
        Self { settings: Settings::from_system(), servers_are_replaced: false }
    }

    /// The level of the decisions; [`Level::Dane`] by default. None switches DANE off: no DNSSEC is looked at, no TLSA record
    /// asked for, and mail goes by opportunistic TLS.
    pub fn set_level(&mut self, level: impl Into<Option<Level>>) {
        self.settings.level = level.into();
    }

    /// The same for one next hop, compared whole.
    pub fn set_destination_level(
        &mut self,
        domain: &str,
        level: Option<Level>,
    ) -> Result<(), InvalidSetting> {
        let domain = lookup::next_hop(domain).map_err(InvalidSetting::Destination)?;
        self.settings.destination_levels.insert(domain, level);
        Ok(())
    }

    /// Whether failures are only told (RFC 7672 section 9.1); off by default.
    ///
    /// A decision to defer becomes opportunistic, cleartext allowed, its reason and text kept; but unknown and dead
    /// hosts still defer, and so does an insecure null MX at [`Level::DaneOnly`]. What bounces bounces.
    pub fn set_audit(&mut self, on: bool) {
        self.settings.audit = on;
    }

    /// Where a DNSSEC status comes from; [`Mode::Validate`] by default.
    pub fn set_dnssec(&mut self, mode: Mode) {
        self.dns().mode = mode;
    }

    /// Adds a name server, `192.0.2.1`, `192.0.2.1:5353` or `[2001:db8::1]:53`; the first replaces those of resolv.conf.
    pub fn add_nameserver(&mut self, address: &str) -> Result<(), InvalidSetting> {
        let server = parse_server(address).ok_or(InvalidSetting::NameServer)?;
        if !self.servers_are_replaced {
            self.dns().servers.clear();
            self.servers_are_replaced = true;
        }
        self.dns().servers.push(server);
        self.settings.cache = Arc::default();
        Ok(())
    }

    /// Replaces the name servers by those of a resolv.conf text.
    pub fn set_resolv_conf(&mut self, text: &[u8]) -> Result<(), InvalidSetting> {
        self.dns().servers = parse_resolv_conf(text).map_err(|_| InvalidSetting::ResolvConf)?;
        self.servers_are_replaced = true;
        self.settings.cache = Arc::default();
        Ok(())
    }

    /// Files of this system whose trust anchors cannot be used, and are not.
    pub fn unusable_anchor_files(&self) -> &[UnusableFile] {
        &self.settings.dns.unusable
    }

    /// Replaces the trust anchors, built-in and the system's, by DS and DNSKEY lines. Where a line has a state of RFC 5011,
    /// `;;state=2`, the key counts only in one that makes it an anchor.
    pub fn set_trust_anchors(&mut self, text: &[u8]) -> Result<(), InvalidSetting> {
        let anchors = Anchors::parse(text).map_err(InvalidSetting::TrustAnchors)?;
        self.dns().replace_anchors(anchors);
        self.settings.cache = Arc::default();
        Ok(())
    }

    /// Whether zones that SHA-1 secures are secure; by default they are. Off, the algorithms RSASHA1 and RSASHA1-NSEC3-SHA1 and DS
    /// records with a SHA-1 digest count as not supported (RFC 9905 section 2): what nothing else secures is insecure, and below a
    /// trust anchor of that kind nothing is known. The hash of NSEC3 records is another matter, and so is [`Mode::TrustAd`].
    ///
    /// ```
    /// # use dane_policy::context::Context;
    /// # use dane_policy::dns::{RecordType, Status};
    /// # let world = world::World::start()?;
    /// # let mut context = Context::new();
    /// # context.add_nameserver(&world.dns.to_string())?;
    /// # context.set_trust_anchors(world.anchor.as_bytes())?;
    /// assert_eq!(context.query("sha1.test", RecordType::Mx)?.status, Status::Secure);
    /// context.set_sha1(false);
    /// assert_eq!(context.query("sha1.test", RecordType::Mx)?.status, Status::Insecure);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_sha1(&mut self, on: bool) {
        self.dns().takes_sha1 = on;
        self.settings.cache = Arc::default();
    }

    /// The budget for a whole call; 30 seconds by default, and 49 days at most.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.settings.timeout = timeout.min(MAX_TIMEOUT);
    }

    /// The name for EHLO, a domain name or an address literal; by default this machine's, and where that is neither, the
    /// address literal of the connection.
    pub fn set_ehlo_name(&mut self, name: &str) -> Result<(), InvalidSetting> {
        let name = smtp::client_name(name).ok_or(InvalidSetting::EhloName)?;
        self.settings.ehlo_name = Some(name.into());
        Ok(())
    }

    /// Fixes the clock, in seconds since 1970.
    pub fn set_time(&mut self, now: i64) {
        self.settings.time = Some(now);
        self.settings.cache = Arc::default();
    }

    /// Whether the resolver serves the configured mode: status secure if so, else the text says why not.
    pub fn probe(&self) -> io::Result<Answer> {
        self.over(&mut Net::new()).probe()
    }

    /// One RRset with its status.
    ///
    /// An invalid name is an answer too: indeterminate, with the cause as its text.
    pub fn query(&self, name: &str, rtype: RecordType) -> io::Result<Answer> {
        self.over(&mut Net::new()).query(name, rtype)
    }

    /// Step 1: everything DNS says of a domain's mail.
    ///
    /// ```
    /// use dane_policy::decide::{Action, Address, Mx, Tlsa};
    ///
    /// # use dane_policy::context::Context;
    /// # let world = world::World::start()?;
    /// # let mut context = Context::new();
    /// # context.add_nameserver(&world.dns.to_string())?;
    /// # context.set_trust_anchors(world.anchor.as_bytes())?;
    /// # let port = world.smtp_port;
    /// let destination = context.lookup("good.test", port)?;
    /// assert_eq!(destination.mx, Mx::Secure);
    /// for host in &destination.hosts {
    ///     println!("{}: {:?}, {}", host.name, host.addresses, host.decision.text);
    /// }
    ///
    /// let host = destination.host("mx.good.test").expect("the MX names it");
    /// assert_eq!((host.address, host.tlsa), (Address::Secure, Tlsa::Secure));
    /// assert_eq!(host.server_name(), Some("mx.good.test"));
    /// assert_eq!(host.decision.verdict.action, Action::Verify);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lookup(&self, domain: &str, port: u16) -> io::Result<Destination> {
        self.over(&mut Net::new()).lookup(domain, port)
    }

    /// Step 1 for one host, whose MX status the caller knows; `next_hop` is the domain it was found for. It never fails for good.
    pub fn lookup_host(
        &self,
        host: &str,
        port: u16,
        next_hop: Option<&str>,
        mx: Mx,
    ) -> io::Result<Destination> {
        self.over(&mut Net::new()).lookup_host(host, port, next_hop, mx)
    }

    /// All steps, over connections of its own, which are closed again: its decisions permit nothing.
    ///
    /// ```
    /// use dane_policy::decide::{Action, Reason};
    ///
    /// # use dane_policy::context::Context;
    /// # let world = world::World::start()?;
    /// # let mut context = Context::new();
    /// # context.add_nameserver(&world.dns.to_string())?;
    /// # context.set_trust_anchors(world.anchor.as_bytes())?;
    /// # let port = world.smtp_port;
    /// let good = context.check("good.test", port)?;
    /// assert_eq!(good.decision.verdict.action, Action::Deliver);
    ///
    /// let bad = context.check("mismatch.test", port)?;
    /// let verdict = bad.decision.verdict;
    /// assert_eq!((verdict.action, verdict.reason), (Action::Defer, Reason::NotTrusted));
    /// for (host, attempt) in bad.destination.hosts.iter().zip(&bad.attempts) {
    ///     let Some(attempt) = attempt else { continue };
    ///     println!("{}: {}", host.name, attempt.decision.text);
    ///     for judgement in &attempt.verification.records {
    ///         println!("  {}", judgement.text);
    ///     }
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check(&self, domain: &str, port: u16) -> io::Result<Report> {
        self.over(&mut Net::new()).check(domain, port)
    }

    /// All that comes after the lookup, and a session over the connection that was verified, for programs without TLS of their
    /// own: connects to the host's addresses in order where its decision says so, by STARTTLS wherever it is offered.
    ///
    /// ```
    /// use std::io::{Read, Write};
    ///
    /// # use dane_policy::context::Context;
    /// # let world = world::World::start()?;
    /// # let mut context = Context::new();
    /// # context.add_nameserver(&world.dns.to_string())?;
    /// # context.set_trust_anchors(world.anchor.as_bytes())?;
    /// # let port = world.smtp_port;
    /// let destination = context.lookup("good.test", port)?;
    /// for host in &destination.hosts {
    ///     let connected = context.connect_host(host)?;
    ///     println!("{}: {}", host.name, connected.attempt.decision.text);
    ///     let Some(mut session) = connected.session else { continue };
    ///     assert_eq!(session.tls_version(), Some("TLSv1.3"));
    ///     assert!(session.greeting().starts_with("220 "));
    ///     session.write_all(b"EHLO client.example.org\r\n")?;
    ///     let mut reply = [0; 1024];
    ///     let length = session.read(&mut reply)?;
    ///     assert!(reply[..length].starts_with(b"250"));
    ///     break;
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn connect_host(&self, host: &Host) -> io::Result<Connected> {
        self.over(&mut Net::new()).connect_host(host)
    }

    /// The calls, by a driver.
    pub(crate) fn over<'c>(&'c self, driver: &'c mut dyn Driver) -> Calls<'c> {
        Calls::new(&self.settings, driver)
    }

    /// What the calls begin with.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    fn dns(&mut self) -> &mut Config {
        Arc::make_mut(&mut self.settings.dns)
    }
}
