//! The network of the mail server under test: a machine of its own, as to everything that it sends to.

use std::ffi::OsStr;
use std::io;
use std::net::Ipv6Addr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::sys::process::{Server, run};
use crate::sys::wait;

/// The mail server's address.
pub const CLIENT: &str = "10.77.0.2";
/// The IPv6 address of all that it sends to.
pub const SERVERS_IPV6: Ipv6Addr = Ipv6Addr::new(0xfd77, 0, 0, 0, 0, 0, 0, 1);

/// A cable between both. Loopback addresses are as good as any other on it, but for those that a mail server may take for its own.
const HERE: &str = "
    ip link add servers type veth peer name client
    ip link set client netns $1
    ip addr add 10.77.0.1/30 dev servers
    ip addr add fd77::1/64 dev servers nodad
    ip link set servers up
    echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet";
const THERE: &str = "
    ip link set lo up
    ip addr add 10.77.0.2/30 dev client
    ip addr add fd77::2/64 dev client nodad
    ip link set client up
    echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet
    ip route del table local local 127.0.0.0/8 dev lo
    ip route add table local local 127.0.0.0/24 dev lo src 127.0.0.1
    ip route add 127.0.0.0/8 via 10.77.0.1 src 10.77.0.2";

/// Ends with this.
pub struct Namespace {
    holder: Child,
}

impl Namespace {
    pub fn start() -> io::Result<Self> {
        let mut command = Command::new("unshare");
        let holder = command.args(["--net", "sleep", "infinity"]).stdin(Stdio::null()).spawn()?;
        let namespace = Self { holder };
        namespace.wait()?;
        let root = Path::new("/");
        let process = namespace.holder.id().to_string();
        run("sh", &["-ec", HERE, "sh", &process], root)?;
        namespace.run("sh", &["-ec", THERE], root)?;
        Ok(namespace)
    }

    /// Until the holder has left this network.
    fn wait(&self) -> io::Result<()> {
        let here = std::fs::read_link("/proc/self/ns/net")?;
        let is_another = || Ok(std::fs::read_link(self.path())? != here);
        wait::must("there is no second network namespace", is_another)
    }

    fn path(&self) -> String {
        format!("/proc/{}/ns/net", self.holder.id())
    }

    fn option(&self) -> String {
        format!("--net={}", self.path())
    }

    /// A program that is to run there.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(self.option()).arg(program);
        command
    }

    /// As process::run.
    pub fn run(&self, tool: &str, arguments: &[&str], directory: &Path) -> io::Result<String> {
        run("nsenter", &[&[&*self.option(), tool], arguments].concat(), directory)
    }

    /// As process::Server::start.
    pub fn serve(&self, tool: &str, arguments: &[&str], log: &Path) -> io::Result<Server> {
        Server::start("nsenter", &[&[&*self.option(), tool], arguments].concat(), log)
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
