//! Rewrites the C header under the feature `regenerate-header`, where DANE_POLICY_HEADER says.

#[cfg(feature = "regenerate-header")]
#[path = "abi/header.rs"]
mod header;

fn main() {
    println!("cargo::rerun-if-env-changed=DANE_POLICY_HEADER");
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "regenerate-header")]
    {
        println!("cargo::rerun-if-changed=src");
        println!("cargo::rerun-if-changed=abi");
        if let Some(path) = std::env::var_os("DANE_POLICY_HEADER") {
            let text = header::generate(std::path::Path::new(env!("CARGO_MANIFEST_DIR")));
            std::fs::write(path, text).expect("the header is writable");
        }
    }
}
