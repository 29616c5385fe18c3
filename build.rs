//! Nothing to do unless the header is regenerated.
fn main() {}
