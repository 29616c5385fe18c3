//! Domains by the thousand, each a signed zone of its own with its mail host in it, for benches.

use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::HEXLOWER;
use hickory_resolver::proto::rr::Name;

use crate::name_server::NameServer;
use crate::records::{self, DS, NS, name, wire};
use crate::resolver::Zones;
use crate::signer::Validity;
use crate::zone::{Delegation, Zone};

const P256: u8 = 13;
const TLDS: usize = 4;
const TTL: u32 = 86_400;
const PORT: u16 = 25;
const PROVIDER: &str = "provider.tld0";

/// A signed root and all below it, in this process.
pub struct Survey {
    /// The root's trust anchor, as a DS line.
    pub anchor: String,
    pub domains: Vec<String>,
    name_server: NameServer,
}

impl Survey {
    /// Its mail host is in another zone of the same TLD; it is none of `domains`.
    pub const AWAY: &str = "away.tld0";

    /// So many domains, spread over a few TLDs. They are signed when asked for.
    pub fn new(count: usize) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
        let zone = |apex: &str| {
            let mut zone = Zone::new(name(apex), Some(P256), Delegation::Secure, now);
            (zone.ttl, zone.validity) = (TTL, Validity::Now);
            zone
        };
        let (mut root, mut below) = (zone("."), Vec::new());
        let mut tlds: Vec<Zone> = (0..TLDS).map(|number| zone(&format!("tld{number}"))).collect();
        let domains: Vec<String> =
            (0..count).map(|number| format!("domain{number}.tld{}", number % TLDS)).collect();
        for domain in &domains {
            let mut its = zone(domain);
            add(&mut its, &format!("{domain} MX 10 mx.{domain}"));
            add_host(&mut its, domain);
            below.push(its);
        }
        let (mut away, mut provider) = (zone(Self::AWAY), zone(PROVIDER));
        add(&mut away, &format!("{} MX 10 mx.{PROVIDER}", Self::AWAY));
        add_host(&mut provider, PROVIDER);
        below.extend([away, provider]);
        for zone in &below {
            let tld = tlds.iter_mut().find(|tld| tld.apex.zone_of(&zone.apex)).unwrap();
            delegate(tld, zone);
        }
        tlds.iter().for_each(|tld| delegate(&mut root, tld));
        let ds = ds_of(&root);
        let (tag, digest) = (u16::from_be_bytes([ds[0], ds[1]]), HEXLOWER.encode(&ds[4..]));
        let anchor = format!(". IN DS {tag} {} {} {digest}\n", ds[2], ds[3]);
        below.extend(tlds);
        below.push(root);
        Self { anchor, domains, name_server: NameServer::new(Zones::new(below)) }
    }

    /// What a resolver that knows every zone replies to a query; as [`crate::World::answer`].
    pub fn answer(&self, query: &[u8], over_tcp: bool) -> Option<Vec<u8>> {
        self.name_server.reply(query, over_tcp)
    }
}

fn add(zone: &mut Zone, line: &str) {
    let (owner, rtype, rdata) = records::parse(line);
    zone.add(&owner, rtype, rdata);
}

/// The mail host of a zone.
fn add_host(zone: &mut Zone, domain: &str) {
    add(zone, &format!("mx.{domain} A 192.0.2.1"));
    add(zone, &format!("mx.{domain} AAAA 2001:db8::1"));
    add(zone, &format!("_{PORT}._tcp.mx.{domain} TLSA 3 1 1 {}", "ab".repeat(32)));
}

fn ds_of(zone: &Zone) -> Vec<u8> {
    zone.key.as_ref().unwrap().ds(&zone.apex, None, 2)
}

fn delegate(parent: &mut Zone, zone: &Zone) {
    let owner: &Name = &zone.apex;
    parent.add(owner, NS, wire(owner));
    parent.add(owner, DS, ds_of(zone));
}
