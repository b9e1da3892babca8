//! Which reports there are, and each as a file.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::http::header;
use brevdue_office::reporting::{self, Asked, Form, NotMade, Report};
use brevdue_programme::change::HistoryLine;
use brevdue_programme::objects::Supplier;
use brevdue_programme::programmes::Judged;
use brevdue_programme::{Key, Language as Reader, ProgrammeId};

use super::desk::{Desk, Frame, Tab};
use crate::files;
use crate::headers::DOWNLOAD_POLICY;
use crate::limits::{REPORT_HISTORY, REPORT_SUPPLIERS};
use crate::visitor::{Answer, Chrome, Refusal, Refused, Visitor};

#[derive(Template)]
#[template(path = "programme/reports.html")]
struct ReportsPage {
    chrome: Chrome,
    frame: Frame,
    lines: Vec<Line>,
}

struct Line {
    word: &'static str,
    name: &'static str,
    links: Vec<Link>,
}

struct Link {
    href: String,
    name: String,
    /// Said after the name for those who hear the link alone: the report.
    of: &'static str,
}

/// `GET /programmes/{id}/reports`
pub(crate) async fn reports(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let reader = desk.reader();
    let lines = Report::ALL
        .iter()
        .map(|report| Line {
            word: report.word(),
            name: report.name(reader),
            links: match report {
                Report::R4 => of_each_supplier(&desk, *report),
                Report::R9 => with_its_page(&desk, *report, "running"),
                Report::R10 => with_its_page(&desk, *report, "across"),
                report => of_all(&desk, *report),
            },
        })
        .collect();
    let title = desk.visitor.texts.programme_reports();
    let (chrome, frame) = desk.frames(title, Tab::Reports).await?;
    desk.visitor.page(&ReportsPage { chrome, frame, lines })
}

/// A link for each form of a report.
fn of_all(desk: &Desk, report: Report) -> Vec<Link> {
    let link = |form: &Form| Link {
        href: desk.to(&format!("reports/{}.{}", report.word(), form.word())),
        name: form.name().to_owned(),
        of: report.name(desk.reader()),
    };
    report.forms().iter().map(link).collect()
}

/// The page of a report that has one, and a link for each form.
fn with_its_page(desk: &Desk, report: Report, at: &str) -> Vec<Link> {
    let name = desk.visitor.texts.across_page().to_owned();
    let page = Link { href: desk.to(at), name, of: report.name(desk.reader()) };
    std::iter::once(page).chain(of_all(desk, report)).collect()
}

/// A link for each supplier, for a report that is about one.
fn of_each_supplier(desk: &Desk, report: Report) -> Vec<Link> {
    let links = desk.programme.all::<Supplier>().flat_map(|(key, supplier)| {
        report.forms().iter().map(move |form| {
            let name = format!("{} ({})", supplier.name, form.name());
            Link {
                href: desk.to(&format!("reports/{}.{}?supplier={key}", report.word(), form.word())),
                of: report.name(desk.reader()),
                name,
            }
        })
    });
    links.take(REPORT_SUPPLIERS).collect()
}

/// `GET /programmes/{id}/reports/{file}`: a report by its word and form, for example `R1.pdf`; of one
/// supplier with `?supplier=KEY`.
pub(crate) async fn file(visitor: Visitor, Path((id, file)): Path<(String, String)>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let asked = file
        .split_once('.')
        .and_then(|(report, form)| Some((Report::from_word(report)?, Form::from_word(form)?)));
    let Some((report, form)) = asked else { return desk.refuse(Refused::NotFound).await };
    if report == Report::R10 {
        return across(desk, form).await;
    }
    let judged = judged(&desk).await?;
    let history = if report == Report::R11 { history(&desk).await? } else { Vec::new() };
    let making = Making {
        id: desk.id,
        judged,
        reader: desk.reader(),
        supplier: desk.visitor.query("supplier").and_then(|key| key.parse().ok()),
        history,
    };
    // Printing takes a while, and other pages should not wait for it.
    let made = tokio::task::spawn_blocking(move || making.make(report, form)).await;
    answer(desk, form, made).await
}

/// R10, which is of several programmes.
async fn across(desk: Desk, form: Form) -> Answer {
    let across = desk.across(&desk.visitor.query("words").unwrap_or_default()).await?;
    let reader = desk.reader();
    let made = tokio::task::spawn_blocking(move || {
        reporting::across(&across, reader, form)
            .map(|bytes| (reporting::across_name(&across, form), bytes))
    });
    let made = made.await;
    answer(desk, form, made).await
}

/// A file as an answer, or why it was not made.
async fn answer(
    desk: Desk,
    form: Form,
    made: Result<Result<(String, Vec<u8>), NotMade>, tokio::task::JoinError>,
) -> Answer {
    match made {
        Ok(Ok((name, bytes))) => Ok(desk.visitor.finish((
            [
                (header::CONTENT_TYPE, form.media_type().to_owned()),
                (header::CONTENT_DISPOSITION, files::disposition(true, &name)),
                (header::CONTENT_SECURITY_POLICY, DOWNLOAD_POLICY.to_owned()),
                (header::CACHE_CONTROL, "private, no-store".to_owned()),
            ],
            bytes,
        ))),
        Ok(Err(NotMade::NoSuchForm(..) | NotMade::NoSuchSupplier(_))) => {
            desk.refuse(Refused::NotFound).await
        }
        Ok(Err(error)) => Err(desk.visitor.failed("a report could not be made", &error).await),
        Err(error) => Err(desk.visitor.failed("a report could not be made", &error).await),
    }
}

/// Everything a report is made of, to be handed to another thread.
struct Making {
    id: ProgrammeId,
    judged: Arc<Judged>,
    reader: Reader,
    supplier: Option<Key>,
    history: Vec<HistoryLine>,
}

impl Making {
    fn make(&self, report: Report, form: Form) -> Result<(String, Vec<u8>), NotMade> {
        let asked = Asked {
            id: self.id,
            judged: &self.judged,
            language: self.reader,
            supplier: self.supplier.as_ref(),
            history: &self.history,
        };
        Ok((asked.file_name(report, form), asked.make(report, form)?))
    }
}

async fn judged(desk: &Desk) -> Result<Arc<Judged>, Refusal> {
    let now = desk.visitor.now();
    match desk.visitor.web.programmes.judged(desk.id, now).await {
        Ok(Some(judged)) => Ok(judged),
        Ok(None) => Err(desk.visitor.refuse(Refused::NotFound).await),
        Err(error) => Err(desk.visitor.failed("a programme could not be judged", &error).await),
    }
}

/// Newest first.
async fn history(desk: &Desk) -> Result<Vec<HistoryLine>, Refusal> {
    let read = desk.visitor.web.programmes.history(desk.id, None, None, REPORT_HISTORY).await;
    match read {
        Ok(lines) => Ok(lines.into_iter().map(|(_, line)| line).collect()),
        Err(error) => Err(desk.visitor.failed("history could not be read", &error).await),
    }
}
