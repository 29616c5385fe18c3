//! Sendmail in service.

use std::io;

use kit::sys::process;

use crate::mail::delivery::Delivery;
use crate::mail::service::MailServer;
use crate::sendmail::log::{read, read_queue};
use crate::sendmail::{Sendmail, Syslog};

/// One with the level dane, and the log that it writes to.
pub struct InService<'a> {
    pub sendmail: Sendmail<'a>,
    pub syslog: &'a Syslog,
}

impl MailServer for InService<'_> {
    fn enqueue(&self, recipient: &str) -> io::Result<()> {
        match self.sendmail.submit(&[vec![recipient.to_owned()]])?[..] {
            [true] => Ok(()),
            _ => Err(io::Error::other(format!("Sendmail does not take mail for {recipient}"))),
        }
    }

    fn run_queue(&self) -> io::Result<()> {
        self.sendmail.run_queue(&[])
    }

    fn start_daemon(&self) -> io::Result<process::Server> {
        self.sendmail.daemon(&[])
    }

    fn attempt(&self, recipient: &str) -> io::Result<Option<Delivery>> {
        Ok(read(&self.syslog.said()).remove(local_part(recipient)))
    }

    fn is_waiting(&self, recipient: &str) -> io::Result<bool> {
        Ok(read_queue(&self.sendmail.queue()?).contains_key(local_part(recipient)))
    }
}

fn local_part(recipient: &str) -> &str {
    recipient.split('@').next().unwrap_or_default()
}
