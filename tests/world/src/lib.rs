//! The embedded test world.
