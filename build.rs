//! Rewrites the C headers under the feature `regenerate-header`, in the folder that DANE_POLICY_HEADERS names.

#[cfg(feature = "regenerate-header")]
#[path = "abi/header.rs"]
mod header;

fn main() {
    println!("cargo::rerun-if-env-changed=DANE_POLICY_HEADERS");
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "regenerate-header")]
    {
        println!("cargo::rerun-if-changed=src");
        println!("cargo::rerun-if-changed=abi");
        if let Some(folder) = std::env::var_os("DANE_POLICY_HEADERS") {
            let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
            let folder = std::path::Path::new(&folder);
            for (name, text) in header::all(root) {
                std::fs::write(folder.join(name), text).expect(name);
            }
        }
    }
}
