//! Builds a letter with a deadline for payment and prints it: `cargo run -p brevdue-memo --example build`
//!
//! `build` checks what it made, so there is no message with an error to send by mistake.

use std::io::{Cursor, stdout};

use brevdue_memo::letter::{About, Case, LetterDraft, Link, Markup};
use brevdue_memo::{MemoVersion, PartyId, write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut draft = LetterDraft::new(
        MemoVersion::V1_2,
        // A program of yours takes a random UUID of version 4 and the time it is.
        "8c2ea15d-61fb-4ba9-9366-42f8b194c114".parse()?,
        "2026-03-01T12:00:00Z".parse()?,
        (PartyId::parse("CVR", "12345678")?, "Ærøby Kommune"),
        (PartyId::parse("CPR", "0101010000")?, Some("Vagn Sommer")),
        "Regning for bådplads",
    );
    draft.text = Some("Kære Vagn\n\nÅrsleje for bådplads 14: 1.250,00 kr.".to_owned());
    let address = "https://betaling.aeroeby.example/2041";
    let deadline = "2026-04-01T21:59:00Z".parse()?;
    draft.markup.push(Markup::Payment(Link::new("Betal", address)?.until(deadline)));
    let case = Case { id: "2026-0815".parse()?, system: "Havnen".parse()? };
    draft.about = About { case: Some(case), ..About::default() };
    // The content is in memory, so there is no source to read it from.
    write(&draft.build()?, Cursor::new([]), stdout().lock())?;
    Ok(())
}
