//! Puts a world together.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::BASE64;
use hickory_resolver::proto::rr::Name;

use crate::hostile;
use crate::records::{self, DNSKEY, DS, NS, name, wire};
use crate::resolver::Zones;
use crate::signer::{Key, Validity};
use crate::smtp::{Behaviour, Server};
use crate::zone::{Delegation, Fault, Nsec3Parameters, Zone};

const P256: u8 = 13;
pub const RSA_512: u8 = 7;

/// Zones, records and servers that are still being added to.
pub struct Builder {
    pub port: u16,
    /// The one IPv6 address of a host, where there is any.
    pub ipv6: Option<Ipv6Addr>,
    zones: BTreeMap<String, Zone>,
    servers: Vec<Server>,
    addresses: u16,
    /// When its signatures are made, in seconds since 1970.
    pub now: i64,
}

impl Builder {
    /// A signed root, and `test` below it.
    pub fn new(port: u16, ipv6: Option<Ipv6Addr>) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
        let mut builder =
            Self { port, ipv6, zones: BTreeMap::new(), servers: Vec::new(), addresses: 0, now };
        builder.signed(".");
        builder.signed("test");
        builder.signed(hostile::APEX);
        builder
    }

    pub fn zone(&mut self, apex: &str, algorithm: Option<u8>, delegation: Delegation) {
        let zone = Zone::new(name(apex), algorithm, delegation, self.now);
        self.zones.insert(apex.to_owned(), zone);
    }

    /// A zone signed with P-256 and NSEC.
    pub fn signed(&mut self, apex: &str) {
        self.zone(apex, Some(P256), Delegation::Secure);
    }

    /// A zone signed so, whose records have this TTL.
    pub fn signed_with(&mut self, apex: &str, ttl: u32, validity: Validity) {
        self.signed(apex);
        let zone = self.zones.get_mut(apex).unwrap();
        (zone.ttl, zone.validity) = (ttl, validity);
    }

    /// Has the signature over a zone's keys be valid so.
    pub fn keys_signed(&mut self, apex: &str, validity: Validity) {
        self.zones.get_mut(apex).unwrap().keys_validity = Some(validity);
    }

    /// A zone without DNSSEC.
    pub fn unsigned(&mut self, apex: &str) {
        self.zone(apex, None, Delegation::Insecure);
    }

    pub fn nsec3(&mut self, apex: &str, iterations: u16, opt_out: bool) {
        self.signed(apex);
        self.zones.get_mut(apex).unwrap().nsec3 = Some(Nsec3Parameters { iterations, opt_out });
    }

    /// A zone signed with P-256 that denies each name by itself, with NSEC3 or NSEC (RFC 9824).
    pub fn compact(&mut self, apex: &str, is_nsec3: bool) {
        self.signed(apex);
        let zone = self.zones.get_mut(apex).unwrap();
        zone.nsec3 = is_nsec3.then_some(Nsec3Parameters { iterations: 0, opt_out: false });
        zone.is_compact = true;
    }

    /// A zone whose keys are signed with P-256, and all else with a key of this algorithm.
    pub fn zone_key(&mut self, apex: &str, algorithm: u8, delegation: Delegation) {
        self.zone(apex, Some(P256), delegation);
        let zone = self.zones.get_mut(apex).unwrap();
        let key = Key::generate(algorithm);
        zone.add(&name(apex), DNSKEY, key.dnskey.clone());
        zone.zone_key = Some(key);
    }

    /// A zone of this algorithm, with NSEC3 as RFC 9276 section 3.1 wants it.
    pub fn nsec3_with(&mut self, apex: &str, algorithm: u8) {
        self.zone(apex, Some(algorithm), Delegation::Secure);
        let parameters = Nsec3Parameters { iterations: 0, opt_out: false };
        self.zones.get_mut(apex).unwrap().nsec3 = Some(parameters);
    }

    /// Adds a record, `owner TYPE rdata`, to the zone that the owner is in.
    pub fn rr(&mut self, line: &str) {
        let (owner, rtype, rdata) = records::parse(line);
        self.zone_of_name(&owner).add(&owner.to_lowercase(), rtype, rdata);
    }

    pub fn fault(&mut self, owner: &str, rtype: u16, fault: Fault) {
        self.zone_of(owner).faults.insert((name(owner), rtype), fault);
    }

    fn zone_of(&mut self, owner: &str) -> &mut Zone {
        self.zone_of_name(&name(&owner.to_ascii_lowercase()))
    }

    fn zone_of_name(&mut self, owner: &Name) -> &mut Zone {
        let zones = self.zones.values_mut().filter(|zone| zone.apex.zone_of(owner));
        zones.max_by_key(|zone| zone.apex.iter().count()).unwrap()
    }

    /// A new address nobody listens on.
    pub fn address(&mut self) -> Ipv4Addr {
        self.addresses += 1;
        let [high, low] = self.addresses.to_be_bytes();
        Ipv4Addr::new(127, 77, high, low)
    }

    /// A host with an address and a server.
    pub fn host(&mut self, host: &str, behaviour: Behaviour) {
        let address = self.address();
        self.rr(&format!("{host} A {address}"));
        self.server(host, address.into(), behaviour);
    }

    /// A host on the IPv6 address, of which there is one.
    pub fn ipv6_host(&mut self, host: &str, address: Ipv6Addr, behaviour: Behaviour) {
        self.rr(&format!("{host} AAAA {address}"));
        self.server(host, address.into(), behaviour);
    }

    pub fn server(&mut self, host: &str, address: IpAddr, behaviour: Behaviour) {
        self.servers.push(Server { name: host.to_owned(), address, behaviour });
    }

    /// The owner of a host's TLSA records.
    pub fn tlsa_owner(&self, host: &str) -> String {
        format!("_{}._tcp.{host}", self.port)
    }

    pub fn tlsa(&mut self, host: &str, rdata: &str) {
        let owner = self.tlsa_owner(host);
        self.rr(&format!("{owner} TLSA {rdata}"));
    }

    pub fn take_servers(&mut self) -> Vec<Server> {
        std::mem::take(&mut self.servers)
    }

    /// The DS line of a signed zone.
    pub fn ds_line(&self, apex: &str) -> String {
        let zone = &self.zones[apex];
        records::ds_line(apex, &zone.key.as_ref().unwrap().ds(&zone.apex, None, 2))
    }

    /// The DS line of a signed zone with a digest by SHA-1.
    pub fn sha1_ds_line(&self, apex: &str) -> String {
        let zone = &self.zones[apex];
        records::ds_line(apex, &zone.key.as_ref().unwrap().ds(&zone.apex, None, 1))
    }

    /// The DNSKEY line of a signed zone.
    pub fn key_line(&self, apex: &str) -> String {
        let key = &self.zones[apex].key.as_ref().unwrap().dnskey;
        let flags = u16::from_be_bytes([key[0], key[1]]);
        format!(
            "{apex} 3600 IN DNSKEY {flags} {} {} {}\n",
            key[2],
            key[3],
            BASE64.encode(&key[4..])
        )
    }

    /// Delegates every zone, and hands them over.
    pub fn finish(mut self) -> Zones {
        let apexes: Vec<String> = self.zones.keys().filter(|apex| *apex != ".").cloned().collect();
        for apex in apexes {
            let zone = &self.zones[&apex];
            let owner = zone.apex.clone();
            let ds = ds_records(zone);
            let is_unproven = zone.delegation == Delegation::Unproven;
            let parent = self.zone_of(&owner.base_name().to_ascii());
            parent.add(&owner, NS, wire(&owner));
            ds.into_iter().for_each(|ds| parent.add(&owner, DS, ds));
            if is_unproven {
                parent.faults.insert((owner, DS), Fault::Unsigned);
            }
        }
        Zones::new(self.zones.into_values())
    }
}

fn ds_records(zone: &Zone) -> Vec<Vec<u8>> {
    let Some(key) = &zone.key else { return Vec::new() };
    let ds = |algorithm, digest_type| key.ds(&zone.apex, algorithm, digest_type);
    match zone.delegation {
        Delegation::Secure => vec![ds(None, 2)],
        Delegation::Sha1 => vec![ds(None, 1)],
        Delegation::Sha1AndGood => vec![ds(None, 1), ds(None, 2)],
        Delegation::BothKeys => {
            let zone_key = zone.zone_key.as_ref().unwrap();
            vec![ds(None, 2), zone_key.ds(&zone.apex, None, 2)]
        }
        Delegation::Insecure | Delegation::Unproven => vec![],
        Delegation::WrongDs => {
            let mut wrong = ds(None, 2);
            *wrong.last_mut().unwrap() ^= 1;
            vec![wrong]
        }
        Delegation::UnknownDigest => vec![ds(None, 200)],
        Delegation::UnknownAndGood => vec![ds(None, 200), ds(None, 2)],
        Delegation::UnknownAlgorithm => vec![ds(Some(200), 2)],
    }
}
