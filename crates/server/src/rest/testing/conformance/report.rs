//! The report of a run as one page that needs nothing beside it, to be handed to a customer.

use std::fmt::Write as _;

use brevdue_exchange::Kept;
use brevdue_exchange::local::conformance::{CaseResult, ConformanceRun, RunState, Verdict};
use brevdue_memo::{Timestamp, copenhagen};

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
     th,td{text-align:left;vertical-align:top;padding:.5rem .75rem;border-bottom:1px solid #cfd6d9}\
     .scroll{overflow-x:auto}.letters table{min-width:46rem}tbody th{width:14rem;hyphens:auto}td{hyphens:auto;overflow-wrap:anywhere}\
     .letters td:not(.id){overflow-wrap:normal;hyphens:none}.scroll:focus{outline:3px solid #747474}\
     .id{overflow-wrap:anywhere;min-width:9rem}.number{text-align:right;white-space:nowrap}\
     .passed{color:#1b5e20}.failed{color:#a30d0d}.remark{color:#7a4b00}\
     .verdict{font-weight:600;white-space:nowrap}p.verdict{font-size:1.375rem;white-space:normal}\
     dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.5rem}dt{font-weight:600}\
     dd{margin:0;overflow-wrap:anywhere}@media(max-width:30rem){tbody th{width:7.5rem}dl{grid-template-columns:1fr;gap:0}\
     dd{margin-bottom:.5rem}}@media print{.scroll{overflow:visible}.letters table{min-width:0}}";

/// A time as this page writes it, in Copenhagen: `2026-11-23 16:45:13`.
fn written(text: &str) -> String {
    let Ok(at) = text.parse::<Timestamp>() else { return text.to_owned() };
    let at = copenhagen::local(at);
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        at.year, at.month, at.day, at.hour, at.minute, at.second
    )
}

/// A number with spaces between the thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

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
         <h1>{title}</h1>\n<p class=\"verdict {class}\"><strong>{verdict}</strong>{}</p>\n<dl>\n",
        l("da", "en"),
        escaped(&body.system_name),
        counted(body, language),
    );
    let protocol = match body.protocol.as_str() {
        "REST_PUSH" => {
            l("REST_PUSH: udvekslingen kalder systemet", "REST_PUSH: the exchange calls the system")
        }
        "REST_PULL" => l("REST_PULL: systemet henter selv", "REST_PULL: the system fetches"),
        other => other,
    };
    let ended = body.ended.as_deref().map_or_else(|| "–".into(), written);
    for (name, value) in [
        (l("System", "System"), body.system_name.as_str()),
        (l("Organisation", "Organisation"), body.organisation.as_str()),
        (l("Protokol", "Protocol"), protocol),
        (l("Afprøvet den", "Tried on"), &written(&body.made)),
        (l("Landets ur fra", "The country's clock from"), &written(&body.started)),
        (l("Landets ur til", "The country's clock to"), &ended),
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

/// How many requirements were met, after the verdict.
fn counted(run: &ConformanceRun, language: Language) -> String {
    let all = run.requirements.len();
    let met = [Verdict::Passed, Verdict::Remark];
    let met = run.requirements.iter().filter(|one| met.contains(&one.verdict)).count();
    match (all, language) {
        (0, _) => String::new(),
        (_, Language::Danish) => format!(": {met} af {all} krav er opfyldt"),
        (_, Language::English) => format!(": {met} of {all} requirements are met"),
    }
}

fn requirements(page: &mut String, run: &ConformanceRun, language: Language) {
    let l = |danish, english| language.of((danish, english));
    let _ = writeln!(
        page,
        "<h2>{}</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead>\n<tbody>",
        l("Krav", "Requirements"),
        l("Krav", "Requirement"),
        l("Resultat og grund", "Result and reason"),
    );
    for one in &run.requirements {
        let (class, verdict) = match one.verdict {
            Verdict::Passed => ("passed", l("Opfyldt", "Met")),
            Verdict::Failed => ("failed", l("Ikke opfyldt", "Not met")),
            Verdict::Remark => ("remark", l("Bemærkning", "Remark")),
            Verdict::NotTried => ("remark", l("Ikke prøvet", "Not tried")),
        };
        let mut why = escaped(language.of((one.why_da.as_str(), one.why_en.as_str())));
        if !one.cases.is_empty() {
            let names: Vec<&str> = one.cases.iter().map(|case| language.of(case.names())).collect();
            let names = match names.len() {
                many if many > 1 && many == run.cases.len() => {
                    l("alle breve", "all letters").to_owned()
                }
                _ => names.join("; "),
            };
            let about = l("Det gælder", "This is about");
            let _ = write!(why, "<br>{about}: {}", escaped(&names));
        }
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{}</th><td><span class=\"verdict {class}\">{verdict}</span><br>{why}</td></tr>",
            escaped(language.of(one.id.names())),
        );
    }
    page.push_str("</tbody></table></div>\n");
}

fn letters(page: &mut String, run: &ConformanceRun, language: Language) {
    let l = |danish, english| language.of((danish, english));
    let _ = writeln!(
        page,
        "<h2>{}</h2>\n<div class=\"scroll letters\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table>\n<thead><tr><th scope=\"col\">{}</th>\
         <th scope=\"col\">messageUUID</th><th scope=\"col\" class=\"number\">Bytes</th>\
         <th scope=\"col\">{}</th><th scope=\"col\">{}</th>\
         <th scope=\"col\" class=\"number\">{}</th></tr></thead>\n<tbody>",
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
        let mut took: Vec<String> = taken.iter().map(|at| written(at)).collect();
        if one.failed_pushes > 0 {
            let failed = l("mislykkede afleveringer", "pushes that failed");
            took.push(format!("{} {failed}", one.failed_pushes));
        }
        let mut answers = [answers.as_slice(), one.error_codes.as_slice()].concat();
        if let Some(code) = &one.refused {
            answers.push(format!(
                "{}: {code}",
                l("afvist af udvekslingen", "refused by the exchange")
            ));
        }
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{}</th><td class=\"id\">{message_uuid}</td>\
             <td class=\"number\">{}</td><td>{}</td><td>{}</td><td class=\"number\">{after}</td></tr>",
            escaped(language.of(case.names())),
            grouped(*size_bytes),
            lines(&took),
            lines(&answers),
        );
    }
    page.push_str("</tbody></table></div>\n");
}

/// One below the other, escaped; a dash when there is none.
fn lines(list: &[String]) -> String {
    match list {
        [] => "–".into(),
        list => list.iter().map(|one| escaped(one)).collect::<Vec<_>>().join("<br>"),
    }
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
