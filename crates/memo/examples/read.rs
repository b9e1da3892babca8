//! Reads a message and saves its files: `cargo run -p brevdue-memo --example read letter.xml folder`
//!
//! The message holds no content, only where it stands, so a letter of 1 GB needs no more memory than
//! one of 1 KB; each file is decoded while it is copied.
#![allow(clippy::print_stdout, reason = "an example")]

use std::fs::File;
use std::io;
use std::path::Path;

use brevdue_memo::{Limits, read};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (path, folder) =
        arguments.next().zip(arguments.next()).ok_or("which message, which folder?")?;
    let reading = read(File::open(&path)?, &Limits::default())?;
    let Some(message) = reading.message else {
        return Err(reading
            .findings
            .list
            .first()
            .map_or_else(String::new, ToString::to_string)
            .into());
    };
    println!("{}, version {}", message.header.message_uuid.value(), message.version);
    let Some(body) = message.body else { return Ok(()) };
    for (number, file) in body.main_document.files.iter().enumerate() {
        let mut content = file.content.open(File::open(&path)?)?;
        // Names in a letter are its sender's; what is written here has a name of our own.
        let target = Path::new(&folder).join(format!("file-{}", number + 1));
        let bytes = io::copy(&mut content, &mut File::create_new(&target)?)?;
        println!("{}: {bytes} bytes, {}", target.display(), file.encoding_format);
    }
    Ok(())
}
