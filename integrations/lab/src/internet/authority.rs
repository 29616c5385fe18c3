//! BIND, NSD and Knot, each serving its share of the zones.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use kit::sys::process::{self, run};

use crate::dns::client::wait_for;
use crate::dns::server::Server;
use crate::internet::plan::Plan;
use crate::internet::recipe::Keys;
use crate::internet::sign::{KNOT_KEYS, impostor_file, old_file, zone_file};

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
        let zones = plan.zones.iter().filter(|zone| zone.server == server);
        let served = zones.map(|zone| Served {
            name: &zone.name,
            file: zone_file(directory, &zone.name),
            is_signed_online: zone.recipe.keys == Keys::Online,
        });
        running.push(start_one(server, server.address(), &served.collect::<Vec<_>>(), directory)?);
    }
    for (address, file) in
        [(IMPOSTOR, impostor_file as fn(&Path, &str) -> PathBuf), (OLD, old_file)]
    {
        let served = plan.targets().map(|zone| Served {
            name: &zone.name,
            file: file(directory, &zone.name),
            is_signed_online: false,
        });
        let served: Vec<Served<'_>> = served.collect();
        running.push(start_one(Server::Nsd, address, &served, directory)?);
    }
    Ok(running)
}

struct Served<'a> {
    name: &'a str,
    file: PathBuf,
    is_signed_online: bool,
}

fn start_one(
    server: Server,
    address: &str,
    zones: &[Served<'_>],
    directory: &Path,
) -> io::Result<process::Server> {
    let home = directory.join(format!("{server:?}-{address}").to_lowercase());
    fs::create_dir(&home)?;
    let (home_text, config) = (home.display(), home.join("conf"));
    let keys = directory.join(KNOT_KEYS).display().to_string();
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
                 database:\n  storage: {home_text}\n  kasp-db: {keys}\n\
                 policy:\n  - id: made-before\n    manual: on\n\
                 mod-onlinesign:\n  - id: online\n    policy: made-before\n\
                 template:\n  - id: default\n    semantic-checks: off\n    journal-content: none\n    zonefile-sync: -1\n\
                 log:\n  - target: stderr\n    any: info\n\
                 zone:\n"
            ),
            "knotd",
            vec!["-c"],
        ),
    };
    for Served { name: zone, file, is_signed_online } in zones {
        let file = file.display();
        let module = if *is_signed_online { "    module: mod-onlinesign/online\n" } else { "" };
        text += &match server {
            Server::Bind => format!(
                "zone \"{zone}\" {{ type primary; file \"{file}\"; check-names ignore; check-mx ignore; check-mx-cname ignore; check-integrity no; }};\n"
            ),
            Server::Nsd => format!("zone:\n name: \"{zone}\"\n zonefile: \"{file}\"\n"),
            Server::Knot => format!("  - domain: {zone}\n    file: {file}\n{module}"),
        };
    }
    fs::write(&config, text)?;
    let config = config.display().to_string();
    let arguments: Vec<&str> = arguments.into_iter().chain([config.as_str()]).collect();
    let running = process::Server::start(tool, &arguments, &home.join("log"))?;
    if let Some(zone) = zones.first() {
        wait_for(address, zone.name)?;
    }
    Ok(running)
}
