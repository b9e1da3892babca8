//! Notices and reminders: what people were told, how its sending went, and when they are reminded of what.
//!
//! Nothing is dropped in silence: what was not sent, because there is no mail server or no address or because
//! the address was refused, stands here with the reason, and with its text ready to be copied or sent by hand.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use brevdue_programme::Language as Reader;
use brevdue_programme::change::Change;
use brevdue_programme::objects::{Kind, Settings};
use brevdue_programme::programme::settings_key;
use brevdue_programme::reminding::words::{Desk as Written, Mail};
use brevdue_programme::reminding::{Kept, Recipient, Reminders, STEP_DAYS, STEPS, State};
use brevdue_programme::storage::Which;
use brevdue_programme::text::LANGUAGES;

use super::desk::{Desk, FormOf, NotDone, Standing, Tab};
use super::sent::Sent;
use super::words;
use crate::limits::{MAILTO_CHARACTERS, NOTICE_PAGE};
use crate::markup::{self, Html, Tone, alert, badge, fieldset, h2, p, quiet};
use crate::texts::Texts;
use crate::visitor::{Answer, Refused, Visitor};

/// `GET /programmes/{id}/reminders`
pub(crate) async fn reminders(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let shown = desk.settings.reminders.clone();
    show(&desk, &shown, StatusCode::OK, None).await
}

async fn show(desk: &Desk, shown: &Reminders, status: StatusCode, fault: Option<String>) -> Answer {
    let t = desk.visitor.texts;
    let standing = desk.standing().await?;
    let before = desk.visitor.query("before").and_then(|text| text.parse().ok());
    let programmes = &desk.visitor.web.programmes;
    let kept = match programmes.notices(desk.id, Which::All, before, NOTICE_PAGE).await {
        Ok(kept) => kept,
        Err(error) => return Err(desk.visitor.failed("notices could not be read", &error).await),
    };
    let base = serde_json::to_string(&desk.settings).unwrap_or_default();
    desk.page_with(status, t.remind_title(), Tab::Reminders, |token| {
        let mut body = Html::none();
        if let Some(fault) = fault {
            body.push(alert(Tone::Bad, t.programme_not_saved(), p(fault)));
        } else if desk.visitor.query("said").is_some() {
            body.push(alert(Tone::Good, "", p(t.programme_saved())));
        }
        body.push(p(t.remind_lead()));
        if !desk.visitor.web.config.mail_is_carried {
            body.push(alert(Tone::Warning, t.remind_no_server(), p(t.remind_no_server_lead())));
        }
        body.push(h2(t.remind_notices()));
        body.push(list(desk, &standing, &kept));
        let last = kept.last().filter(|_| kept.len() == NOTICE_PAGE).map(|kept| kept.number);
        if let Some(number) = last {
            let older = desk.to(&format!("reminders?before={number}"));
            body.push(markup::ways([(older, t.remind_older())]));
        }
        body.push(h2(t.remind_when()));
        body.push(settings(desk, shown, &base, token));
        body
    })
    .await
}

fn list(desk: &Desk, standing: &Arc<Standing>, kept: &[Kept]) -> Html {
    let t = desk.visitor.texts;
    if kept.is_empty() {
        return p(t.remind_none());
    }
    let rows = kept.iter().map(|kept| {
        let address = desk.to(&format!("reminders/{}", kept.number));
        let subject = written(desk, standing, kept, desk.reader()).subject;
        vec![
            words::day(t, kept.notice.day),
            recipient(desk, &kept.notice.to).into(),
            markup::a(&address, subject),
            state(t, kept.state),
            words::moment(t, kept.since),
        ]
    });
    let headings =
        [t.remind_day(), t.remind_to(), t.remind_what(), t.work_state(), t.remind_since()];
    markup::table(t.remind_notices(), &headings, rows)
}

/// Whom a notice is for, in words.
fn recipient(desk: &Desk, to: &Recipient) -> String {
    match to {
        Recipient::Person(key) => desk.name_of(Kind::Person, key.as_str()),
        Recipient::Supplier { key, .. } => desk.name_of(Kind::Supplier, key.as_str()),
        Recipient::Nobody => desk.visitor.texts.remind_nobody().to_owned(),
    }
}

fn state(t: Texts, state: State) -> Html {
    let (tone, words) = match state {
        State::Waiting | State::Underway => (Tone::Info, t.remind_underway()),
        State::Sent => (Tone::Good, t.remind_sent()),
        State::Refused => (Tone::Bad, t.remind_refused()),
        State::GivenUp => (Tone::Bad, t.remind_given_up()),
        State::NoAddress => (Tone::Warning, t.remind_no_address()),
        State::NoServer => (Tone::Warning, t.remind_not_sent()),
        State::Unknown => (Tone::Warning, t.remind_unknown()),
    };
    badge(tone, words)
}

/// What to do about it.
fn remedy(t: Texts, state: State) -> &'static str {
    match state {
        State::Waiting | State::Underway => t.remind_underway_do(),
        State::Sent => t.remind_sent_do(),
        State::Refused => t.remind_refused_do(),
        State::GivenUp => t.remind_given_up_do(),
        State::NoAddress => t.remind_no_address_do(),
        State::NoServer => t.remind_not_sent_do(),
        State::Unknown => t.remind_unknown_do(),
    }
}

fn written(desk: &Desk, standing: &Standing, kept: &Kept, language: Reader) -> Mail {
    let base = desk.visitor.absolute("");
    let base = base.trim_end_matches('/');
    let (id, programme, plan) = (desk.id, &*standing.programme, &*standing.plan);
    Written { id, programme, plan, base: Some(base) }.mail(&kept.notice, language)
}

/// Whether somebody may send notices again: who leads, or whom it is for.
fn may_send(desk: &Desk, kept: &Kept) -> bool {
    let leads = desk.person.roles.iter().any(|role| matches!(role.as_str(), "pm" | "owner"));
    leads || kept.notice.to == Recipient::Person(desk.me.clone())
}

async fn find(desk: &Desk, number: &str) -> Result<Kept, crate::visitor::Refusal> {
    let Ok(number) = number.parse::<i64>() else { return desk.refuse(Refused::NotFound).await };
    let before = Some(number.saturating_add(1));
    let programmes = &desk.visitor.web.programmes;
    match programmes.notices(desk.id, Which::All, before, 1).await {
        Ok(kept) => match kept.into_iter().find(|kept| kept.number == number) {
            Some(kept) => Ok(kept),
            None => desk.refuse(Refused::NotFound).await,
        },
        Err(error) => Err(desk.visitor.failed("a notice could not be read", &error).await),
    }
}

/// `GET /programmes/{id}/reminders/{number}`: the text of a notice, to be read, copied, or sent by hand.
pub(crate) async fn notice(visitor: Visitor, Path((id, number)): Path<(String, String)>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let kept = find(&desk, &number).await?;
    let standing = desk.standing().await?;
    let t = desk.visitor.texts;
    let (programme, plan) = (&*standing.programme, &*standing.plan);
    let language = kept.notice.to.language(programme);
    let mail = written(&desk, &standing, &kept, language);
    let address = kept.notice.to.address(programme);
    let title = mail.subject.clone();
    desk.page(&title, Tab::Reminders, |token| {
        let mut facts = vec![
            (t.remind_to(), recipient(&desk, &kept.notice.to).into()),
            (t.remind_day(), words::day(t, kept.notice.day)),
            (t.work_state(), state(t, kept.state)),
            (t.remind_since(), words::moment(t, kept.since)),
        ];
        if let Some(address) = &address {
            facts.insert(1, (t.remind_address(), address.as_str().into()));
        }
        let mut body = markup::facts(facts);
        body.push(p(remedy(t, kept.state)));
        body.push(copied("text", t.remind_text(), &mail.text));
        let by_hand = mailto(address.as_slice(), &mail);
        body.push(markup::ways([(by_hand, t.remind_by_hand())]));
        let written = Written { id: desk.id, programme, plan, base: None };
        let stands = kept.notice.items.iter().any(|item| written.still_stands(item));
        if !stands {
            body.push(quiet(t.remind_over()));
        }
        if stands && kept.state.is_stuck() && may_send(&desk, &kept) {
            let inside = [quiet(t.remind_again_lead()), markup::button(t.remind_again())];
            let to = desk.to(&format!("reminders/{}", kept.number));
            body.push(markup::form(&to, token, inside));
        }
        body.push(markup::ways([(desk.to("reminders"), t.work_back())]));
        body
    })
    .await
}

/// `POST /programmes/{id}/reminders/{number}`: it is sent again.
pub(crate) async fn again(
    visitor: Visitor,
    Path((id, number)): Path<(String, String)>,
    form: FormOf,
) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    desk.sent(form).await?;
    let kept = find(&desk, &number).await?;
    let back = format!("reminders/{}", kept.number);
    let t = desk.visitor.texts;
    if !may_send(&desk, &kept) {
        let right = words::needed_right(desk.reader(), "the role of project manager or owner");
        let said = NotDone::Said(StatusCode::FORBIDDEN, t.work_forbidden(right));
        return desk.not_done(said, &back, Tab::Reminders).await;
    }
    let programmes = &desk.visitor.web.programmes;
    match programmes.send_again(desk.id, kept.number, desk.visitor.now()).await {
        Ok(_) => desk.redirect(&back),
        Err(error) => Err(desk.visitor.failed("a notice could not be sent again", &error).await),
    }
}

/// A text to be copied.
pub(crate) fn copied(id: &str, label: &str, text: &str) -> Html {
    let label = markup::el("label", &[("class", "form-label"), ("for", id)], label);
    let rows = text.lines().count().clamp(4, 20).to_string();
    let area = [
        ("class", "form-input"),
        ("id", id),
        ("rows", rows.as_str()),
        ("readonly", "readonly"),
        ("spellcheck", "false"),
    ];
    let area = markup::el("textarea", &area, text);
    markup::el("div", &[("class", "form-group")], [label, area])
}

/// A link that opens the reader's own mail program with a message. Such a link must not be long: what does not
/// fit is cut, and the whole text stands on the page.
pub(crate) fn mailto(to: &[String], mail: &Mail) -> String {
    let mut link = String::from("mailto:");
    for (index, address) in to.iter().enumerate() {
        if index > 0 {
            link.push(',');
        }
        encode(address, &mut link);
    }
    link.push_str("?subject=");
    encode(&mail.subject, &mut link);
    link.push_str("&body=");
    for line in mail.text.lines() {
        let mut encoded = String::new();
        encode(line, &mut encoded);
        if link.len() + encoded.len() > MAILTO_CHARACTERS {
            link.push_str("%E2%80%A6");
            break;
        }
        link.push_str(&encoded);
        link.push_str("%0D%0A");
    }
    link
}

fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => {
                into.push(char::from(byte));
            }
            byte => {
                let _ = write!(into, "%{byte:02X}");
            }
        }
    }
}

fn settings(desk: &Desk, shown: &Reminders, base: &str, token: &str) -> Html {
    let t = desk.visitor.texts;
    let languages = LANGUAGES.iter();
    let languages = languages.map(|one| (one.word.to_owned(), one.label(desk.reader()).to_owned()));
    let language = match shown.language {
        Reader::Da => "da",
        Reader::En => "en",
    };
    let steps = |steps: &BTreeSet<u16>| {
        steps.iter().rev().map(u16::to_string).collect::<Vec<_>>().join(", ")
    };
    let line = |name: &str, words: &str, value: &BTreeSet<u16>| {
        markup::line(name, name, words, &steps(value))
    };
    let late = shown.late_every_days.to_string();
    let inside = [
        markup::hidden("base", base),
        quiet(t.remind_steps_hint()),
        fieldset(
            t.remind_steps(),
            [
                line("task_days", t.remind_task_days(), &shown.task_days),
                markup::number("late_every_days", "late_every_days", t.remind_late(), &late),
                line("attestation_days", t.remind_attestation_days(), &shown.attestation_days),
                line("certificate_days", t.remind_certificate_days(), &shown.certificate_days),
                line("unanswered_days", t.remind_unanswered_days(), &shown.unanswered_days),
                line("link_days", t.remind_link_days(), &shown.link_days),
            ],
        ),
        markup::choose("language", "language", t.remind_language(), languages, language),
        markup::tick("off", "off", "1", t.remind_off(), shown.off),
        markup::button(t.programme_save()),
    ];
    markup::form(&desk.to("reminders"), token, inside)
}

/// Days, parted by commas or spaces.
fn steps(text: &str) -> Option<BTreeSet<u16>> {
    let words = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    let steps: Option<BTreeSet<u16>> = words
        .filter(|word| !word.is_empty())
        .map(|word| word.parse().ok().filter(|days| (1..=STEP_DAYS).contains(days)))
        .collect();
    steps.filter(|steps| steps.len() <= STEPS)
}

fn read(sent: &Sent, base: &Reminders) -> Option<Reminders> {
    let late = sent.one("late_every_days").trim();
    let read = Reminders {
        off: sent.has("off"),
        language: match sent.one("language") {
            "en" => Reader::En,
            "da" => Reader::Da,
            _ => base.language,
        },
        task_days: steps(sent.one("task_days"))?,
        late_every_days: if late.is_empty() { 0 } else { late.parse().ok()? },
        attestation_days: steps(sent.one("attestation_days"))?,
        certificate_days: steps(sent.one("certificate_days"))?,
        unanswered_days: steps(sent.one("unanswered_days"))?,
        link_days: steps(sent.one("link_days"))?,
    };
    Some(read).filter(Reminders::is_within_limits)
}

/// `POST /programmes/{id}/reminders`: when people are reminded.
pub(crate) async fn save(visitor: Visitor, Path(id): Path<String>, form: FormOf) -> Answer {
    let mut desk = Desk::open(visitor, &id).await?;
    let sent = desk.sent(form).await?;
    let Ok(base) = serde_json::from_str::<Settings>(sent.one("base")) else {
        return desk.refuse(Refused::Form).await;
    };
    let Some(reminders) = read(&sent, &base.reminders) else {
        let said = desk.visitor.texts.remind_bad_steps(STEP_DAYS, STEPS);
        let shown = base.reminders.clone();
        return show(&desk, &shown, StatusCode::UNPROCESSABLE_ENTITY, Some(said)).await;
    };
    let after = Settings { reminders, ..base.clone() };
    let changes: Vec<Change> = Change::edit(settings_key(), &base, &after).into_iter().collect();
    match desk.change(&changes, "").await {
        Ok(()) => desk.redirect("reminders?said=saved"),
        Err(NotDone::Said(status, said)) => show(&desk, &after.reminders, status, Some(said)).await,
        Err(not_done) => desk.not_done(not_done, "reminders", Tab::Reminders).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_a_mail_program_holds_one_address_and_is_never_long() {
        let mail =
            Mail { subject: "Påmindelse & mere".into(), text: "Første linje?\n".repeat(1_000) };
        let link = mailto(&["a&cc=b@c.example".to_owned()], &mail);
        assert!(
            link.starts_with("mailto:a%26cc%3Db@c.example?subject=P%C3%A5mindelse%20%26%20mere")
        );
        assert!(link.len() < MAILTO_CHARACTERS + 20 && link.ends_with("%E2%80%A6"), "{link}");
    }

    #[test]
    fn steps_are_days_from_one_on_in_any_order() {
        assert_eq!(steps("1, 7 14;7"), Some([1, 7, 14].into()));
        assert_eq!(steps(" "), Some(BTreeSet::new()));
        for bad in ["0", "367", "-1", "uge", "1.5"] {
            assert_eq!(steps(bad), None, "{bad}");
        }
    }
}
