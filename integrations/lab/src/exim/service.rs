//! Exim in service.

use std::io;

use kit::sys::namespace::CLIENT;
use kit::sys::process::Server;

use crate::exim::Exim;
use crate::mail::delivery::Delivery;
use crate::mail::service::MailServer;
use crate::mail::submission;

/// What the configuration needs for a daemon that takes mail.
pub const DAEMON: (&str, &str) =
    ("tls_advertise_hosts =\n", "tls_advertise_hosts =\nacl_smtp_rcpt = accept\n");

impl MailServer for Exim<'_> {
    fn enqueue(&self, recipient: &str) -> io::Result<()> {
        self.submit("dane@client.test", &[recipient])?.map(|_| ()).map_err(io::Error::other)
    }

    fn run_queue(&self) -> io::Result<()> {
        self.run(&["-qff"]).map(|_| ())
    }

    fn start_daemon(&self) -> io::Result<Server> {
        let listen = format!("{}.{}", CLIENT, submission::PORT);
        self.start(&["-bdf", "-oX", &listen, "-oP", "/dev/null"])
    }

    fn attempt(&self, recipient: &str) -> io::Result<Option<Delivery>> {
        self.last_attempt(recipient)
    }

    fn is_waiting(&self, recipient: &str) -> io::Result<bool> {
        Ok(self.run(&["-bp"])?.contains(recipient))
    }
}
