//! Old links: pages that somebody has saved are scanned for links to the earlier solution, and forgotten.

use axum::extract::Path;
use axum::extract::multipart::{Multipart, MultipartError, MultipartRejection};
use axum::http::StatusCode;
use brevdue_office::limits::FILE_BYTES;
use brevdue_programme::links::{self, Scanning};
use brevdue_programme::objects::{LinkScan, OldLink};
use brevdue_programme::permissions::Actor;
use brevdue_programme::programmes::By;

use super::desk::{Desk, Standing, Tab, settle};
use super::words;
use crate::limits::EVIDENCE_FIELD_BYTES;
use crate::markup::{self, Html, Tone, a, alert, el, h2, p, quiet, ul};
use crate::pages::reply;
use crate::visitor::{Answer, Refused, Visitor};

/// Files of one form at most.
const FILES: usize = 500;

/// Scans shown besides the newest.
const EARLIER: usize = 12;

/// What somebody sent: pages by the names of their files.
#[derive(Default)]
struct Sent {
    token: String,
    pages: Vec<(String, Vec<u8>)>,
    /// All of it is within the limits.
    whole: bool,
}

async fn read(mut form: Multipart) -> Result<Sent, MultipartError> {
    let mut sent = Sent { whole: true, ..Sent::default() };
    let mut bytes_left = FILE_BYTES;
    while let Some(field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "token" => {
                let (bytes, _) = reply::bytes(field, EVIDENCE_FIELD_BYTES).await?;
                sent.token = String::from_utf8_lossy(&bytes).into_owned();
            }
            "page" => {
                let file = field.file_name().unwrap_or_default().to_owned();
                let (bytes, whole) = reply::bytes(field, bytes_left).await?;
                bytes_left = bytes_left.saturating_sub(bytes.len());
                sent.whole &= whole && sent.pages.len() < FILES;
                if sent.whole && !(file.is_empty() && bytes.is_empty()) {
                    sent.pages.push((file, bytes));
                }
            }
            _ => {}
        }
    }
    Ok(sent)
}

/// `GET /programmes/{id}/links`
pub(crate) async fn form(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    show(&desk, StatusCode::OK, Html::none()).await
}

async fn show(desk: &Desk, status: StatusCode, said: Html) -> Answer {
    let t = desk.visitor.texts;
    let standing = desk.standing().await?;
    desk.page_with(status, t.scan_title(), Tab::Requirements, |token| {
        let mut body = said;
        body.push(p(t.scan_lead()));
        body.push(stands(desk, &standing));
        body.push(h2(t.scan_pages()));
        body.push(p(t.scan_pages_lead()));
        body.push(upload(desk, token));
        body.push(quiet(t.scan_command()));
        body.push(markup::span("code", &[], "brevdue programme links --list sider.txt --apply"));
        body.push(scans(desk));
        body.push(markup::ways([(
            desk.to(&format!("requirements/{}", links::REQUIREMENT)),
            t.scan_requirement(),
        )]));
        body
    })
    .await
}

/// How the requirement stands, and what is looked for.
fn stands(desk: &Desk, standing: &Standing) -> Html {
    let t = desk.visitor.texts;
    let id = links::requirement_id();
    let subject = brevdue_programme::checks::Subject::Authority;
    let mut body = Html::none();
    if let Some(verdict) = standing.matrix.cell(&subject, &id) {
        let reader = desk.reader();
        let said =
            [words::result(reader, verdict.result), " ".into(), verdict.why.of(reader).into()];
        body.push(p(a(&desk.to(&format!("requirements/{id}/authority")), Html::from(said))));
    }
    let requirement = standing.effective.requirement(&id);
    let addresses = requirement.and_then(|one| one.lists.get("links"));
    let addresses = addresses.filter(|list| !list.is_empty());
    let way = if addresses.is_some() { t.scan_change_list() } else { t.own_fill_here() };
    let told = addresses.map_or_else(|| "–".to_owned(), |list| list.join(", "));
    let way = a(&desk.to(&format!("requirements/{id}#limits")), way);
    body.push(p([t.scan_addresses(told).into(), " ".into(), way]));
    body
}

fn upload(desk: &Desk, token: &str) -> Html {
    let t = desk.visitor.texts;
    let input = [
        ("class", "form-input"),
        ("type", "file"),
        ("id", "page"),
        ("name", "page"),
        ("multiple", "multiple"),
        ("accept", ".html,.htm,.xhtml"),
    ];
    let label = el("label", &[("class", "form-label"), ("for", "page")], t.scan_files());
    let group = el("div", &[("class", "form-group")], [label, markup::void("input", &input)]);
    let address = desk.to("links");
    let attributes = [
        ("method", "post"),
        ("action", address.as_str()),
        ("class", "work-form"),
        ("enctype", "multipart/form-data"),
    ];
    let inside = [markup::hidden("token", token), group, markup::button(t.scan_take())];
    el("form", &attributes, Html::from(inside))
}

/// What was found before: the newest whole, the others in a line each.
fn scans(desk: &Desk) -> Html {
    let t = desk.visitor.texts;
    let mut scans: Vec<LinkScan> = desk.programme.all::<LinkScan>().map(|(_, one)| one).collect();
    scans.sort_by_key(|scan| std::cmp::Reverse(scan.at));
    let Some(newest) = scans.first() else { return quiet(t.scan_none()) };
    let mut body = h2(t.scan_newest());
    body.push(told(desk, newest));
    if scans.len() > 1 {
        let rows = scans.iter().skip(1).take(EARLIER).map(|scan| {
            vec![
                when(desk, scan),
                words::person(desk, scan.by.as_ref()).into(),
                scan.pages.to_string().into(),
                scan.unread_pages.to_string().into(),
                scan.old_links.to_string().into(),
            ]
        });
        let headings = [
            t.scan_when(),
            t.programme_who(),
            t.scan_read_pages(),
            t.scan_unread_pages(),
            t.scan_old_links(),
        ];
        body.push(markup::details(
            t.scan_earlier(),
            markup::table(t.scan_earlier(), &headings, rows),
        ));
    }
    body
}

fn when(desk: &Desk, scan: &LinkScan) -> Html {
    scan.at.map_or_else(|| "–".into(), |at| words::moment(desk.visitor.texts, at))
}

fn told(desk: &Desk, scan: &LinkScan) -> Html {
    let t = desk.visitor.texts;
    let mut body = markup::facts([
        (t.scan_when(), when(desk, scan)),
        (t.programme_who(), words::person(desk, scan.by.as_ref()).into()),
        (t.scan_read_pages(), scan.pages.to_string().into()),
        (t.scan_links(), scan.links.to_string().into()),
        (t.scan_old_links(), scan.old_links.to_string().into()),
        (t.scan_unread_pages(), scan.unread_pages.to_string().into()),
    ]);
    if !scan.found.is_empty() {
        // Addresses are shown and never links: they were found on pages of anybody.
        let rows = scan
            .found
            .iter()
            .map(|OldLink { page, link }| vec![page.as_str().into(), link.as_str().into()]);
        body.push(markup::table(t.scan_old_links(), &[t.scan_page(), t.scan_link()], rows));
        let shown = u64::try_from(scan.found.len()).unwrap_or(u64::MAX);
        if scan.old_links > shown {
            body.push(quiet(t.scan_more()));
        }
    }
    if !scan.unread.is_empty() {
        let names = scan.unread.iter().map(|name| Html::from(name.as_str()));
        body.push(markup::details(t.scan_unread_pages(), ul("", names)));
    }
    body
}

/// `POST /programmes/{id}/links`
pub(crate) async fn save(
    visitor: Visitor,
    Path(id): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Answer {
    let mut desk = Desk::open(visitor, &id).await?;
    let Ok(form) = form else { return desk.refuse(Refused::Form).await };
    let sent = match read(form).await {
        Ok(sent) => sent,
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return desk.refuse(Refused::TooLarge).await;
        }
        Err(_) => return desk.refuse(Refused::Form).await,
    };
    if !desk.visitor.is_own_form(&sent.token) {
        return desk.refuse(Refused::Form).await;
    }
    let t = desk.visitor.texts;
    if sent.pages.is_empty() || !sent.whole {
        let said = if sent.whole { t.scan_no_pages() } else { t.scan_too_large() };
        return unfit(&desk, said).await;
    }
    let standing = desk.standing().await?;
    let Some(requirement) = standing.effective.requirement(&links::requirement_id()).cloned()
    else {
        return desk.refuse(Refused::NotFound).await;
    };
    // Reading many pages takes a while, and others wait for this thread.
    let pages = sent.pages;
    let scanned = tokio::task::spawn_blocking(move || {
        let mut scanning = Scanning::new(&requirement);
        for (name, bytes) in &pages {
            // What could not be read is counted and named.
            let _ = scanning.page(name, bytes);
        }
        scanning
    });
    let scanning = match scanned.await {
        Ok(scanning) => scanning,
        Err(error) => return Err(desk.visitor.failed("pages could not be scanned", &error).await),
    };
    let now = desk.visitor.now();
    let scan = scanning.finish(now, Some(desk.me.clone()));
    if scan.pages == 0 {
        return unfit(&desk, t.scan_nothing_read()).await;
    }
    let by = By { actor: Actor::Person(desk.me.clone()), reason: "", at: now };
    if let Err(error) = desk.visitor.web.programmes.keep_scan(desk.id, &scan, by).await {
        let not_done = desk.why_not(error).await;
        return desk.not_done(not_done, "links", Tab::Requirements).await;
    }
    desk.programme = settle(&desk.visitor, desk.id).await?;
    let (tone, said) = match scan.old_links {
        0 => (Tone::Good, t.scan_found_none(i64::from(scan.pages))),
        old => (
            Tone::Warning,
            t.scan_found(i64::try_from(old).unwrap_or(i64::MAX), i64::from(scan.pages)),
        ),
    };
    show(&desk, StatusCode::OK, alert(tone, t.scan_taken(), p(said))).await
}

async fn unfit(desk: &Desk, said: &str) -> Answer {
    let t = desk.visitor.texts;
    let told = alert(Tone::Bad, t.scan_not_taken(), p(said));
    show(desk, StatusCode::UNPROCESSABLE_ENTITY, told).await
}
