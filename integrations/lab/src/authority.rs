//! BIND, NSD and Knot, each serving its share of the zones.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::client::wait_for;
use crate::plan::{Plan, Server};
use crate::process::{self, run};
use crate::sign::{impostor_file, old_file, zone_file};

/// Serves the attacked zones as an impostor signs them.
pub const IMPOSTOR: &str = "127.0.1.4";
/// Serves the attacked zones as they once were.
pub const OLD: &str = "127.0.1.5";

/// Starts all of them and waits until each answers.
pub fn start(plan: &Plan, directory: &Path) -> io::Result<Vec<process::Server>> {
    // BIND listens only where an interface has the address.
    run("ip", &["address", "add", Server::Bind.address(), "dev", "lo"], directory)?;
    let mut running = Vec::new();
    for server in Server::ALL {
        let names: Vec<&str> = plan
            .zones
            .iter()
            .filter(|zone| zone.server == server)
            .map(|zone| zone.name.as_str())
            .collect();
        let files = names.iter().map(|name| (*name, zone_file(directory, name))).collect();
        running.push(start_one(server, server.address(), files, directory)?);
    }
    for (address, file) in
        [(IMPOSTOR, impostor_file as fn(&Path, &str) -> PathBuf), (OLD, old_file)]
    {
        let zones = plan.targets().map(|zone| zone.name.as_str());
        let files = zones.map(|name| (name, file(directory, name))).collect();
        running.push(start_one(Server::Nsd, address, files, directory)?);
    }
    Ok(running)
}

fn start_one(
    server: Server,
    address: &str,
    zones: Vec<(&str, PathBuf)>,
    directory: &Path,
) -> io::Result<process::Server> {
    let home = directory.join(format!("{server:?}-{address}").to_lowercase());
    fs::create_dir(&home)?;
    let (home_text, config) = (home.display(), home.join("conf"));
    let (mut text, tool, arguments) = match server {
        Server::Bind => (
            format!(
                "options {{ directory \"{home_text}\"; listen-on {{ {address}; }}; listen-on-v6 {{ none; }};\n\
                 recursion no; notify no; dnssec-validation no; pid-file none; allow-transfer {{ none; }}; }};\n\
                 controls {{ }};\n"
            ),
            "named",
            vec!["-g", "-c"],
        ),
        Server::Nsd => (
            format!(
                "server:\n ip-address: {address}\n username: \"\"\n chroot: \"\"\n zonesdir: \"{home_text}\"\n\
                 database: \"\"\n pidfile: \"\"\n xfrdfile: \"{home_text}/xfrd\"\n zonelistfile: \"{home_text}/list\"\n\
                 server-count: 1\n rrl-ratelimit: 0\n rrl-whitelist-ratelimit: 0\n\
                 remote-control:\n control-enable: no\n"
            ),
            "nsd",
            vec!["-d", "-c"],
        ),
        Server::Knot => (
            format!(
                "server:\n  listen: {address}@53\n  rundir: {home_text}\n  pidfile: {home_text}/pid\n\
                 database:\n  storage: {home_text}\n\
                 template:\n  - id: default\n    semantic-checks: off\n    journal-content: none\n    zonefile-sync: -1\n\
                 log:\n  - target: stderr\n    any: info\n\
                 zone:\n"
            ),
            "knotd",
            vec!["-c"],
        ),
    };
    for (zone, file) in &zones {
        let file = file.display();
        text += &match server {
            Server::Bind => format!(
                "zone \"{zone}\" {{ type primary; file \"{file}\"; check-names ignore; check-mx ignore; check-mx-cname ignore; check-integrity no; }};\n"
            ),
            Server::Nsd => format!("zone:\n name: \"{zone}\"\n zonefile: \"{file}\"\n"),
            Server::Knot => format!("  - domain: {zone}\n    file: {file}\n"),
        };
    }
    fs::write(&config, text)?;
    let config = config.display().to_string();
    let arguments: Vec<&str> = arguments.into_iter().chain([config.as_str()]).collect();
    let running = process::Server::start(tool, &arguments, &home.join("log"))?;
    if let Some((name, _)) = zones.first() {
        wait_for(address, name)?;
    }
    Ok(running)
}
