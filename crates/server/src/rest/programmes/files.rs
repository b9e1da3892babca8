//! `…/reports/{report}` and `…/export`: a programme as files, made as the pages and commands make them.

use std::sync::Arc;

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use brevdue_office::reporting::{self, Asked, Form, NotMade, Report};
use brevdue_programme::across::Viewer;
use brevdue_programme::change::HistoryLine;
use brevdue_programme::objects::Kind;
use brevdue_programme::programmes::Judged;
use brevdue_programme::shapes::{Access, members};
use brevdue_programme::{Key, Language, ProgrammeId};
use serde_json::{Value, json};
use utoipa_axum::routes;

use super::refused::fault;
use super::{Working, kinds, language, subject_of};
use crate::content::blocking;
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;
use crate::rest::parameters::Parameters;

/// Lines of history that the log of changes is made of, at most.
const HISTORY: usize = 5_000;

/// Version of the form of exported JSON; the commands write the same.
const FORM: u32 = 1;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(report)).with(routes!(export))
}

/// Everything a file is made of, to be handed to another thread.
struct Making {
    id: ProgrammeId,
    judged: Arc<Judged>,
    language: Language,
    supplier: Option<Key>,
    history: Vec<HistoryLine>,
}

impl Making {
    fn asked(&self) -> Asked<'_> {
        Asked {
            id: self.id,
            judged: &self.judged,
            language: self.language,
            supplier: self.supplier.as_ref(),
            history: &self.history,
        }
    }
}

/// A file as an answer.
fn file(media_type: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let headers: [(HeaderName, String); 4] = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}

impl From<NotMade> for Failure {
    fn from(error: NotMade) -> Self {
        let text = error.to_string();
        match error {
            NotMade::NoSuchForm(report, _) => {
                let forms: Vec<&str> = report.forms().iter().map(|form| form.word()).collect();
                let message = format!("{text}; it comes as {}", forms.join(", "));
                Self::bad_request("report.form.unknown", message).at("query", "form")
            }
            NotMade::NoSuchSupplier(_) => {
                Self::unprocessable("supplier.unknown", text).at("query", "supplier")
            }
            NotMade::NoPlan(error) => error.into(),
            // A plan without a dated task cannot be drawn; that is no fault of anybody's.
            NotMade::Unprintable(_) => Self::unprocessable("report.unprintable", text),
            other => fault(&other),
        }
    }
}

/// `GET /programmes/{programme}/reports/{report}`: R1 to R11, or OP0 for the slides; in its usual form, or in `form`. R10 is of all programmes that you have an entry in.
#[utoipa::path(
    get,
    path = "/programmes/{programme}/reports/{report}",
    operation_id = "getProgrammeReport",
    tag = "Programmes: files",
    params(
        ("programme" = Uuid, Path, description = "Of the programme"),
        ("report" = String, Path, description = "R1 to R11, or OP0", pattern = "^(R[1-9]|R1[01]|OP0)$"),
        ("form" = Option<String>, Query, description = "pdf, xlsx, csv, pptx, ics, project, openproject or jira", pattern = "^(pdf|xlsx|csv|pptx|ics|project|openproject|jira)$"),
        ("supplier" = Option<String>, Query, description = "Of R4: which; without it the first", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"),
        ("language" = Option<String>, Query, description = "da or en", pattern = "^(da|en)$"),
    ),
    responses(
        (status = 200, description = "The report", content(
            (Vec<u8> = "application/pdf"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
            (String = "text/csv"),
            (String = "text/calendar"),
            (String = "application/xml"),
        )),
        Refused
    )
)]
async fn report(working: Working, parameters: Parameters) -> Result<Response, Failure> {
    let report = Report::from_word(working.part("report")).ok_or_else(|| {
        let words: Vec<&str> = Report::ALL.iter().map(|report| report.word()).collect();
        let message = format!("there is no such report; there are {}", words.join(", "));
        Failure::new(StatusCode::NOT_FOUND, "report.unknown", message)
    })?;
    let form = match parameters.one("form")? {
        Some(word) => Form::from_word(word).ok_or_else(|| {
            let words: Vec<&str> = Form::ALL.iter().map(|form| form.word()).collect();
            let message = format!("form is one of {}", words.join(", "));
            Failure::bad_request("report.form.unknown", message).at("query", "form")
        })?,
        None => report.forms().first().copied().unwrap_or(Form::Pdf),
    };
    let supplier = match parameters.one("supplier")? {
        Some(text) => Some(text.parse::<Key>().map_err(|error| {
            Failure::bad_request("parameter.invalid", error.to_string()).at("query", "supplier")
        })?),
        None => None,
    };
    if report == Report::R10 {
        return across(&working, form, language(&parameters)?).await;
    }
    let history = match report {
        Report::R11 => {
            let lines = working.programmes.history(working.id, None, None, HISTORY).await?;
            lines.into_iter().map(|(_, line)| line).collect()
        }
        _ => Vec::new(),
    };
    let language = language(&parameters)?;
    let making =
        Making { id: working.id, judged: working.judged().await?, language, supplier, history };
    // Printing takes a while, and other calls should not wait for it.
    let made = blocking(move || {
        let asked = making.asked();
        let name = asked.file_name(report, form);
        asked.make(report, form).map(|bytes| (name, bytes))
    });
    let (name, bytes) = made.await.map_err(|error| fault(&error))??;
    Ok(file(form.media_type(), &name, bytes))
}

/// R10, of every programme that the caller may read.
async fn across(working: &Working, form: Form, language: Language) -> Result<Response, Failure> {
    let subject = subject_of(&working.caller);
    let viewer = Viewer::SignsInAs(&subject);
    let across = working.programmes.across(viewer, "", working.now).await?;
    let made = blocking(move || {
        let name = reporting::across_name(&across, form);
        reporting::across(&across, language, form).map(|bytes| (name, bytes))
    });
    let (name, bytes) = made.await.map_err(|error| fault(&error))??;
    Ok(file(form.media_type(), &name, bytes))
}

/// `GET /programmes/{programme}/export`: everything: the workbook to edit and import again, JSON, one register as CSV, a calendar, or a plan for MS Project.
#[utoipa::path(
    get,
    path = "/programmes/{programme}/export",
    operation_id = "exportProgramme",
    tag = "Programmes: files",
    params(
        ("programme" = Uuid, Path, description = "Of the programme"),
        ("form" = Option<String>, Query, description = "xlsx, json, csv, ics or xml; xlsx when nothing is said", pattern = "^(xlsx|json|csv|ics|xml)$"),
        ("list" = Option<String>, Query, description = "Of csv: opgaver, systemer, leverandoerer, brevtyper and others", pattern = "^[a-z-]{1,40}$"),
        ("language" = Option<String>, Query, description = "da or en", pattern = "^(da|en)$"),
    ),
    responses(
        (status = 200, description = "The programme", content(
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Object = "application/json"),
            (String = "text/csv"),
            (String = "text/calendar"),
            (String = "application/xml"),
        )),
        Refused
    )
)]
async fn export(working: Working, parameters: Parameters) -> Result<Response, Failure> {
    let form = parameters.one("form")?.unwrap_or("xlsx").to_owned();
    if !["xlsx", "json", "csv", "ics", "xml"].contains(&form.as_str()) {
        let message = "form is xlsx, json, csv, ics or xml";
        return Err(Failure::bad_request("export.form.unknown", message).at("query", "form"));
    }
    let list = parameters.one("list")?.map(str::to_owned);
    let known: Vec<&str> = brevdue_office::lists().collect();
    if form == "csv" && !list.as_deref().is_some_and(|list| known.contains(&list)) {
        let message = format!("a CSV is one list; name it: {}", known.join(", "));
        return Err(Failure::bad_request("export.list.unknown", message).at("query", "list"));
    }
    let language = language(&parameters)?;
    let judged = working.judged().await?;
    let day = judged.plan.today;
    let making = Making { id: working.id, judged, language, supplier: None, history: Vec::new() };
    let made = blocking(move || -> Result<(&'static str, Vec<u8>), Failure> {
        let asked = making.asked();
        Ok(match form.as_str() {
            "json" => ("application/json", everything(&making).into_bytes()),
            "csv" => (Form::Csv.media_type(), asked.register(list.as_deref().unwrap_or_default())),
            "ics" => (Form::Ics.media_type(), asked.make(Report::R6, Form::Ics)?),
            "xml" => (Form::Project.media_type(), asked.make(Report::R6, Form::Project)?),
            _ => (Form::Xlsx.media_type(), asked.workbook().map_err(|error| fault(&error))?),
        })
    });
    let (media_type, bytes) = made.await.map_err(|error| fault(&error))??;
    let ending = match media_type {
        "application/json" => "json",
        "application/xml" => "xml",
        other if other.starts_with("text/csv") => "csv",
        other if other.starts_with("text/calendar") => "ics",
        _ => "xlsx",
    };
    Ok(file(media_type, &format!("programme-{day}.{ending}"), bytes))
}

/// Every object with its version; what is secret is left out.
fn everything(making: &Making) -> String {
    let mut objects = Vec::new();
    for exposed in kinds::all() {
        let kind = exposed.kind;
        // A link is nobody else's, and means nothing elsewhere.
        if matches!(kind, Kind::Questionnaire | Kind::Feed) {
            continue;
        }
        debug_assert!(members(kind).iter().all(|member| member.access != Access::Secret));
        for (key, held) in making.judged.programme.all_held(kind) {
            objects.push(json!({
                "kind": kind, "key": key, "version": held.version, "body": held.body
            }));
        }
    }
    let all: Value = json!({
        "form": FORM, "programme": making.id, "as_of": making.judged.at, "objects": objects
    });
    format!("{all:#}\n")
}
