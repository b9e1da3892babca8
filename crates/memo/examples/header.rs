//! Reads the header alone, to route a large message: `cargo run -p brevdue-memo --example header letter.xml`
//!
//! What follows the header is neither read nor checked.
#![allow(clippy::print_stdout, reason = "an example")]

use std::fs::File;

use brevdue_memo::{Limits, read_header};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("which message?")?;
    let reading = read_header(File::open(path)?, &Limits::default())?;
    match reading.header {
        Some(header) => {
            let point = header.recipient.contact_point.map(|point| point.contact_point_id);
            println!("{} → contact point {point:?}", header.message_uuid.value());
        }
        None => reading.findings.list.iter().for_each(|finding| println!("{finding}")),
    }
    Ok(())
}
