//! A machine for the mail server under test: a network of its own, in which the world is the Internet.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use world::World;

use crate::resolver::{Judgement, Resolver};
use crate::sys::namespace::{self, Namespace};
use crate::sys::process::{resolve_by, run};

/// Where the world's mail servers listen.
const SMTP_PORT: u16 = 25;
/// Where mail servers have their configuration, queue and sockets.
const FOLDERS: [&str; 3] = ["/etc", "/var", "/run"];
/// What the machine is called.
pub const HOST: &str = "client.test";

/// What every run has in common.
pub struct Stage {
    pub world: Arc<World>,
    pub namespace: Namespace,
    /// What recipes may write to.
    pub directory: PathBuf,
    /// Whether recipes may write to the folders of the system: they are copies.
    pub is_private: bool,
    /// The root's trust anchor, as a DS line.
    pub anchors: PathBuf,
}

impl Stage {
    /// Raises it in namespaces that the process has for itself (network, mounts, host name).
    pub fn raise(directory: &Path) -> io::Result<Self> {
        // Hardly any mail server's processes are root's.
        fs::set_permissions(directory, fs::Permissions::from_mode(0o711))?;
        fs::write("/proc/sys/kernel/hostname", HOST)?;
        let is_private = private_folders(directory).is_ok();
        let hosts = directory.join("hosts");
        fs::write(&hosts, format!("127.0.0.1 localhost\n127.0.0.1 {HOST} client\n"))?;
        run("mount", &["--bind", &hosts.display().to_string(), "/etc/hosts"], directory)?;
        let namespace = Namespace::start()?;
        let world = Arc::new(World::start_on(SMTP_PORT, namespace::SERVERS_IPV6)?);
        world.connections.watch();
        let anchors = directory.join("anchors");
        fs::write(&anchors, &world.anchor)?;
        Ok(Self { world, namespace, directory: directory.to_owned(), is_private, anchors })
    }

    /// A resolver for the mail server, and resolv.conf for it.
    pub fn resolve(&self, judgement: Judgement) -> io::Result<Resolver> {
        let resolver = Resolver::start(&self.world, judgement)?;
        resolve_by(judgement.address(), &self.directory)?;
        Ok(resolver)
    }
}

/// From here on what is written to the folders of the system is seen here alone, and lost at the end.
fn private_folders(directory: &Path) -> io::Result<()> {
    let changes = directory.join("changes");
    fs::create_dir(&changes)?;
    let at = changes.display().to_string();
    run("mount", &["-t", "tmpfs", "-o", "mode=755", "tmpfs", &at], directory)?;
    for folder in FOLDERS {
        for part in ["upper", "work"] {
            fs::create_dir_all(changes.join(part).join(&folder[1..]))?;
        }
        let options =
            format!("lowerdir={folder},upperdir={at}/upper{folder},workdir={at}/work{folder}");
        run("mount", &["-t", "overlay", "-o", &options, "overlay", folder], directory)?;
    }
    Ok(())
}
