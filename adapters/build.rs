//! Rebuilds the crate when a definition is added or changed: the book is compiled in.

fn main() {
    println!("cargo::rerun-if-changed=dialects");
    println!("cargo::rerun-if-changed=banks");
}
