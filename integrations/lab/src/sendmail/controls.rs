//! Whether the lab would notice: a library that allows everything must turn it red, and one that dies must lose no mail.

use std::io;
use std::path::Path;

use world::{Case, World};

use crate::mail::deed::Deed;
use crate::sendmail::log::{read, read_queue};
use crate::sendmail::{BUILT, Machine, Sendmail};

/// Numbers of recipients, beyond those of the cases.
const FIRST: usize = 150_000;

/// Runs the rows of the table with both; whether both do what they should.
pub fn check(world: &World, machine: &Machine<'_>, options: &str) -> io::Result<bool> {
    let rows: Vec<&Case> = world.cases.iter().filter(|case| case.columns.is_some()).collect();
    let mut first = FIRST;
    let (mut judged, mut red, mut kept) = (0, 0, 0);
    for control in ["allow-all", "abort"] {
        for level in ["dane", "dane-only"] {
            let cases: Vec<&&Case> = rows.iter().filter(|case| case.level == level).collect();
            let options = format!("O DanePolicy={level}\n{options}");
            let library = Path::new(BUILT).with_file_name(format!("controls/{control}.so"));
            let sendmail = Sendmail::new(machine, &format!("{control}-{level}"), "", &options)?;
            let sendmail = sendmail.with(&library)?;
            let recipients: Vec<String> = (first..)
                .zip(&cases)
                .map(|(number, case)| format!("{number}@{}", case.domain))
                .collect();
            let messages: Vec<_> =
                recipients.iter().map(|recipient| vec![recipient.clone()]).collect();
            sendmail.submit(&messages)?;
            // Each in a process of its own, of which the run waits for the end.
            sendmail.run_queue(&["-OForkEachJob=True"])?;
            let (deliveries, waiting) =
                (read(&machine.syslog.said()), read_queue(&sendmail.queue()?));
            let taken = world.mail.taken();
            for ((number, case), recipient) in (first..).zip(&cases).zip(&recipients) {
                let message = taken.iter().find(|message| message.recipient == *recipient);
                if control == "abort" {
                    kept +=
                        usize::from(waiting.contains_key(&number.to_string()) && message.is_none());
                } else if case.expected.action != "opportunistic" {
                    let delivery = deliveries.get(&number.to_string());
                    let deed = delivery.and_then(|delivery| Deed::of(delivery, message));
                    let why = delivery.map_or("", |delivery| &delivery.why);
                    let is_right = deed.is_some_and(|deed| deed.is(case.expected));
                    judged += 1;
                    red += usize::from(!is_right || !why.contains(case.expected.reason));
                }
            }
            first += cases.len();
        }
    }
    println!(
        "controls: a library that allows all turns {red} of {judged} rows red that it decides"
    );
    println!("  one that dies leaves {kept} of {} messages in the queue", rows.len());
    Ok(red == judged && kept == rows.len())
}
