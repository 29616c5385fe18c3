//! Postfix, which does DANE by itself.

mod exception;
pub mod mail;
