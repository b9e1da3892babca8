//! Moments in words.

use std::collections::HashMap;

use askama::Template;
use brevdue_exchange::handover::HandoverOutcome;
use brevdue_exchange::local::live::{Gone, Moment, What};
use brevdue_exchange::{Exchange, MAIL_CARRIER, SMS_GATEWAY, SystemId};
use brevdue_memo::copenhagen;
use brevdue_wire::ReceiptStatus;
use uuid::Uuid;

use super::systems::{alarm_since, alarm_words};
use crate::texts::Texts;

#[derive(Template)]
#[template(path = "live_row.html")]
struct RowPart<'a> {
    row: &'a Row,
}

/// One moment.
struct Row {
    number: u64,
    class: &'static str,
    badge: &'static str,
    kind: &'static str,
    machine: String,
    time: String,
    what: String,
    system: Option<String>,
    about: Option<String>,
    why: Option<String>,
}

/// Writes rows; remembers the names of systems meanwhile.
pub(super) struct Rows<'a> {
    t: Texts,
    exchange: &'a Exchange,
    names: HashMap<SystemId, String>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(t: Texts, exchange: &'a Exchange) -> Self {
        Self { t, exchange, names: HashMap::new() }
    }

    /// A moment as a piece of the page, every text in it escaped.
    pub(super) async fn html(&mut self, moment: &Moment) -> String {
        let row = self.row(moment).await;
        RowPart { row: &row }.render().unwrap_or_else(|error| {
            tracing::error!(%error, "a moment could not be written");
            String::new()
        })
    }

    async fn name(&mut self, system: Option<SystemId>) -> Option<String> {
        let id = system?;
        match id {
            MAIL_CARRIER => return Some(self.t.live_mail().to_owned()),
            SMS_GATEWAY => return Some(self.t.live_sms().to_owned()),
            _ => {}
        }
        if let Some(name) = self.names.get(&id) {
            return Some(name.clone());
        }
        let found = self.exchange.store().system(id).await.ok().flatten();
        let name = found.map_or_else(|| id.to_string(), |system| system.name);
        self.names.insert(id, name.clone());
        Some(name)
    }

    async fn row(&mut self, moment: &Moment) -> Row {
        let t = self.t;
        let letter = |uuid: Option<Uuid>| uuid.map(|uuid| t.live_message(uuid));
        let mut row = Row {
            number: moment.number,
            class: "country",
            badge: "badge-quiet",
            kind: t.live_kind_country(),
            machine: moment.at.to_string(),
            time: clock(moment.at),
            what: t.live_country_done().to_owned(),
            system: None,
            about: None,
            why: None,
        };
        match &moment.what {
            What::Request { method, route, status, system, code, milliseconds, certified } => {
                row.class = "request";
                row.kind = t.live_kind_request();
                row.what = format!("{method} {route}");
                row.system = self.name(*system).await;
                let mut why = t.live_answered(milliseconds, status);
                if !certified {
                    why = format!("{why}, {}", t.live_plain());
                }
                if let Some(code) = code {
                    why = format!("{why}: {code}");
                }
                row.why = Some(why);
                if *status >= 400 {
                    row.badge = "badge-warning";
                }
            }
            What::Event(event) => {
                row.class = "event";
                row.kind = t.live_kind_event();
                row.badge = "badge-info";
                row.what = event.tag.name().to_owned();
                row.system = self.name(event.system).await;
                row.about = letter(event.message_uuid);
                row.why = event.error_code.clone();
            }
            What::Receipt(record) => {
                let receipt = &record.receipt;
                row.class = "receipt";
                row.kind = t.live_kind_receipt();
                let well = receipt.receipt_status == ReceiptStatus::Completed;
                row.badge = if well { "badge-success" } else { "badge-error" };
                row.what = status_word(receipt.receipt_status).to_owned();
                row.system = self.name(record.system).await;
                row.about = letter(receipt.message_uuid);
                row.why = receipt.error_code.as_ref().map(|code| match &receipt.error_message {
                    Some(message) => format!("{code}: {message}"),
                    None => code.clone(),
                });
            }
            What::Push { system, outcome } => {
                row.class = "push";
                row.kind = t.live_kind_push();
                row.system = self.name(Some(*system)).await;
                (row.badge, row.what, row.why) = match outcome {
                    HandoverOutcome::Taken if [MAIL_CARRIER, SMS_GATEWAY].contains(system) => {
                        ("badge-success", t.live_push_carried().to_owned(), None)
                    }
                    HandoverOutcome::Taken => {
                        ("badge-success", t.live_push_taken().to_owned(), None)
                    }
                    HandoverOutcome::Unreachable { reason } => {
                        ("badge-error", t.live_push_unreachable().to_owned(), Some(reason.clone()))
                    }
                    HandoverOutcome::Refused { status, retry_after_seconds } => (
                        "badge-error",
                        t.live_push_refused(status),
                        retry_after_seconds.map(|seconds| format!("Retry-After: {seconds} s")),
                    ),
                };
            }
            What::Fault { kind, system } => {
                row.class = "fault";
                row.kind = t.live_kind_fault();
                row.badge = "badge-warning";
                row.what = (*kind).to_owned();
                row.system = self.name(*system).await;
            }
            What::Removed(left) => {
                row.class = "removed";
                row.kind = t.live_kind_removed();
                let what = left.what as usize;
                row.what = word(t.live_removed(), what).to_owned();
                if left.count > 1 {
                    row.what = format!("{} ({})", row.what, left.count);
                }
                row.about = letter(left.message_uuid);
                let rule = word(t.live_removed_rules(), what);
                let since = clock(left.since);
                row.why = Some(match left.what {
                    Gone::Events => t.live_removed_before(left.days, rule, since),
                    _ => t.live_removed_since(left.days, rule, since),
                });
            }
            What::Notice { system, subject } => {
                row.class = "notice";
                row.kind = t.live_kind_notice();
                row.badge = "badge-warning";
                row.what = subject.clone();
                row.system = self.name(Some(*system)).await;
            }
            What::Raised(alarm) => {
                row.class = "alarm";
                row.kind = t.live_kind_alarm();
                row.badge = "badge-error";
                row.what = alarm_words(t, alarm).to_owned();
                match alarm.subject.parse() {
                    Ok(id) => row.system = self.name(Some(SystemId(id))).await,
                    Err(_) => row.system = Some(alarm.subject.clone()),
                }
                row.why = Some(alarm_since(t, alarm));
            }
            What::Knocked { system, refused } => {
                row.class = "knock";
                row.kind = t.live_kind_knock();
                row.system = self.name(Some(*system)).await;
                row.badge = if refused.is_none() { "badge-success" } else { "badge-error" };
                row.what = match refused {
                    None => t.live_let_in().to_owned(),
                    Some(_) => t.live_not_let_in().to_owned(),
                };
                row.why = refused.map(|(code, message)| format!("{code}: {message}"));
            }
            What::Clock { from } => {
                row.class = "clock";
                row.kind = t.live_kind_clock();
                row.what = t.live_clock_moved(clock(*from));
            }
            What::Began => {}
        }
        row
    }
}

/// The text of a place in a list.
fn word(words: &'static [&'static str], place: usize) -> &'static str {
    words.get(place).copied().unwrap_or_default()
}

/// A time as a list of moments writes it: `2026-11-23 04:50:12`, in Copenhagen.
fn clock(at: brevdue_memo::Timestamp) -> String {
    let local = copenhagen::local(at);
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        local.year, local.month, local.day, local.hour, local.minute, local.second
    )
}

/// The official word.
fn status_word(status: ReceiptStatus) -> &'static str {
    match status {
        ReceiptStatus::Received => "RECEIVED",
        ReceiptStatus::Completed => "COMPLETED",
        ReceiptStatus::Invalid => "INVALID",
        ReceiptStatus::NotAllowed => "NOT_ALLOWED",
    }
}
