//! What a cold lookup costs: packets, and round trips to a resolver that is far away and knows the answer.

use std::io;
use std::net::UdpSocket;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::internet::plan::MAIL_DOMAINS;
use crate::subject::Subject;

/// Where the far resolver listens.
const ADDRESS: &str = "127.0.3.2";
const DELAY: Duration = Duration::from_millis(50);
const REPEATS: usize = 3;
/// Round trips that the design allows one MX host, with room for what the machine itself takes.
const MAX_ROUND_TRIPS: f64 = 3.5;

/// Prints a line for each mail domain and mode; what is above its limit.
pub fn measure(validate: &Subject, trust_ad: &Subject) -> io::Result<Vec<String>> {
    let mut failures = Vec::new();
    println!("speed: cold, {} ms to the resolver", DELAY.as_millis());
    for (mode, subject) in [("validate", validate), ("trust-ad", trust_ad)] {
        start_relay(&subject.nameserver, mode)?;
        for mail in &MAIL_DOMAINS {
            let domain = mail.name;
            let arguments = ["--dnssec", mode, "--dns-only", domain.trim_end_matches('.')];
            // The resolver's own work is not ours.
            let warm = subject.run(&arguments)?;
            let far = Subject { nameserver: far_address(mode), ..subject.clone() };
            let mut best = f64::MAX;
            let mut queries = 0;
            for _ in 0..REPEATS {
                let report = far.run(&arguments)?;
                best = best.min(report["elapsed_ms"].as_f64().unwrap_or(f64::MAX));
                queries = report["queries"].as_u64().unwrap_or(u64::MAX);
            }
            let round_trips = best / DELAY.as_secs_f64() / 1000.0;
            let action = warm["action"].as_str().unwrap_or_default();
            let hosts = warm["hosts"].as_array().map_or(0, Vec::len);
            println!(
                "  {mode} {domain:17} {hosts:2} MX  {queries:3} queries  {round_trips:.1} round trips  {action}"
            );
            let limit = if mode == "validate" { mail.most_queries } else { 1 + 3 * hosts as u64 };
            if queries > limit || round_trips > MAX_ROUND_TRIPS || action == "defer" {
                failures.push(format!("{mode} {domain}: at most {limit} queries, and no deferral"));
            }
        }
    }
    Ok(failures)
}

fn far_address(mode: &str) -> String {
    format!("{ADDRESS}:{}", if mode == "validate" { 5301 } else { 5302 })
}

/// Passes datagrams on, each half a round trip later.
fn start_relay(to: &str, mode: &str) -> io::Result<()> {
    let front = Arc::new(UdpSocket::bind(far_address(mode))?);
    let to = to.to_owned();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, client)) = front.recv_from(&mut buffer) {
            let (query, front, to) = (buffer[..length].to_vec(), front.clone(), to.clone());
            thread::spawn(move || -> io::Result<()> {
                thread::sleep(DELAY / 2);
                let back = UdpSocket::bind("127.0.0.1:0")?;
                back.connect((to.as_str(), 53))?;
                back.send(&query)?;
                let mut reply = [0; 4096];
                let length = back.recv(&mut reply)?;
                thread::sleep(DELAY / 2);
                front.send_to(&reply[..length], client).map(|_| ())
            });
        }
    });
    Ok(())
}
