//! `POST …/import`: what an edited file changes, and with `apply` the change.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use brevdue_office::diff::{Differs, Fault, Line};
use brevdue_office::reporting::Lines;
use brevdue_office::{Diff, inventory, limits, list, plans, workbook};
use brevdue_programme::Language;
use brevdue_programme::programmes::Judged;
use brevdue_wire::error::FieldError;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::refused::fault;
use super::{Working, language};
use crate::content::blocking;
use crate::rest::Door;
use crate::rest::body;
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;
use crate::rest::parameters::Parameters;

/// Differences that are told, at most; the rest are counted.
const TOLD: usize = 1_000;

/// The media type of workbooks.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(import))
}

/// What a file is, as its media type says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sent {
    Workbook,
    Csv,
    Project,
}

/// A file, whole.
struct File {
    sent: Sent,
    bytes: Vec<u8>,
}

impl FromRequest<Door> for File {
    type Rejection = Failure;

    async fn from_request(request: Request, door: &Door) -> Result<Self, Failure> {
        let sent = match body::media_type(request.headers()).as_deref() {
            Some(XLSX) => Sent::Workbook,
            Some("text/csv") => Sent::Csv,
            Some("application/xml" | "text/xml") => Sent::Project,
            _ => {
                return Err(Failure::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "content.type.not.supported",
                    format!(
                        "send a workbook as {XLSX}, a list as text/csv, or tasks of MS Project as \
                         application/xml"
                    ),
                )
                .at("header", "Content-Type"));
            }
        };
        let bytes = body::whole(&door.settings, request, limits::FILE_BYTES).await?;
        if bytes.is_empty() {
            return Err(Failure::bad_request(
                "body.empty",
                "the body is empty; send the file in it",
            ));
        }
        Ok(Self { sent, bytes })
    }
}

/// What an import comes to.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeImport)]
struct Told {
    /// How many differences there are.
    differences: usize,
    /// How many of them others changed meanwhile; without `mine` they are left out.
    conflicts: usize,
    /// How many are taken in.
    taken: usize,
    /// How many objects that changes.
    objects: usize,
    /// They were changed; false: this is what importing would come to.
    applied: bool,
    /// The first thousand differences.
    lines: Vec<Difference>,
    /// What else to know of the file.
    notices: Vec<Value>,
}

/// One difference.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeDifference)]
struct Difference {
    /// Where in the file: sheet, column and row.
    place: String,
    /// The kind of object.
    kind: String,
    /// Its key.
    key: String,
    /// `cell`, `new`, `item`, `item_gone` or `gone`.
    what: &'static str,
    /// Where in the object, parted by `/`.
    path: Option<String>,
    /// As exported.
    base: Value,
    /// In the file.
    mine: Value,
    /// Now.
    theirs: Value,
    /// Others changed the same meanwhile.
    conflict: bool,
    /// It is taken in.
    taken: bool,
}

/// `POST /programmes/{programme}/import`: shows what a file changes; a file that cannot be understood changes nothing.
#[utoipa::path(
    post,
    path = "/programmes/{programme}/import",
    operation_id = "importProgramme",
    tag = "Programmes: files",
    params(
        ("programme" = Uuid, Path, description = "Of the programme"),
        ("list" = Option<String>, Query, description = "Of a CSV: which list", pattern = "^[a-z-]{1,40}$"),
        ("inventory" = Option<bool>, Query, description = "It is an inventory of systems as others keep it"),
        ("apply" = Option<bool>, Query, description = "Make the changes"),
        ("mine" = Option<bool>, Query, description = "Where others changed the same, the file wins"),
        ("remove" = Option<bool>, Query, description = "Remove what the file no longer has"),
        ("language" = Option<String>, Query, description = "Of the reasons why something cannot be understood: da or en", pattern = "^(da|en)$"),
    ),
    request_body(description = "The file", content(
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv"),
        (String = "application/xml"),
    )),
    responses((status = 200, body = Told, description = "What it comes to"), Refused)
)]
async fn import(
    working: Working,
    parameters: Parameters,
    file: File,
) -> Result<Json<Told>, Failure> {
    let is = |name: &str| Ok::<_, Failure>(parameters.flag(name)?.unwrap_or(false));
    let (apply, mine, remove) = (is("apply")?, is("mine")?, is("remove")?);
    let (is_inventory, language) = (is("inventory")?, language(&parameters)?);
    let named = parameters.one("list")?.map(str::to_owned);
    let judged = working.judged().await?;
    let (id, ground) = (working.id, judged.clone());
    // Reading a workbook takes a while, and other calls should not wait for it.
    let read = blocking(move || match (is_inventory, file.sent) {
        (true, _) => of_inventory(&file.bytes, &ground, language),
        (false, Sent::Workbook) => {
            let read = workbook::read(&file.bytes, id, &ground.programme);
            read.map_err(|error| match error {
                workbook::Unreadable::Faults(faults) => misunderstood(&faults, language),
                error => unreadable(&error),
            })
        }
        (false, Sent::Csv) => of_list(&file.bytes, named.as_deref(), &ground, language),
        (false, Sent::Project) => of_project(&file.bytes, &ground, language),
    });
    let diff = read.await.map_err(|error| fault(&error))??;
    let chosen: BTreeSet<usize> = (0..diff.lines.len())
        .filter(|index| {
            let line = &diff.lines[*index];
            let gone = matches!(line.what, Differs::Gone { .. } | Differs::ItemGone { .. });
            (!line.conflict || mine) && (!gone || remove)
        })
        .collect();
    let changes = diff.changes(&judged.programme, &chosen);
    if apply && !changes.is_empty() {
        working.change(&changes, "import").await?;
    }
    Ok(Json(told(&diff, &chosen, changes.len(), apply)))
}

fn of_inventory(bytes: &[u8], judged: &Judged, language: Language) -> Result<Diff, Failure> {
    let preview =
        inventory::preview(bytes, &judged.programme).map_err(|error| unreadable(&error))?;
    match preview.faults.is_empty() {
        true => Ok(preview.diff),
        false => Err(misunderstood(&preview.faults, language)),
    }
}

fn of_list(
    bytes: &[u8],
    named: Option<&str>,
    judged: &Judged,
    language: Language,
) -> Result<Diff, Failure> {
    let unknown = || {
        let known: Vec<&str> = brevdue_office::lists().collect();
        let message = format!("a CSV is one list; name it: {}", known.join(", "));
        Failure::bad_request("import.list.unknown", message).at("query", "list")
    };
    let named = named.ok_or_else(unknown)?;
    list::read(bytes, named, &judged.programme).map_err(|error| match error {
        list::Unreadable::Faults(faults) => misunderstood(&faults, language),
        list::Unreadable::NoSuchList => unknown(),
        error => unreadable(&error),
    })
}

fn of_project(bytes: &[u8], judged: &Judged, language: Language) -> Result<Diff, Failure> {
    let lines = Lines::of(judged, language);
    let tasks = plans::from_project_xml(bytes, &judged.programme, &lines.tasks);
    tasks.map(|tasks| tasks.diff).map_err(|error| match error {
        plans::Unreadable::Faults(faults) => misunderstood(&faults, language),
        error => unreadable(&error),
    })
}

/// The file as a whole means nothing.
fn unreadable(error: &dyn std::error::Error) -> Failure {
    let message = format!("{error}; nothing was changed");
    Failure::unprocessable("import.unreadable", message)
}

/// Some places of the file mean nothing: each is named, and nothing was changed.
fn misunderstood(faults: &[Fault], language: Language) -> Failure {
    let errors = faults.iter().map(|fault| FieldError {
        resource: fault.place.sheet.clone(),
        field: format!("{} {}", fault.place, fault.place.heading),
        code: "import.cell".into(),
        message: fault.reason.of(language).to_owned(),
        rejected_value: None,
    });
    let message = format!("{} places cannot be understood; nothing was changed", faults.len());
    Failure::unprocessable("import.not.understood", message).with_errors(errors.collect())
}

fn told(diff: &Diff, chosen: &BTreeSet<usize>, objects: usize, applied: bool) -> Told {
    let lines = diff.lines.iter().enumerate().take(TOLD);
    Told {
        differences: diff.lines.len(),
        conflicts: diff.lines.iter().filter(|line| line.conflict).count(),
        taken: chosen.len(),
        objects,
        applied,
        lines: lines.map(|(index, line)| difference(line, chosen.contains(&index))).collect(),
        notices: diff
            .notices
            .iter()
            .map(|notice| serde_json::to_value(notice).unwrap_or_default())
            .collect(),
    }
}

fn difference(line: &Line, taken: bool) -> Difference {
    let none = || Value::Null;
    let (what, path, base, mine, theirs) = match &line.what {
        Differs::Cell { path, base, mine, theirs } => {
            ("cell", Some(path.clone()), base.clone(), mine.clone(), theirs.clone())
        }
        Differs::New { body } => ("new", None, none(), body.clone(), none()),
        Differs::Item { field, body } => {
            ("item", Some(field.clone()), none(), body.clone(), none())
        }
        Differs::ItemGone { field, item, .. } => {
            ("item_gone", Some(field.clone()), item.clone(), none(), item.clone())
        }
        Differs::Gone { .. } => ("gone", None, none(), none(), none()),
    };
    Difference {
        place: line.place.to_string(),
        kind: line.kind.word().to_owned(),
        key: line.key.to_string(),
        what,
        path,
        base,
        mine,
        theirs,
        conflict: line.conflict,
        taken,
    }
}
