//! What a caller has set, and each kind of call as it begins with that.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::check::{self, Report};
use crate::connect::{self, Connected};
use crate::decide::{Level, Mx};
use crate::dns::wire::names;
use crate::dns::{Answer, Cache, Call, Config, Mode, RecordType, Setting, Shared};
use crate::engine::{Driver, Engine};
use crate::lookup::{self, Destination, Host, Policy};
use crate::smtp;
use crate::sys;

/// The whole budget of a call unless set otherwise.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// What a caller has set.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// None switches DANE off.
    pub(crate) level: Option<Level>,
    /// The same by domain in lower case.
    pub(super) destination_levels: BTreeMap<String, Option<Level>>,
    pub(crate) audit: bool,
    pub(super) dns: Arc<Config>,
    pub(super) cache: Arc<Cache>,
    pub(super) timeout: Duration,
    pub(super) ehlo_name: Option<String>,
    pub(super) time: Option<i64>,
}

/// Where a call begins.
pub(crate) struct Place<'p> {
    pub(crate) engine: &'p Rc<Engine>,
    pub(crate) shared: &'p Rc<Shared>,
    pub(crate) driver: &'p mut dyn Driver,
    /// Which of the engine's calls it is.
    pub(crate) number: u64,
}

/// A call that has begun, and what there is to do.
pub(crate) struct Begun<T> {
    pub(crate) call: Rc<Call>,
    pub(crate) work: Pin<Box<dyn Future<Output = T>>>,
}

impl Settings {
    pub(super) fn from_system() -> Self {
        Self {
            level: Some(Level::Dane),
            destination_levels: BTreeMap::new(),
            audit: false,
            dns: Config::from_system().into(),
            cache: Arc::default(),
            timeout: DEFAULT_TIMEOUT,
            ehlo_name: sys::host_name()
                .and_then(|name| smtp::client_name(&name).map(str::to_owned)),
            time: None,
        }
    }

    pub(super) fn probe(&self, place: Place<'_>) -> Begun<Answer> {
        self.begin(place, Some(self.dns.mode), async |call| call.probe().await)
    }

    pub(crate) fn query(&self, place: Place<'_>, name: &str, rtype: RecordType) -> Begun<Answer> {
        let name = names::parse(name);
        self.begin(place, Some(self.dns.mode), async move |call| match name {
            Ok(name) => call.resolve(&name, rtype.number()).await,
            Err(invalid) => Answer::invalid_name(invalid),
        })
    }

    pub(crate) fn lookup(&self, place: Place<'_>, domain: &str, port: u16) -> Begun<Destination> {
        let (policy, domain) = (self.policy(domain), domain.to_owned());
        self.begin(place, self.mode(policy), async move |call| {
            lookup::lookup(&call, policy, &domain, port).await
        })
    }

    pub(crate) fn lookup_host(
        &self,
        place: Place<'_>,
        host: &str,
        port: u16,
        next_hop: Option<&str>,
        mx: Mx,
    ) -> Begun<Destination> {
        let policy = self.policy(next_hop.unwrap_or(host));
        let (host, next_hop) = (host.to_owned(), next_hop.map(str::to_owned));
        self.begin(place, self.mode(policy), async move |call| {
            lookup::lookup_host(&call, policy, &host, port, next_hop.as_deref(), mx).await
        })
    }

    pub(crate) fn check(&self, place: Place<'_>, domain: &str, port: u16) -> Begun<Report> {
        let (policy, domain) = (self.policy(domain), domain.to_owned());
        let ehlo_name = self.ehlo_name.clone();
        self.begin(place, self.mode(policy), async move |call| {
            check::check(&call, policy, ehlo_name.as_deref(), &domain, port).await
        })
    }

    pub(crate) fn connect_host(
        &self,
        place: Place<'_>,
        host: &Host,
        is_blocking: bool,
    ) -> Begun<Connected> {
        let (host, ehlo_name) = (host.clone(), self.ehlo_name.clone());
        self.begin(place, None, async move |call| {
            connect::connect_host(&call, &host, ehlo_name.as_deref(), is_blocking).await
        })
    }

    /// What is demanded of a next hop.
    fn policy(&self, domain: &str) -> Policy {
        let known = || self.destination_levels.get(&lookup::next_hop(domain).ok()?).copied();
        let level = if self.destination_levels.is_empty() { None } else { known() };
        Policy { level: level.unwrap_or(self.level), audit: self.audit }
    }

    fn mode(&self, policy: Policy) -> Option<Mode> {
        policy.level.map(|_| self.dns.mode)
    }

    fn begin<T: 'static>(
        &self,
        place: Place<'_>,
        mode: Option<Mode>,
        work: impl AsyncFnOnce(Rc<Call>) -> T + 'static,
    ) -> Begun<T> {
        let Place { engine, shared, driver, number } = place;
        let began = driver.now(0);
        let setting = Setting {
            engine: engine.clone(),
            shared: shared.clone(),
            number,
            now: self.time.unwrap_or_else(|| driver.unix_time()),
            began,
            deadline: began.saturating_add(self.timeout),
        };
        let call = Call::new(setting, self.dns.clone(), mode, self.cache.clone());
        let runs = call.clone();
        let work = Box::pin(async move { runs.run(work(runs.clone())).await });
        Begun { call, work }
    }
}
