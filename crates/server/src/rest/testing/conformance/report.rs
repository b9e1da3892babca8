//! The report of a run as one page that needs nothing beside it, to be handed to a customer.

use std::fmt::Write as _;

use brevdue_exchange::Kept;
use brevdue_exchange::local::conformance::{CaseResult, ConformanceRun, RunState, Verdict};

/// A language of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Danish,
    English,
}

impl Language {
    /// The one of two texts that is in this language.
    fn of<T>(self, (danish, english): (T, T)) -> T {
        match self {
            Self::Danish => danish,
            Self::English => english,
        }
    }
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff;max-width:70rem;\
     margin:0 auto;padding:1.5rem}h1{line-height:1.2}table{border-collapse:collapse;width:100%}\
     th,td{text-align:left;vertical-align:top;padding:.5rem .75rem;border-bottom:1px solid #cfd6d9;\
     overflow-wrap:anywhere}.scroll{overflow-x:auto}.passed{color:#1b5e20}.failed{color:#a30d0d}\
     .remark{color:#7a4b00}.verdict{font-weight:600;white-space:nowrap}dl{display:grid;\
     grid-template-columns:max-content 1fr;gap:.25rem 1.5rem}dt{font-weight:600}dd{margin:0}";

/// The page.
pub(super) fn html(run: &Kept<ConformanceRun>, language: Language) -> String {
    let body = &run.body;
    let l = |danish, english| language.of((danish, english));
    let title = l("Afprøvning af modtagersystem", "Conformance of a receiver system");
    let (class, verdict) = match body.state {
        RunState::Passed => ("passed", l("Bestået", "Passed")),
        RunState::Failed => ("failed", l("Ikke bestået", "Not passed")),
        RunState::Running => ("remark", l("I gang", "Under way")),
        RunState::BrokenOff => ("failed", l("Afbrudt", "Broken off")),
    };
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}: {}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>{title}</h1>\n<p class=\"verdict {class}\">{verdict}</p>\n<dl>\n",
        l("da", "en"),
        escaped(&body.system_name),
    );
    for (name, value) in [
        (l("System", "System"), body.system_name.as_str()),
        (l("Organisation", "Organisation"), body.organisation.as_str()),
        (l("Protokol", "Protocol"), body.protocol.as_str()),
        (l("Begyndt", "Begun"), body.started.as_str()),
        (l("Endt", "Ended"), body.ended.as_deref().unwrap_or("–")),
        (l("Afprøvet med", "Tried with"), &format!("Brevdue {}", body.version)),
        (
            l("Frist for hvert brev", "Time for each letter"),
            &format!("{} s", body.patience_seconds),
        ),
        (l("Kørsel", "Run"), &run.id.to_string()),
    ] {
        let _ = writeln!(page, "<dt>{name}</dt><dd>{}</dd>", escaped(value));
    }
    page.push_str("</dl>\n");
    let broken_off = match language {
        Language::Danish => body.broken_off_da.as_ref().or(body.broken_off.as_ref()),
        Language::English => body.broken_off.as_ref(),
    };
    if let Some(why) = broken_off {
        let _ = writeln!(page, "<p class=\"failed\">{}</p>", escaped(why));
    }
    requirements(&mut page, body, language);
    letters(&mut page, body, language);
    let _ = write!(
        page,
        "<h2>{}</h2>\n<p>{}</p>\n</main>\n</body>\n</html>\n",
        l("Hvad der ikke er set", "What was not seen"),
        l(
            "Afprøvningen ser, hvad udvekslingen ser: hvad der blev taget imod, hvornår, og hvad der blev svaret. \
             Hvad systemet gør med et brev bagefter, ser den ikke. Alle breve er opdigtede.",
            "The run sees what the exchange sees: what was taken, when, and what was answered. What the system \
             does with a letter afterwards it does not see. All letters are invented."
        )
    );
    page
}

fn requirements(page: &mut String, run: &ConformanceRun, language: Language) {
    let l = |danish, english| language.of((danish, english));
    let _ = writeln!(
        page,
        "<h2>{}</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th>\
         <th scope=\"col\">{}</th></tr></thead>\n<tbody>",
        l("Krav", "Requirements"),
        l("Krav", "Requirement"),
        l("Resultat", "Result"),
        l("Hvorfor", "Why"),
    );
    for one in &run.requirements {
        let (class, verdict) = match one.verdict {
            Verdict::Passed => ("passed", l("Opfyldt", "Met")),
            Verdict::Failed => ("failed", l("Ikke opfyldt", "Not met")),
            Verdict::Remark => ("remark", l("Bemærkning", "Remark")),
            Verdict::NotSeen => ("remark", l("Ikke set", "Not seen")),
        };
        let mut why = language.of((one.why_da.as_str(), one.why_en.as_str())).to_owned();
        if !one.cases.is_empty() {
            let names: Vec<&str> = one.cases.iter().map(|case| language.of(case.names())).collect();
            why = format!("{why}: {}", names.join("; "));
        }
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{}</th><td class=\"verdict {class}\">{verdict}</td><td>{}</td></tr>",
            escaped(language.of(one.id.names())),
            escaped(&why),
        );
    }
    page.push_str("</tbody></table></div>\n");
}

fn letters(page: &mut String, run: &ConformanceRun, language: Language) {
    let l = |danish, english| language.of((danish, english));
    let _ = writeln!(
        page,
        "<h2>{}</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table>\n<thead><tr><th scope=\"col\">{}</th>\
         <th scope=\"col\">messageUUID</th><th scope=\"col\">Bytes</th><th scope=\"col\">{}</th>\
         <th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead>\n<tbody>",
        l("Breve", "Letters"),
        l("Brev", "Letter"),
        l("Taget imod", "Taken"),
        l("Svar", "Answer"),
        l("Svartid", "Time to answer"),
    );
    for one in &run.cases {
        let CaseResult { case, message_uuid, size_bytes, taken, answers, .. } = one;
        let millis = one.answered_after_milliseconds;
        let after = millis.map_or_else(|| "–".into(), |millis| format!("{millis} ms"));
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{}</th><td>{message_uuid}</td><td>{size_bytes}</td><td>{}</td>\
             <td>{}</td><td>{after}</td></tr>",
            escaped(language.of(case.names())),
            escaped(&or_dash(taken)),
            escaped(&or_dash(&[answers.as_slice(), one.error_codes.as_slice()].concat())),
        );
    }
    page.push_str("</tbody></table></div>\n");
}

fn or_dash(list: &[String]) -> String {
    if list.is_empty() { "–".into() } else { list.join(", ") }
}

/// Text for HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
