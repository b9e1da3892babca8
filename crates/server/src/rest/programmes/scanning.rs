//! `POST …/scan-links`: pages of the authority, handed in, are scanned for links to the earlier solution and
//! forgotten. Nothing is fetched here.

use axum::Json;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use brevdue_office::limits::FILE_BYTES;
use brevdue_programme::links::{self, Scanning};
use brevdue_programme::objects::LinkScan;
use brevdue_programme::programmes::By;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::Working;
use super::refused::fault;
use crate::content::blocking;
use crate::rest::Door;
use crate::rest::body;
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;

/// Pages of one call at most.
const AT_ONCE: usize = 2_000;

/// Characters of an address at most.
const ADDRESS_CHARACTERS: usize = 2_000;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(scan))
}

/// Pages of the authority.
#[derive(Deserialize, ToSchema)]
#[schema(as = ProgrammeLinkPages)]
struct Pages {
    /// The pages.
    #[schema(min_items = 1, max_items = 2000)]
    pages: Vec<Page>,
}

/// A page.
#[derive(Deserialize, ToSchema)]
#[schema(as = ProgrammeLinkPage)]
struct Page {
    /// Its address, or what it is called.
    #[schema(min_length = 1, max_length = 2000)]
    address: String,
    /// What it is made of. It is read and forgotten.
    html: String,
}

/// The body, whole.
struct Sent(Vec<u8>);

impl FromRequest<Door> for Sent {
    type Rejection = Failure;

    async fn from_request(request: Request, door: &Door) -> Result<Self, Failure> {
        if body::media_type(request.headers()).as_deref() != Some("application/json") {
            let message = "send the pages as application/json";
            let code = "content.type.not.supported";
            return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, code, message)
                .at("header", "Content-Type"));
        }
        Ok(Self(body::whole(&door.settings, request, FILE_BYTES).await?))
    }
}

/// What a scan came to.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeLinksFound)]
struct Told {
    /// Pages that were read.
    pages: u32,
    /// Pages that could not be read.
    unread_pages: u32,
    /// The first fifty of these.
    unread: Vec<String>,
    /// Links on the pages.
    links: u64,
    /// Of these, to the earlier solution.
    old_links: u64,
    /// The first two hundred of these.
    found: Vec<Found>,
}

/// A link to the earlier solution.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeOldLink)]
struct Found {
    /// The page it stands on.
    page: String,
    /// Where it goes, without what follows `?`.
    link: String,
}

/// `POST /programmes/{programme}/scan-links`: scans pages for links to the earlier solution; what is kept are addresses alone.
#[utoipa::path(
    post,
    path = "/programmes/{programme}/scan-links",
    operation_id = "scanProgrammeLinks",
    tag = "Programmes",
    params(("programme" = Uuid, Path, description = "Of the programme")),
    request_body(description = "At most 20 MiB in all, and 5 MiB a page", content((Pages = "application/json"))),
    responses((status = 201, body = Told, description = "What was found, and kept as evidence of MK-D2"), Refused)
)]
async fn scan(working: Working, Sent(bytes): Sent) -> Result<(StatusCode, Json<Told>), Failure> {
    let judged = working.judged().await?;
    let requirement = judged.requirement(&links::requirement_id()).cloned();
    let requirement = requirement.ok_or_else(super::no_such_programme)?;
    // Reading many pages takes a while, and other calls should not wait for it.
    let scanned = blocking(move || scanned(&bytes, Scanning::new(&requirement))).await;
    let scanning = scanned.map_err(|error| fault(&error))??;
    let scan = scanning.finish(working.now, Some(working.me.clone()));
    if scan.pages == 0 {
        let message = "none of the pages is HTML of at most 5 MiB; nothing was kept";
        return Err(Failure::unprocessable("pages.unreadable", message));
    }
    let by = By { actor: working.actor(), reason: "", at: working.now };
    working.programmes.keep_scan(working.id, &scan, by).await?;
    Ok((StatusCode::CREATED, Json(told(scan))))
}

fn scanned(bytes: &[u8], mut scanning: Scanning) -> Result<Scanning, Failure> {
    let sent: Pages = serde_json::from_slice(bytes).map_err(|error| {
        // Where, and never what.
        let place = format!("line {}, column {}", error.line(), error.column());
        Failure::bad_request("body.invalid", format!("the body is not what is asked for: {place}"))
    })?;
    if sent.pages.is_empty() || sent.pages.len() > AT_ONCE {
        let message = format!("send 1 to {AT_ONCE} pages, not {}", sent.pages.len());
        return Err(Failure::bad_request("pages.number", message).at("body", "pages"));
    }
    for page in &sent.pages {
        let characters = page.address.chars().count();
        if characters == 0 || characters > ADDRESS_CHARACTERS {
            let message = format!("an address has 1 to {ADDRESS_CHARACTERS} characters");
            return Err(Failure::bad_request("page.address", message).at("body", "address"));
        }
        // What could not be read is counted and named.
        let _ = scanning.page(&page.address, page.html.as_bytes());
    }
    Ok(scanning)
}

fn told(scan: LinkScan) -> Told {
    let found = scan.found.into_iter();
    Told {
        pages: scan.pages,
        unread_pages: scan.unread_pages,
        unread: scan.unread,
        links: scan.links,
        old_links: scan.old_links,
        found: found.map(|one| Found { page: one.page, link: one.link }).collect(),
    }
}
