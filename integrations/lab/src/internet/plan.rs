//! Which zones there are, below a private root, and what stands in them; a seed decides.

use crate::dns::server::Server;
use crate::dns::verdict::Status;
use crate::dns::wire;
use crate::internet::recipe::{self, Denial, Keys, RECIPES, Recipe};
use world::Random;

/// Zones below the top-level domains.
const ZONES: usize = 177;
/// Names asked about in every zone, of those in `QUESTIONS`.
const QUESTIONS_PER_ZONE: usize = 14;
/// Records of the RRset that needs TCP.
const MANY: usize = 100;

pub struct Zone {
    /// With a final dot.
    pub name: String,
    pub server: Server,
    pub recipe: &'static Recipe,
    /// The status of the TLSA records of `mx`, where the recipe and a plain parent tell.
    pub expected: Option<Status>,
    pub algorithm: &'static str,
    pub use_nsec3: bool,
    pub use_ldns: bool,
    /// In the zone file's format, names relative to the zone.
    pub records: Vec<String>,
    /// The places of the zones below, in the same list.
    pub children: Vec<usize>,
}

pub struct Question {
    pub name: String,
    pub rtype: &'static str,
    pub zone: usize,
}

pub struct Plan {
    /// The root first; parents before children.
    pub zones: Vec<Zone>,
    pub questions: Vec<Question>,
}

const TOP: [(&str, &str, &str); 8] = [
    ("alpha.", "p256", "ECDSAP256SHA256"),
    ("bravo.", "opt-out", "RSASHA256"),
    ("charlie.", "good-nsec3", "ED25519"),
    ("delta.", "unsigned", ""),
    ("echo.", "good-nsec", "ECDSAP384SHA384"),
    ("foxtrot.", "opt-out", "ECDSAP256SHA256"),
    ("golf.", "ds-missing", "ED25519"),
    ("hotel.", "rsasha512", "RSASHA512"),
];

/// Zones that are attacked: what they are, and what the zone above is.
const TARGETS: [(&str, &str); 8] = [
    ("nsec.alpha.", "good-nsec"),
    ("nsec3.charlie.", "good-nsec3"),
    ("optout.bravo.", "opt-out"),
    ("nsec.bravo.", "good-nsec"),
    ("nsec3.echo.", "good-nsec3"),
    ("plain.alpha.", "unsigned"),
    ("plain.charlie.", "unsigned"),
    ("plain.bravo.", "unsigned"),
];

const TWENTY: [&str; 20] = [
    "mx1", "mx2", "mx3", "mx4", "mx5", "mx6", "mx7", "mx8", "mx9", "mx10", "mx11", "mx12", "mx13",
    "mx14", "mx15", "mx16", "mx17", "mx18", "mx19", "mx20",
];

/// A mail domain for the measurement of speed.
pub struct MailDomain {
    pub name: &'static str,
    pub recipe: &'static str,
    /// None: the zone of this name, or around it, has them.
    hosts: &'static [&'static str],
    /// The packets that a validating lookup may cost.
    pub most_queries: u64,
}

const fn mail(
    name: &'static str,
    recipe: &'static str,
    hosts: &'static [&'static str],
    most_queries: u64,
) -> MailDomain {
    MailDomain { name, recipe, hosts, most_queries }
}

pub const MAIL_DOMAINS: [MailDomain; 9] = [
    mail("own.alpha.", "good-nsec", &["mx"], 12),
    mail("near.alpha.", "good-nsec", &["mx.own.alpha."], 12),
    mail("far.alpha.", "good-nsec", &["mx.nsec3.charlie."], 16),
    mail("bare.alpha.", "unsigned", &["mx"], 12),
    mail("bare.empty.bravo.", "unsigned", &["mx"], 12),
    mail("mail.own.alpha.", "good-nsec", &[], 12),
    mail("mail.bare.alpha.", "unsigned", &[], 12),
    mail("three.alpha.", "good-nsec", &["mx", "mx.nsec3.charlie.", "mx.nsec.bravo."], 64 + 24 * 3),
    mail("twenty.alpha.", "good-nsec", &TWENTY, 64 + 24 * 20),
];

const COMMON: [&str; 4] = ["RSASHA256", "ECDSAP256SHA256", "ECDSAP384SHA384", "ED25519"];

const QUESTIONS: [(&str, &str); 37] = [
    ("", "MX"),
    ("", "A"),
    ("", "TLSA"),
    ("mx", "A"),
    ("mx", "AAAA"),
    ("mx", "MX"),
    ("_25._tcp.mx2", "TLSA"),
    ("_tcp.mx", "TLSA"),
    ("_25._tcp.nx", "TLSA"),
    ("nx", "A"),
    ("a.nx", "MX"),
    ("x.wmx", "MX"),
    ("x.y.wmx", "MX"),
    ("x.wmx", "TLSA"),
    ("wmx", "MX"),
    ("b.wmx", "MX"),
    ("*.wmx", "MX"),
    ("_25._tcp.wtlsa", "TLSA"),
    ("_25.x._tcp.wtlsa", "TLSA"),
    ("_25._tcp.wtlsa", "A"),
    ("x.wcn", "A"),
    ("x.wcn", "TLSA"),
    ("ent", "A"),
    ("b.ent", "MX"),
    ("x.ent", "MX"),
    ("dn", "A"),
    ("mx.dn", "A"),
    ("x.dn", "MX"),
    ("_25._tcp.mx.dn", "TLSA"),
    ("al1", "A"),
    ("al2", "AAAA"),
    ("al2", "CNAME"),
    ("loop", "A"),
    ("dangling", "A"),
    ("odd", "A"),
    ("1.2.3.4.5.6.7.8.9.10", "A"),
    ("_25._tcp.big", "TLSA"),
];

/// Those of them that are nowhere.
const ABSENT: [&str; 5] = ["nx", "a.nx", "_25._tcp.nx", "_25._tcp.mx2", "x.ent"];

impl Plan {
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let root = recipe::named("good-nsec");
        let mut zones = vec![zone(".", Server::Bind, root, "RSASHA256")];
        for (name, recipe, algorithm) in TOP {
            // NSD does not prove that an opted-out empty non-terminal has no DS; no validator takes its answer.
            let knows_opt_out = [Server::Bind, Server::Knot];
            let is_opt_out = recipe == "opt-out";
            let server = *random.pick(if is_opt_out { &knows_opt_out } else { &Server::ALL });
            let recipe = recipe::named(recipe);
            adopt(&mut zones, zone(name, server, recipe, algorithm));
        }
        for number in 0..ZONES {
            let parent = match random.below(4) {
                0 => 1 + random.below(zones.len() - 1),
                _ => 1 + random.below(TOP.len()),
            };
            let label = format!("z{number}");
            let recipe = &RECIPES[number % RECIPES.len()];
            let name = format!("{label}.{}", zones[parent].name);
            let server = *random.pick(match recipe.keys {
                Keys::Online => &[Server::Knot],
                _ if recipe.denies_normally() => &Server::ALL,
                _ => &[Server::Nsd][..],
            });
            let mut zone = zone(&name, server, recipe, COMMON[random.below(COMMON.len())]);
            zone.expected = match zones[parent].recipe.expected {
                _ if parent > TOP.len() => None,
                Status::Secure => Some(recipe.expected),
                above => Some(above),
            };
            zone.use_nsec3 = random.one_in(2);
            zone.use_ldns = random.one_in(4);
            adopt(&mut zones, zone);
        }
        for (name, recipe) in TARGETS {
            let server = *random.pick(&Server::ALL);
            adopt(&mut zones, zone(name, server, recipe::named(recipe), "ECDSAP256SHA256"));
        }
        let names: Vec<String> = zones[1..].iter().map(|zone| zone.name.clone()).collect();
        let targets: Vec<String> = TARGETS.map(|(name, _)| name.to_owned()).to_vec();
        for zone in &mut zones[1..] {
            let aliases_to = if targets.contains(&zone.name) { &targets } else { &names };
            fill(zone, aliases_to, &mut random);
        }
        let questions = ask(&zones, &mut random);
        for mail in MAIL_DOMAINS.iter().filter(|mail| !mail.hosts.is_empty()) {
            let recipe = recipe::named(mail.recipe);
            let mut zone = zone(mail.name, Server::Nsd, recipe, "ECDSAP256SHA256");
            mail.hosts.iter().for_each(|host| serve_mail(&mut zone, host, &mut random));
            adopt(&mut zones, zone);
        }
        Self { zones, questions }
    }

    /// The zones that are attacked.
    pub fn targets(&self) -> impl Iterator<Item = &Zone> {
        self.zones.iter().filter(|zone| TARGETS.iter().any(|(name, _)| *name == zone.name))
    }

    /// The recipes of every zone that encloses one of these names.
    pub fn recipes_above(&self, names: &[String]) -> Vec<&'static str> {
        let encloses = |zone: &&Zone| {
            let apex = wire::name(&zone.name);
            names.iter().any(|name| wire::is_within(&wire::name(name), &apex))
        };
        self.zones[1..].iter().filter(encloses).map(|zone| zone.recipe.name).collect()
    }
}

/// Adds a zone below the closest that is there.
fn adopt(zones: &mut Vec<Zone>, zone: Zone) {
    let (child, apex) = (zones.len(), wire::name(&zone.name));
    let enclosing =
        zones.iter_mut().filter(|above| wire::is_within(&apex, &wire::name(&above.name)));
    if let Some(parent) = enclosing.max_by_key(|above| above.name.len()) {
        parent.children.push(child);
    }
    zones.push(zone);
}

/// An MX host for a zone's two mail domains, with what belongs to a host inside the zone.
fn serve_mail(zone: &mut Zone, host: &str, random: &mut Random) {
    zone.records.push(format!("@ MX 10 {host}"));
    zone.records.push(format!("mail MX 10 {host}"));
    if !host.ends_with('.') {
        zone.records.push(format!("{host} A 192.0.2.1"));
        zone.records.push(format!("{host} AAAA 2001:db8::1"));
        zone.records.push(format!("_25._tcp.{host} TLSA 3 1 1 {}", digest(random)));
    }
}

fn zone(name: &str, server: Server, recipe: &'static Recipe, algorithm: &'static str) -> Zone {
    let glue = if name == "." { "ns".into() } else { format!("ns.{name}") };
    let records = vec![
        format!("@ SOA {glue}. hostmaster 1 3600 600 86400 60").replace("..", "."),
        format!("@ NS {glue}.").replace("..", "."),
        format!("ns A {}", server.address()),
    ];
    Zone {
        name: name.into(),
        server,
        recipe,
        expected: None,
        algorithm,
        use_nsec3: false,
        use_ldns: false,
        records,
        children: Vec::new(),
    }
}

fn digest(random: &mut Random) -> String {
    (0..64).map(|_| char::from(b"0123456789abcdef"[random.below(16)])).collect()
}

fn fill(zone: &mut Zone, names: &[String], random: &mut Random) {
    let is_target = TARGETS.iter().any(|(name, _)| *name == zone.name);
    let mut add = |record: String| zone.records.push(record);
    let other = random.pick(names).clone();
    add("@ MX 10 mx".into());
    add(format!("@ MX 20 MX.{}", random.pick(names)));
    add("mx A 192.0.2.1".into());
    add("MX A 192.0.2.2".into());
    add("mx AAAA 2001:db8::1".into());
    add(format!("_25._tcp.mx TLSA 3 1 1 {}", digest(random)));
    add(format!("_25._TCP.mx TLSA 2 0 1 {}", digest(random)));
    add("mx2 A 192.0.2.3".into());
    add("*.wmx MX 10 mx".into());
    add("b.wmx A 192.0.2.10".into());
    add("wtlsa A 192.0.2.4".into());
    add(format!("*._tcp.wtlsa TLSA 3 1 1 {}", digest(random)));
    add(format!("*.wcn CNAME mx.{}", random.pick(names)));
    add("a.b.ent A 192.0.2.5".into());
    add(format!("dn DNAME {other}"));
    add(format!("al1 CNAME mx.{}", random.pick(names)));
    add(format!("al2 CNAME al1.{}", random.pick(names)));
    add("loop CNAME loop2".into());
    add("loop2 CNAME loop".into());
    add(format!("dangling CNAME nx.{}", random.pick(names)));
    add("odd CNAME a\\.b".into());
    add("a\\.b A 192.0.2.6".into());
    add("1.2.3.4.5.6.7.8.9.10 A 192.0.2.7".into());
    add("big A 192.0.2.8".into());
    for _ in 0..if random.one_in(5) { MANY } else { 1 } {
        add(format!("_25._tcp.big TLSA 3 1 1 {}", digest(random)));
    }
    if zone.recipe.denial == Denial::Compact {
        ABSENT.iter().for_each(|name| add(format!("{name} TYPE128 \\# 0")));
    }
    if random.one_in(4) && !is_target {
        add("* MX 10 mx".into());
    }
}

fn ask(zones: &[Zone], random: &mut Random) -> Vec<Question> {
    let mut questions = Vec::new();
    for (index, zone) in zones.iter().enumerate().skip(1) {
        let mut chosen: Vec<(&str, &'static str)> = QUESTIONS.to_vec();
        random.shuffle(&mut chosen);
        chosen.truncate(QUESTIONS_PER_ZONE);
        chosen.push(("_25._tcp.mx", "TLSA"));
        for (label, rtype) in chosen {
            let dot = if label.is_empty() { "" } else { "." };
            let name = format!("{label}{dot}{}", zone.name.trim_end_matches('.'));
            questions.push(Question { name, rtype, zone: index });
        }
    }
    // An empty non-terminal that no NSEC3 record names, as only an opted-out delegation is below it.
    for rtype in ["MX", "A", "TLSA"] {
        questions.push(Question { name: "empty.bravo".into(), rtype, zone: 2 });
    }
    questions
}
