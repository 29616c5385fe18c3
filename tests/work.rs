//! What the worst inputs that are known cost a processor, in instructions of the tools as they ship: the budget counts units, and
//! a unit stands for a bounded piece of work (SECURITY.md).

use std::fs;
use std::path::Path;

use dane_policy::verify::{MAX_CERTIFICATES, MAX_SIGNATURES};
use data_encoding::{BASE64_MIME, HEXLOWER};
use world::forge::{Key, basic_constraints, dns_names, draft};

mod toolchain;

use toolchain::*;

/// Millions of instructions that a lookup of a hostile domain with a hundred hosts may take: a quarter more than was measured.
const LOOKUPS: [(&str, u64); 9] = [
    ("digests", 620),
    ("keys", 580),
    ("checks", 6_440),
    ("hashes", 3_360),
    ("aliases", 3_830),
    ("signatures", 590),
    ("records", 930),
    ("addresses", 740),
    ("targets", 310),
];
/// The same for the verification of a chain whose certificates all could have signed each other.
const VERIFICATION: u64 = 1_410;

/// Millions of instructions of a tool; None where there is nobody to count.
fn millions(program: &Path, arguments: &[&str]) -> Option<u64> {
    instructions(counted(program).args(arguments)).map(|count| count / 1_000_000)
}

#[test]
#[ignore = "takes half a minute: cargo test -- --include-ignored"]
fn a_hostile_authority_costs_a_bounded_number_of_instructions() {
    let Some(build) = build() else { return };
    let world = world::World::start().unwrap();
    let anchor = scratch("work").join("anchor");
    fs::write(&anchor, &world.anchor).unwrap();
    let (server, port) = (world.dns.to_string(), world.smtp_port.to_string());
    assert_eq!(LOOKUPS.map(|(attack, _)| attack), world::hostile::ATTACKS);
    let mut wrong = Vec::new();
    for (attack, most) in LOOKUPS {
        let domain = format!("{attack}.c100.{}", world::hostile::APEX);
        let settings = ["--dns-only", "--timeout", "300", "--nameserver", &server, "--port", &port];
        let anchor = ["--trust-anchor", anchor.to_str().unwrap(), &domain];
        let arguments = [&settings[..], &anchor].concat();
        let Some(count) = millions(&build.join("dane-check"), &arguments) else { return };
        println!("{domain}: {count} million instructions, of {most}");
        if count > most {
            wrong.push(domain);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
#[ignore = "takes seconds: cargo test -- --include-ignored"]
fn a_hostile_chain_costs_a_bounded_number_of_instructions() {
    let Some(build) = build() else { return };
    // One name for all, so that each may be the issuer of each; P-384 costs most.
    let keys: Vec<Key> = (0..MAX_CERTIFICATES).map(|_| Key::p384()).collect();
    let ca = [basic_constraints(true, None)];
    let certificate = |place: usize| {
        let (extensions, issuer) = match place {
            0 => (vec![dns_names(&["mx.example.org"])], &keys[1]),
            place => (ca.to_vec(), &keys[(place + 1) % MAX_CERTIFICATES]),
        };
        draft("One Name", "One Name", &extensions).sign(&keys[place], issuer)
    };
    let mut pem = String::new();
    for place in 0..MAX_CERTIFICATES {
        let text = BASE64_MIME.encode(&certificate(place));
        pem += &format!("-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n");
    }
    let chain = scratch("work_chain").join("chain.pem");
    fs::write(&chain, pem).unwrap();
    // A key that is not there signs nothing, after all the others.
    let record = format!("2 1 0 {}", HEXLOWER.encode(&Key::p384().spki));
    let arguments = ["--name", "mx.example.org", "--tlsa", &record, chain.to_str().unwrap()];
    let Some(count) = millions(&build.join("dane-verify"), &arguments) else { return };
    println!("{MAX_SIGNATURES} signatures: {count} million instructions, of {VERIFICATION}");
    assert!(count <= VERIFICATION);
}
