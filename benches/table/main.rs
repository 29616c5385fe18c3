//! `make bench`: one table of what the library costs, beside what a user would pick in its place and what nobody can do
//! without. `make bench-scale`: very many domains, and resolvers that are slow and lose.

mod floor;
mod lab;
mod peers;
mod rows;
mod scale;

use std::env;
use std::io;

use peers::Programs;

fn main() -> io::Result<()> {
    // cargo adds an option of its own.
    let words: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    if words == ["scale"] {
        scale::run(&Programs::new(scale::DOMAINS)?);
    } else {
        rows::run(&Programs::new(rows::DOMAINS)?, &words);
    }
    Ok(())
}
