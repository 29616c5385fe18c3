//! Zone files: written, signed by BIND's or ldns' signer, linked to their parents, and damaged.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use kit::sys::process::run;

use crate::internet::plan::{Plan, Zone};
use crate::internet::recipe::{Damage, Denial, Keys, Link};

const TTL: u32 = 300;
/// More iterations than BIND's signer accepts.
const LDNS_ONLY_ABOVE: u16 = 150;
/// Knot's key database, below the lab's directory.
pub const KNOT_KEYS: &str = "keys";
const UNKNOWN_ALGORITHM: &str = "200";
const UNKNOWN_DIGEST: &str = "99";

/// Inception and expiration as the signers take them: YYYYMMDDHHMMSS.
#[derive(Clone, Copy)]
struct Period(&'static str, &'static str);

const NOW: Option<Period> = None;
const PAST: Option<Period> = Some(Period("20200101000000", "20200201000000"));
const FUTURE: Option<Period> = Some(Period("20360101000000", "20360201000000"));

/// Writes every zone as it will be served to `directory`/NAME.zone; gives the root's anchors.
pub fn write_zones(plan: &Plan, directory: &Path) -> io::Result<String> {
    let mut links: Vec<Vec<String>> = plan.zones.iter().map(|_| Vec::new()).collect();
    for index in (0..plan.zones.len()).rev() {
        let zone = &plan.zones[index];
        let mut text = format!("$ORIGIN {}\n$TTL {TTL}\n", zone.name);
        for record in &zone.records {
            text += record;
            text.push('\n');
        }
        for child in &zone.children {
            let name = &plan.zones[*child].name;
            let address = plan.zones[*child].server.address();
            text += &format!("{name} NS ns.{name}\nns.{name} A {address}\n");
            text += &links[*child].concat();
        }
        let signer = Signer::new(zone, directory)?;
        let (signed, ds) = signer.sign(&text)?;
        fs::write(zone_file(directory, &zone.name), signed)?;
        links[index] = ds;
        if plan.targets().any(|target| target.name == zone.name) {
            let old = Signer { period: PAST, ..signer };
            fs::write(
                old_file(directory, &zone.name),
                old.sign(&text.replace(" 3 1 1 ", " 3 1 2 "))?.0,
            )?;
            let impostor = Signer::new(zone, directory)?;
            fs::write(
                impostor_file(directory, &zone.name),
                impostor.sign(&text.replace(" 3 1 1 ", " 3 0 1 "))?.0,
            )?;
        }
    }
    Ok(links.swap_remove(0).concat())
}

/// The file a zone is served from.
pub fn zone_file(directory: &Path, name: &str) -> PathBuf {
    directory
        .join(format!("{}.zone", if name == "." { "root" } else { name.trim_end_matches('.') }))
}

/// The file of a target's earlier version, whose signatures have expired.
pub fn old_file(directory: &Path, name: &str) -> PathBuf {
    zone_file(directory, name).with_extension("old")
}

/// The file of a target as someone else would sign it, with keys of his own.
pub fn impostor_file(directory: &Path, name: &str) -> PathBuf {
    zone_file(directory, name).with_extension("impostor")
}

struct Signer<'a> {
    zone: &'a Zone,
    directory: &'a Path,
    period: Option<Period>,
    /// Base names of key files; the entry points first.
    keys: Vec<String>,
}

impl<'a> Signer<'a> {
    fn new(zone: &'a Zone, directory: &'a Path) -> io::Result<Self> {
        let period = match zone.recipe.damage {
            Damage::Expired => PAST,
            Damage::Future => FUTURE,
            _ => NOW,
        };
        let mut signer = Self { zone, directory, period, keys: Vec::new() };
        match zone.recipe.keys {
            Keys::Unsigned | Keys::Online => {}
            Keys::Common => signer.add_key(zone.algorithm, true)?,
            Keys::Only(algorithms) => {
                algorithms.iter().try_for_each(|algorithm| signer.add_key(algorithm, true))?;
            }
            Keys::Split => {
                signer.add_key(zone.algorithm, true)?;
                signer.add_key(zone.algorithm, false)?;
            }
            Keys::Revoked => {
                signer.add_key(zone.algorithm, true)?;
                let revoked = signer.tool("dnssec-revoke", &["-r", &signer.keys[0]])?;
                signer.keys = vec![base_name(&revoked)];
            }
        }
        Ok(signer)
    }

    fn tool(&self, tool: &str, arguments: &[&str]) -> io::Result<String> {
        run(tool, arguments, self.directory)
    }

    fn add_key(&mut self, algorithm: &str, is_entry: bool) -> io::Result<()> {
        let mut arguments = vec!["-q", "-a", algorithm];
        if algorithm.contains("RSA") {
            arguments.extend(["-b", "2048"]);
        }
        if is_entry {
            arguments.extend(["-f", "KSK"]);
        }
        arguments.push(&self.zone.name);
        let name = self.tool("dnssec-keygen", &arguments)?;
        self.keys.push(name.trim().to_owned());
        Ok(())
    }

    /// The zone as served, and its DS lines for the parent.
    fn sign(&self, text: &str) -> io::Result<(String, Vec<String>)> {
        let recipe = self.zone.recipe;
        if recipe.keys == Keys::Online {
            return Ok((text.to_owned(), vec![self.online_link()?]));
        }
        if self.keys.is_empty() {
            let invented = format!("{} DS 4711 8 2 {}\n", self.zone.name, "ab".repeat(32));
            let ds = if recipe.link == Link::Invented { vec![invented] } else { vec![] };
            return Ok((text.to_owned(), ds));
        }
        let mut lines = self.run_signer(text, self.period)?;
        if let Damage::ExpiredFor(rtype) = recipe.damage {
            let old = self.run_signer(text, PAST)?;
            lines.retain(|line| !line.signs(rtype));
            lines.extend(old.into_iter().filter(|line| line.signs(rtype)));
        }
        self.damage(&mut lines);
        let mut signed = String::new();
        for line in lines {
            signed += &line.0;
            signed.push('\n');
        }
        Ok((signed, self.links()?))
    }

    /// Makes a key where Knot looks for it; its DS line.
    fn online_link(&self) -> io::Result<String> {
        let keymgr = |command: &[&str]| {
            self.tool("keymgr", &[&["-D", KNOT_KEYS, &self.zone.name], command].concat())
        };
        keymgr(&["generate", "algorithm=ECDSAP256SHA256", "ksk=yes", "zsk=yes"])?;
        let lines = keymgr(&["ds"])?;
        let sha256 = lines.lines().find(|line| line.split_whitespace().nth(4) == Some("2"));
        Ok(sha256.unwrap_or_default().to_owned() + "\n")
    }

    fn run_signer(&self, text: &str, period: Option<Period>) -> io::Result<Vec<Line>> {
        let (plain, signed) = (self.directory.join("plain"), self.directory.join("signed"));
        let (iterations, opt_out, nsec3) = match self.zone.recipe.denial {
            Denial::Either => (0, false, self.zone.use_nsec3 && self.is_nsec3_capable()),
            Denial::Nsec | Denial::Compact => (0, false, false),
            Denial::Nsec3 { iterations, opt_out } => (iterations, opt_out, true),
        };
        let use_ldns = iterations > LDNS_ONLY_ABOVE
            || self.zone.recipe.denial == Denial::Compact
            || (self.zone.use_ldns && self.zone.recipe.keys == Keys::Common);
        let include = |key: &String| format!("$INCLUDE {key}.key\n");
        let keys: String = self.keys.iter().filter(|_| !use_ldns).map(include).collect();
        fs::write(&plain, format!("{text}{keys}"))?;
        let iterations = iterations.to_string();
        let mut arguments = vec!["-o", &self.zone.name, "-f", "signed"];
        let tool = if use_ldns {
            if nsec3 {
                arguments.extend(["-n", "-t", &iterations, "-s", "abcd"]);
            }
            arguments.extend(opt_out.then_some("-p"));
            if let Some(Period(from, until)) = &period {
                arguments.extend(["-i", from, "-e", until]);
            }
            "ldns-signzone"
        } else {
            arguments.extend(["-O", "full", "-P", "-q", "-d", "."]);
            arguments.extend((self.zone.recipe.keys != Keys::Split).then_some("-z"));
            if nsec3 {
                arguments.extend(["-3", "abcd", "-H", &iterations]);
            }
            arguments.extend(opt_out.then_some("-A"));
            if let Some(Period(from, until)) = &period {
                arguments.extend(["-s", from, "-e", until]);
            }
            "dnssec-signzone"
        };
        arguments.push("plain");
        arguments.extend(self.keys.iter().map(String::as_str));
        self.tool(tool, &arguments)?;
        let signed = fs::read_to_string(&signed)?;
        let is_record = |line: &&str| !line.is_empty() && !line.starts_with(';');
        Ok(signed.lines().filter(is_record).map(|line| Line(line.to_owned())).collect())
    }

    fn is_nsec3_capable(&self) -> bool {
        self.zone.recipe.keys != Keys::Only(&["RSASHA1"])
    }

    fn damage(&self, lines: &mut Vec<Line>) {
        match self.zone.recipe.damage {
            Damage::Intact | Damage::Expired | Damage::Future | Damage::ExpiredFor(_) => {}
            Damage::Unsign(rtype) => lines.retain(|line| !line.signs(rtype)),
            Damage::AlterSignature(rtype) => {
                lines.iter_mut().filter(|line| line.signs(rtype)).for_each(Line::alter);
            }
            Damage::AlterData(rtype) => {
                lines.iter_mut().filter(|line| line.rtype() == rtype).for_each(Line::alter);
            }
            Damage::JunkSignatures => {
                let mut junk: Vec<Line> =
                    lines.iter().filter(|line| line.rtype() == "RRSIG").cloned().collect();
                junk.iter_mut().for_each(Line::alter);
                lines.splice(0..0, junk);
            }
            Damage::NoDenial => lines.retain(|line| {
                let denies = |rtype: &str| line.signs(rtype) || line.rtype() == rtype;
                !denies("NSEC") && !denies("NSEC3")
            }),
            Damage::KeysSignedByOther => {
                let tag = self.tag(0);
                lines.retain(|line| !line.signs("DNSKEY") || line.field(10) != tag);
            }
            Damage::OneAlgorithmSilent => {
                let tag = self.tag(0);
                lines.retain(|line| line.rtype() != "RRSIG" || line.field(10) != tag);
            }
        }
    }

    /// The key tag, as key file names end with it.
    fn tag(&self, key: usize) -> String {
        let digits = self.keys[key].rsplit('+').next().unwrap_or_default();
        digits.trim_start_matches('0').to_owned()
    }

    fn links(&self) -> io::Result<Vec<String>> {
        let entries = if self.zone.recipe.keys == Keys::Split { 1 } else { self.keys.len() };
        // ldns' tool gives a DS even for a revoked key, BIND's does not.
        let ds = |digest_type: u8| -> io::Result<String> {
            let option = format!("-{digest_type}");
            let of = |key: &String| {
                self.tool("ldns-key2ds", &["-n", "-f", &option, &format!("{key}.key")])
            };
            Ok(self.keys[..entries].iter().map(of).collect::<io::Result<Vec<_>>>()?.concat())
        };
        let good = |types: &[u8]| types.iter().map(|t| ds(*t)).collect::<io::Result<Vec<_>>>();
        let altered = |types: &[u8]| -> io::Result<Vec<String>> {
            Ok(good(types)?.iter().map(|line| alter_last_digit(line)).collect())
        };
        let replaced = |field: usize, with: &str| -> io::Result<String> {
            let line = ds(2)?;
            let mut fields: Vec<&str> = line.split_whitespace().collect();
            fields[field] = with;
            Ok(fields.join(" ") + "\n")
        };
        let with = |extra: Vec<String>, types: &[u8]| -> io::Result<Vec<String>> {
            Ok([extra, good(types)?].concat())
        };
        match self.zone.recipe.link {
            Link::NoDs | Link::Invented => Ok(Vec::new()),
            Link::Ds(types) => good(types),
            Link::DsBeside { good, altered: bad } => with(altered(bad)?, good),
            Link::UnknownDigest(good) => with(vec![replaced(6, UNKNOWN_DIGEST)?], good),
            Link::UnknownAlgorithm(good) => with(vec![replaced(5, UNKNOWN_ALGORITHM)?], good),
            Link::UnknownBesideAltered(bad) => {
                let mut lines = altered(bad)?;
                lines.push(replaced(5, UNKNOWN_ALGORITHM)?);
                Ok(lines)
            }
            Link::Dangling => with(vec![replaced(4, "4711")?], &[2]),
        }
    }
}

/// The last word of a tool's output, without directory and extension.
fn base_name(output: &str) -> String {
    let file = output.split_whitespace().last().unwrap_or_default();
    file.trim_end_matches(".key").trim_end_matches(".private").to_owned()
}

fn alter_last_digit(line: &str) -> String {
    let line = line.trim_end();
    let (rest, last) = line.split_at(line.len() - 1);
    format!("{rest}{}\n", if last == "0" { "1" } else { "0" })
}

/// A record on one line: owner, TTL, class, type, data.
#[derive(Clone)]
struct Line(String);

impl Line {
    fn field(&self, index: usize) -> &str {
        self.0.split_whitespace().nth(index).unwrap_or_default()
    }

    fn rtype(&self) -> &str {
        self.field(3)
    }

    fn signs(&self, rtype: &str) -> bool {
        self.rtype() == "RRSIG" && self.field(4) == rtype
    }

    /// Changes what stands in the data: the signature, the preference of an MX, the end of a digest.
    fn alter(&mut self) {
        let mut fields: Vec<String> = self.0.split_whitespace().map(str::to_owned).collect();
        match self.rtype() {
            "RRSIG" => {
                let at = 12;
                let swapped = if fields[at].starts_with('A') { "B" } else { "A" };
                fields[at].replace_range(0..1, swapped);
            }
            "MX" => fields[4] = format!("1{}", fields[4]),
            _ => {
                let last = fields.len() - 1;
                fields[last] = alter_last_digit(&fields[last]).trim_end().to_owned();
            }
        }
        self.0 = fields.join(" ");
    }
}
