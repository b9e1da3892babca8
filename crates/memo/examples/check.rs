//! Finds everything that is wrong with a message: `cargo run -p brevdue-memo --example check letter.xml`
#![allow(clippy::print_stdout, reason = "an example")]

use std::fs::File;

use brevdue_memo::{Checker, Language, rulebook};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("which message?")?;
    // All levels; `policy` changes what a rule weighs, `context` brings registers and a clock.
    let checker = Checker::default();
    let reading = checker.check(File::open(path)?)?;
    for finding in &reading.findings.list {
        println!("{finding}");
        if let Some(rule) = rulebook::rule(finding.rule) {
            println!("    {} ({:?}: {})", rule.fix_english, rule.mark, rule.source);
        }
        println!("    på dansk: {}", finding.text(Language::Danish));
    }
    println!("{} findings in {} bytes", reading.findings.list.len(), reading.length_bytes);
    Ok(())
}
