//! Whether the lab would notice: a library that allows everything must turn it red, and one that dies must lose no mail.

use std::io;
use std::path::Path;

use kit::sys::namespace::Namespace;
use world::{Case, Message, World};

use crate::dns::resolver::UPSTREAM;
use crate::exim::{Exim, Setting};
use crate::mail::deed::Deed;

/// Runs the rows of the table with both; whether both do what they should.
pub fn check(
    world: &World,
    namespace: &Namespace,
    program: &Path,
    anchors: &Path,
    directory: &Path,
) -> io::Result<bool> {
    let start = |name| {
        let preload = program.with_file_name("../../controls").join(format!("{name}.so"));
        let (resolver, mode, preload) = (UPSTREAM, "validate", Some(&*preload));
        let setting = Setting { name, resolver, mode, anchors, changes: &[], preload };
        Exim::new(namespace, program, &setting, directory)
    };
    let rows = || world.cases.iter().filter(|case| case.columns.is_some());
    let submit = |exim: &Exim<'_>, case: &Case, name: &str| {
        let recipient = format!("{name}-{}@{}", case.name, case.domain);
        let id = exim.submit(&format!("{}@client.test", case.level), &[&recipient])?;
        id.map(|id| (id, recipient)).map_err(io::Error::other)
    };
    let message = |recipient: &str| -> Option<Message> {
        world.mail.taken().into_iter().find(|message| message.recipient == recipient)
    };

    let allow_all = start("allow-all")?;
    let (mut judged, mut red) = (0, 0);
    for case in rows().filter(|case| case.expected.action != "opportunistic") {
        let (id, recipient) = submit(&allow_all, case, "allow-all")?;
        let (delivery, log) = allow_all.deliver(&id)?;
        let deed = Deed::of(&delivery, message(&recipient).as_ref());
        let is_right = deed.is_some_and(|deed| deed.is(case.expected));
        let is_red = !is_right || !log.contains(case.expected.reason);
        judged += 1;
        red += usize::from(is_red);
    }
    println!(
        "controls: a library that allows all turns {red} of {judged} rows red that it decides"
    );

    // Each Exim reads the one configuration, so there is one at a time.
    let abort = start("abort")?;
    let mut kept = 0;
    for case in rows() {
        let (id, recipient) = submit(&abort, case, "abort")?;
        abort.run(&["-M", &id])?;
        kept += usize::from(abort.is_queued(&id)? && message(&recipient).is_none());
    }
    println!("  one that dies leaves {kept} of {} messages in the queue", rows().count());
    Ok(red == judged && kept == rows().count())
}
