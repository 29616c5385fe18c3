//! Outbound DANE for SMTP (RFC 7672): may this message go to this server, and if not, why?
//!
//! The crate decides; the mail server delivers. It is asked before connecting, shown the certificate after STARTTLS,
//! and gives an [action](decide::Action) for the mail server and a [reason](decide::Reason) that an operator can act
//! on.
//!
//! | step | from | to |
//! |---|---|---|
//! | [lookup](context::Context::lookup) | domain | MX hosts, addresses, TLSA records, each with its DNSSEC status |
//! | [verify](lookup::Host::verify) | certificate chain, TLSA records, reference names | matched or not, and why |
//! | [decide](lookup::Host::decide) | level, MX, address, TLSA, certificate | action and reason |
//!
//! Each can be had alone: [`verify::verify`] and [`decide::decide`] work offline, for a mail server with a validating
//! DNS of its own. [`check`](context::Context::check) is all of them in one call, over a connection that it opens and
//! closes. A program without TLS of its own delivers over what
//! [`connect_host`](context::Context::connect_host) gives it: a session over the connection that was verified.
//!
//! # One call
//!
//! A monitor: may mail for this domain be delivered?
//!
//! ```
//! use dane_policy::context::Context;
//! use dane_policy::decide::Action;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let mut context = Context::new();
//!     context.set_ehlo_name("client.example.org")?;
//!     let (domain, port) = ("example.org", 25);
//! #   let world = world::World::start()?;
//! #   context.add_nameserver(&world.dns.to_string())?;
//! #   context.set_trust_anchors(world.anchor.as_bytes())?;
//! #   let (domain, port) = ("good.test", world.smtp_port);
//!
//!     let report = context.check(domain, port)?;
//!     println!("{domain}: {}", report.decision.text);
//!     match report.decision.verdict.action {
//!         Action::Deliver => println!("mail goes to a server that DANE verified"),
//!         Action::Encrypt | Action::Opportunistic => println!("mail goes"),
//!         Action::Fail => println!("mail is returned"),
//!         _ => println!("mail waits"),
//!     }
//! #   assert_eq!(report.decision.verdict.action, Action::Deliver);
//!     Ok(())
//! }
//! ```
//!
//! # Three steps
//!
//! In a mail server, which has its own connections. What it is told before connecting permits nothing; permission is
//! [`may_deliver`](decide::Verdict::may_deliver) of the decision after.
//!
//! ```
//! use std::io;
//! use std::net::IpAddr;
//! use std::time::{SystemTime, UNIX_EPOCH};
//!
//! use dane_policy::context::Context;
//! use dane_policy::decide::{Action, Decision};
//! use dane_policy::lookup::Host;
//! use dane_policy::verify::Verification;
//!
//! /// Delivers, or says why not: of FAIL the message is returned, else kept in the queue.
//! ///
//! /// `starttls` connects to an address, and does a full handshake that accepts any certificate, with SNI
//! /// `host.server_name()`. It gives the chain as sent, or `Verification::failure`: how the connection ended.
//! fn deliver(
//!     context: &Context,
//!     domain: &str,
//!     port: u16,
//!     starttls: impl Fn(&Host, IpAddr) -> Result<Vec<Vec<u8>>, Verification>,
//! ) -> io::Result<Decision> {
//!     let destination = context.lookup(domain, port)?;
//!     let mut decision = destination.decision;
//!     for host in &destination.hosts {
//!         match host.decision.verdict.action {
//!             Action::Verify | Action::Encrypt | Action::Opportunistic => {}
//!             _ => continue,
//!         }
//!         for address in &host.addresses {
//!             let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(io::Error::other)?;
//!             let verification = match starttls(host, *address) {
//!                 Ok(chain) => {
//!                     let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
//!                     host.verify(&chain, now.as_secs() as i64)
//!                 }
//!                 Err(failure) => failure,
//!             };
//!             decision = host.decide(&verification);
//!             if decision.verdict.may_deliver() {
//!                 // Send it here: over this session, or where `host.decision.verdict.tls_required` is false and
//!                 // there is no TLS, without.
//!                 return Ok(decision);
//!             }
//!         }
//!     }
//!     Ok(decision)
//! }
//! # use dane_policy::cause::Detail;
//! # use dane_policy::decide::{Certificate, Reason};
//! # let world = world::World::start()?;
//! # let mut context = Context::new();
//! # context.add_nameserver(&world.dns.to_string())?;
//! # context.set_trust_anchors(world.anchor.as_bytes())?;
//! # let plain = |_: &Host, _| {
//! #     let (how, detail) = (Certificate::NoStarttls, Detail::NoStarttls);
//! #     Err(Verification::failure(how, detail, String::new()))
//! # };
//! # let refused = deliver(&context, "plain.test", world.smtp_port, plain)?;
//! # assert_eq!(refused.verdict.reason, Reason::TlsNotOffered);
//! # let sent = deliver(&context, "tlsa-none.test", world.smtp_port, plain)?;
//! # assert!(sent.verdict.may_deliver());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Two levels
//!
//! [`Level::Dane`](decide::Level::Dane), the default, uses DANE where the destination offers it; other mail goes by
//! opportunistic TLS. [`Level::DaneOnly`](decide::Level::DaneOnly) delivers over a verified connection or not at all. None
//! switches DANE off. A destination can have [a level of its own](context::Context::set_destination_level), or none.
//!
//! # Where the DNSSEC status comes from
//!
//! [`Mode::Validate`](dns::Mode::Validate), the default: every answer is proven here, from the root's keys down. The
//! resolver only carries records, and may be anyone's. [`Mode::TrustAd`](dns::Mode::TrustAd): the resolver's AD bit is
//! believed; only for a validating resolver that you run, on a path that nobody else can write to.
//! [`probe`](context::Context::probe) tells whether the resolver serves the mode.
//!
//! # Waiting
//!
//! A call blocks its thread, in poll(2), until it is done or its [time](context::Context::set_timeout) is over: 30
//! seconds for the whole of it unless set otherwise. It needs no runtime and may be called inside any, which it blocks
//! meanwhile: call it where the runtime lets one block, or run many at once by a [`Multi`](multi::Multi), which never
//! blocks and has one descriptor to wait for. It starts no thread and leaves no descriptor behind, but that of a
//! [`Session`](connect::Session). A
//! [`Context`](context::Context) may be shared by threads, each with calls of its own, and works in every child after a
//! fork.
//!
//! # Errors
//!
//! What DNS, TLS, servers and certificates do wrong is no error but a decision, with a reason, and a line of printable
//! ASCII for the log. A call is an `Err` [only where the system lets it wait no more](context::Context#errors); defer
//! then. A setting that is refused says why, as [a value](context::InvalidSetting).
//!
//! Enums and structs that may grow are non-exhaustive. For an action that a program does not know, it defers.
//!
//! # Features
//!
//! - `capi`, on by default: the C face. It defines the symbols of `dane_policy.h`, and the allocator of the whole
//!   program. Rust programs need neither: `default-features = false`.
//! - `rustls-ffi`, which brings `capi` along: three more functions, for C programs that speak TLS through rustls-ffi,
//!   and rustls-ffi itself. A Rust program that uses rustls needs none of it: it gives the chain to
//!   [`verify`](lookup::Host::verify).
//! - `regenerate-header`: for who works on this crate.

mod budget;
pub mod cause;
pub mod check;
pub mod connect;
pub mod context;
pub mod decide;
mod der;
pub mod dns;
mod engine;
#[cfg(feature = "capi")]
pub mod ffi;
#[cfg(dane_policy_fuzzing)]
#[path = "../fuzz/fuzzing/mod.rs"]
pub mod fuzzing;
pub mod lookup;
mod memory;
pub mod multi;
mod net;
#[cfg(any(test, dane_policy_fuzzing))]
#[cfg_attr(dane_policy_fuzzing, allow(dead_code, reason = "tests use all of it"))]
mod sim;
mod smtp;
mod sys;
mod text;
pub mod tlsa;
pub mod verify;
mod waiters;
