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
    if env::args().any(|word| word == "scale") {
        scale::run(&Programs::new(scale::DOMAINS)?);
    } else {
        rows::run(&Programs::new(rows::DOMAINS)?);
    }
    Ok(())
}
