//! Sees to it that the design system is there, and turns the files of texts into methods, so that a
//! template that asks for a text that is not there does not compile.

#[path = "src/texts/file.rs"]
mod file;

use std::path::Path;
use std::{env, fs};

/// The files of texts; no section stands in two of them.
const TEXTS: [&str; 4] =
    ["texts.toml", "texts-programme.toml", "texts-evidence.toml", "texts-across.toml"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/texts/file.rs");
    for texts in TEXTS {
        println!("cargo::rerun-if-changed={texts}");
    }
    println!("cargo::rerun-if-changed=templates");
    println!("cargo::rerun-if-changed=assets");

    if !Path::new("assets/dkfds/css/dkfds.min.css").is_file() {
        println!(
            "cargo::error=the design system is missing in crates/web/assets/dkfds: run `make assets`"
        );
        return;
    }

    let mut source = String::new();
    for texts in TEXTS {
        match fs::read_to_string(texts) {
            Ok(text) => source.push_str(&text),
            Err(error) => {
                println!("cargo::error={texts} cannot be read: {error}");
                return;
            }
        }
    }
    match file::parse(&source) {
        Ok(texts) => {
            let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
            let written = fs::write(Path::new(&out).join("texts.rs"), file::methods(&texts));
            if let Err(error) = written {
                println!("cargo::error=texts.rs cannot be written: {error}");
            }
        }
        Err(faults) => {
            for fault in faults {
                println!("cargo::error=texts: {fault}");
            }
        }
    }
}
