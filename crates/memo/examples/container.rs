//! Packs messages and reads them out of the container again: `cargo run -p brevdue-memo --example container *.xml`
#![allow(clippy::print_stdout, reason = "an example")]

use std::fs::{self, File};

use brevdue_memo::container::{ContainerLimits, Packer, unpack};
use brevdue_memo::{Checker, Limits, read_header};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut packer = Packer::new(Vec::new())?;
    for path in std::env::args().skip(1) {
        let glimpse = read_header(File::open(&path)?, &Limits::default())?.glimpse;
        let uuid = glimpse.message_uuid.ok_or("a message tells no UUID")?;
        let length_bytes = fs::metadata(&path)?.len();
        packer.append(&format!("{}.xml", uuid.value()), length_bytes, &mut File::open(&path)?)?;
    }
    let container = packer.finish()?;
    println!("{} bytes of .tar.lzma", container.len());

    let checker = Checker::default();
    // A container that is damaged fails after its good entries were handed on.
    let count = unpack(container.as_slice(), &ContainerLimits::default(), &mut |entry| {
        let reading = checker.check(entry.reader)?;
        println!("{}: {} findings", entry.name, reading.findings.list.len());
        Ok(())
    })?;
    println!("{count} messages");
    Ok(())
}
