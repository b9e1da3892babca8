//! What is told after sending.

use std::fmt::Write as _;

use brevdue_gateway::sender::{Fault, Outcome, SendReport};

/// Messages told one by one in a text.
const TOLD: usize = 10;

/// The report for people.
pub(super) fn text(report: &SendReport) -> String {
    let tally = &report.tally;
    let mut text = format!(
        "{} in {}\n",
        counted(tally.messages, "message", "messages"),
        counted(tally.files - tally.files_left, "file", "files")
    );
    let mut line = |name: &str, count: u64, always: bool| {
        if always || count > 0 {
            let _ = writeln!(text, "  {name:<12} {:>10}", grouped(count));
        }
    };
    line("received", tally.sent, true);
    line("completed", tally.completed, true);
    line("invalid", tally.invalid, false);
    line("not allowed", tally.not_allowed, false);
    line("waiting", tally.waiting(), false);
    line("not sent", tally.refused, false);
    if tally.files_left > 0 {
        let _ = writeln!(text, "not come to: {}", counted(tally.files_left, "file", "files"));
    }
    if report.files_sent_now == 0 && tally.sent > 0 {
        text.push_str("all of it had been sent by an earlier run; --again sends it once more\n");
    }
    if !report.fault_counts.is_empty() {
        text.push_str("\nnot delivered, by code:\n");
        for count in &report.fault_counts {
            let _ = writeln!(
                text,
                "  {:>10}  {:<11}  {}",
                grouped(count.messages),
                word(count.outcome),
                count.code
            );
        }
        text.push_str("\nnot delivered:\n");
        for fault in report.faults.iter().take(TOLD) {
            let _ = writeln!(text, "  {}", told(fault));
        }
        if report.faults.len() > TOLD {
            let more = (report.faults.len() - TOLD) as u64;
            let _ = writeln!(text, "  and {} more; --format json tells them all", grouped(more));
        }
    }
    text
}

fn told(fault: &Fault) -> String {
    let mut told = fault.path.clone();
    if let Some(message) = fault.message {
        let _ = write!(told, ", {message}");
    }
    let _ = write!(told, ": {} {}", word(fault.outcome), fault.code);
    if let Some(text) = &fault.text {
        let _ = write!(told, ": {text}");
    }
    told
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Unreadable => "UNREADABLE",
        Outcome::Refused => "REFUSED",
        Outcome::Invalid => "INVALID",
        Outcome::NotAllowed => "NOT_ALLOWED",
    }
}

/// `1,000 letters`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// A number with a comma between thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (number, expected) in [(0, "0"), (999, "999"), (1000, "1,000"), (1234567, "1,234,567")] {
            assert_eq!(grouped(number), expected);
        }
    }
}
