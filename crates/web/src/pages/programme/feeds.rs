//! Calendars by a link: a person's own tasks, those of an area, or the whole programme, in the calendar
//! program they use every day.
//!
//! A link opens without signing in and carries a secret of which only the SHA-256 is kept; it expires and can
//! be taken back. What a feed told last is remembered, so that an entry that moved is moved in its readers'
//! calendars, and one that is gone is cancelled.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::Response;
use brevdue_office::calendar::Told;
use brevdue_office::of_plan::Whose;
use brevdue_office::reporting::Asked;
use brevdue_programme::change::Change;
use brevdue_programme::objects::{Feed, Kind, Person};
use brevdue_programme::{Day, Key, ProgrammeId};
use sha2::{Digest as _, Sha256};

use super::desk::{Desk, FormOf, NotDone, Standing, Tab, standing};
use super::secret::{self, Secret};
use super::sent::Sent;
use super::words;
use crate::limits::{FEED_DAYS, FEED_MOST_DAYS, FEED_NAME_CHARACTERS, FEED_TRIES, FEEDS};
use crate::markup::{self, Html, Tone, alert, badge, h2, p, quiet};
use crate::visitor::{Answer, Refusal, Refused, Visitor};

/// What the form calls one's own tasks, and the whole programme. An area goes by its id.
const MINE: &str = "mine";
const ALL: &str = "all";

/// `GET /programmes/{id}/calendars`
pub(crate) async fn feeds(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    show(&desk, StatusCode::OK, None).await
}

/// The feeds that whoever works here may take back: their own, or all when they lead.
fn own(desk: &Desk) -> Vec<(Key, Feed)> {
    let leads = desk.person.roles.iter().any(|role| matches!(role.as_str(), "pm" | "owner"));
    let feeds = desk.programme.all::<Feed>();
    let own = feeds.filter(|(_, feed)| leads || feed.person.as_ref() == Some(&desk.me));
    own.map(|(key, feed)| (key.clone(), feed)).collect()
}

async fn show(desk: &Desk, status: StatusCode, said: Option<Html>) -> Answer {
    let t = desk.visitor.texts;
    let standing = desk.standing().await?;
    let today = standing.plan.today;
    desk.page_with(status, t.feed_title(), Tab::Calendars, |token| {
        let mut body = said.unwrap_or_default();
        body.push(p(t.feed_lead()));
        body.push(existing(desk, &standing, token));
        body.push(h2(t.feed_new()));
        let areas = standing.effective.catalogue().areas.iter();
        let areas =
            areas.map(|area| (area.id.to_string(), t.feed_area(area.name.of(desk.reader()))));
        let covers = [
            (MINE.to_owned(), t.feed_mine().to_owned()),
            (ALL.to_owned(), t.feed_all().to_owned()),
        ];
        let until = today.plus_days(FEED_DAYS).to_string();
        let inside = vec![
            markup::hidden("what", "create"),
            markup::choose(
                "covers",
                "covers",
                t.feed_covers(),
                covers.into_iter().chain(areas),
                MINE,
            ),
            markup::line("name", "name", t.feed_name(), ""),
            markup::day("expires", "expires", t.work_expires(), &until),
            markup::button(t.feed_create()),
        ];
        body.push(markup::form(&desk.to("calendars"), token, inside));
        body.push(quiet(t.feed_rights()));
        body.push(h2(t.feed_file()));
        body.push(p(t.feed_file_lead()));
        body.push(markup::ways([(desk.to("reports/R6.ics"), t.feed_file_get())]));
        body
    })
    .await
}

fn existing(desk: &Desk, standing: &Standing, token: &str) -> Html {
    let t = desk.visitor.texts;
    let own = own(desk);
    if own.is_empty() {
        return Html::none();
    }
    let today = standing.plan.today;
    let rows = own.iter().map(|(key, feed)| {
        let is_over = feed.expires.is_some_and(|expires| expires < today);
        let state = match (feed.revoked, is_over) {
            (true, _) => badge(Tone::Quiet, t.work_revoked()),
            (false, true) => badge(Tone::Quiet, t.work_expired()),
            (false, false) => badge(Tone::Good, t.work_open()),
        };
        let act = if feed.revoked || is_over {
            Html::none()
        } else {
            let words = [t.work_revoke().into(), markup::unseen(format!(" {key}"))];
            let inside =
                [markup::hidden("feed", key.as_str()), markup::lesser("what", "revoke", words)];
            markup::form(&desk.to("calendars"), token, inside)
        };
        let covers = match (&feed.person, &feed.area) {
            (Some(person), _) => t.feed_of(desk.name_of(Kind::Person, person.as_str())),
            (None, Some(area)) => {
                let mut areas = standing.effective.catalogue().areas.iter();
                let known = areas.find(|known| known.id == *area);
                t.feed_area(known.map_or(area.as_str(), |area| area.name.of(desk.reader())))
            }
            (None, None) => t.feed_all().to_owned(),
        };
        let name = format!("{key} {}", feed.name);
        vec![name.into(), covers.into(), state, words::maybe_day(t, feed.expires), act]
    });
    let headings = [
        t.feed_link(),
        t.feed_covers(),
        t.work_state(),
        t.work_expires(),
        t.work_questionnaire_act(),
    ];
    markup::table(t.feed_links(), &headings, rows)
}

/// `POST /programmes/{id}/calendars`: a new link, or one is taken back.
pub(crate) async fn save(visitor: Visitor, Path(id): Path<String>, form: FormOf) -> Answer {
    let mut desk = Desk::open(visitor, &id).await?;
    let sent = desk.sent(form).await?;
    if sent.one("what") == "revoke" {
        let wanted = sent.one("feed").parse::<Key>().ok();
        let Some((key, before)) =
            own(&desk).into_iter().find(|(key, _)| Some(key) == wanted.as_ref())
        else {
            return desk.refuse(Refused::NotFound).await;
        };
        let after = Feed { revoked: true, ..before.clone() };
        let changes: Vec<Change> = Change::edit(key, &before, &after).into_iter().collect();
        return match desk.change(&changes, "").await {
            Ok(()) => desk.redirect("calendars"),
            Err(not_done) => desk.not_done(not_done, "calendars", Tab::Calendars).await,
        };
    }
    let secret = match Secret::new(desk.id) {
        Ok(secret) => secret,
        Err(error) => return Err(desk.visitor.failed("a link could not be made", &error).await),
    };
    let standing = desk.standing().await?;
    let feed = match asked(&desk, &standing, &sent, &secret) {
        Ok(feed) => feed,
        Err(said) => {
            let said = alert(Tone::Bad, desk.visitor.texts.programme_not_saved(), p(said));
            return show(&desk, StatusCode::UNPROCESSABLE_ENTITY, Some(said)).await;
        }
    };
    let change = Change::add(desk.next_key(Kind::Feed, "F"), &feed);
    match desk.change(&[change], "").await {
        Ok(()) => {
            let t = desk.visitor.texts;
            let address = desk.visitor.absolute(&format!("/calendar/{}.ics", secret.words()));
            let link =
                [p(t.feed_once()), p(markup::a(&address, address.as_str())), p(t.feed_how())];
            show(&desk, StatusCode::OK, Some(alert(Tone::Good, t.feed_made(), link))).await
        }
        Err(NotDone::Said(status, said)) => {
            let said = alert(Tone::Bad, desk.visitor.texts.programme_not_saved(), p(said));
            show(&desk, status, Some(said)).await
        }
        Err(not_done) => desk.not_done(not_done, "calendars", Tab::Calendars).await,
    }
}

/// The feed that a form asks for.
fn asked(desk: &Desk, standing: &Standing, sent: &Sent, secret: &Secret) -> Result<Feed, String> {
    let t = desk.visitor.texts;
    let today = standing.plan.today;
    let live = desk.programme.all::<Feed>().filter(|(_, feed)| is_open(feed, today)).count();
    if live >= FEEDS {
        return Err(t.feed_too_many(FEEDS));
    }
    let last = today.plus_days(FEED_MOST_DAYS);
    let expires = match sent.day("expires") {
        Ok(None) => today.plus_days(FEED_DAYS),
        Ok(Some(day)) if day >= today && day <= last => day,
        _ => return Err(t.feed_bad_day(words::plain_day(t, last))),
    };
    let (person, area) = match sent.one("covers") {
        MINE => (Some(desk.me.clone()), None),
        ALL => (None, None),
        area => {
            let mut areas = standing.effective.catalogue().areas.iter();
            let area = areas.find(|known| known.id.as_str() == area);
            let area = area.ok_or_else(|| t.feed_no_area().to_owned())?;
            (None, Some(area.id.clone()))
        }
    };
    Ok(Feed {
        name: sent.one("name").trim().chars().take(FEED_NAME_CHARACTERS).collect(),
        person,
        area,
        language: desk.reader(),
        expires: Some(expires),
        token_sha256: secret.sha256(),
        revoked: false,
    })
}

fn is_open(feed: &Feed, today: Day) -> bool {
    !feed.revoked && feed.expires.is_none_or(|expires| today <= expires)
}

/// `GET /calendar/{file}`: the calendar of a link. What is unknown, over or taken back looks the same.
pub(crate) async fn calendar(visitor: Visitor, Path(file): Path<String>) -> Answer {
    let now = visitor.now();
    if visitor.web.guesses.are_too_many(now) {
        return Err(Refusal::of(visitor.finish(StatusCode::TOO_MANY_REQUESTS)));
    }
    let secret = file.strip_suffix(".ics").unwrap_or_default();
    let found = match secret::programme_of(secret) {
        Some(id) => find(&visitor, id, secret).await?.map(|(key, feed)| (id, key, feed)),
        None => None,
    };
    let Some((id, key, feed)) = found else {
        visitor.web.guesses.wrong(now);
        return Err(visitor.refuse(Refused::NotFound).await);
    };
    let text = tell(&visitor, id, &key, &feed).await?;
    Ok(served(&visitor, text))
}

async fn find(
    visitor: &Visitor,
    id: ProgrammeId,
    secret: &str,
) -> Result<Option<(Key, Feed)>, Refusal> {
    let opened = match visitor.web.programmes.open(id).await {
        Ok(opened) => opened,
        Err(error) => return Err(visitor.failed("a programme could not be opened", &error).await),
    };
    let (Some(programme), Ok(today)) = (opened, Day::of(visitor.now())) else { return Ok(None) };
    let found = programme.all::<Feed>().find(|(_, feed)| secret::opens(secret, &feed.token_sha256));
    // Whoever left the programme reads it no more.
    let is_there = |person: &Key| programme.get::<Person>(person).is_some();
    let found =
        found.filter(|(_, feed)| is_open(feed, today) && feed.person.as_ref().is_none_or(is_there));
    Ok(found.map(|(key, feed)| (key.clone(), feed)))
}

/// The calendar as it stands, after what it tells is remembered.
async fn tell(
    visitor: &Visitor,
    id: ProgrammeId,
    key: &Key,
    feed: &Feed,
) -> Result<String, Refusal> {
    let programmes = &visitor.web.programmes;
    let standing = standing(visitor, id).await?;
    for _ in 0..FEED_TRIES {
        let kept = match programmes.told(id, key).await {
            Ok(kept) => kept,
            Err(error) => return Err(visitor.failed("a calendar could not be read", &error).await),
        };
        let (version, before) = kept.unwrap_or_default();
        let (judged, feed) = (std::sync::Arc::clone(&standing), feed.clone());
        let made = tokio::task::spawn_blocking(move || {
            // What cannot be read any more is told anew: sequences rise all the same.
            let told: Told = serde_json::from_str(&before).unwrap_or_default();
            let whose = match (&feed.person, &feed.area) {
                (Some(person), _) => Whose::Person(person),
                (None, Some(area)) => Whose::Area(area),
                (None, None) => Whose::All,
            };
            let (supplier, history) = (None, &[][..]);
            let asked = Asked { id, judged: &judged, language: feed.language, supplier, history };
            let (next, text) = asked.calendar(whose, &told);
            let changed = next != told;
            (changed.then(|| serde_json::to_string(&next)), text)
        });
        let (next, text) = match made.await {
            Ok(made) => made,
            Err(error) => return Err(visitor.failed("a calendar could not be made", &error).await),
        };
        let next = match next {
            None => return Ok(text),
            Some(Ok(next)) => next,
            Some(Err(error)) => {
                return Err(visitor.failed("a calendar could not be written", &error).await);
            }
        };
        match programmes.tell(id, key, version, &next).await {
            Ok(true) => return Ok(text),
            // Somebody read the same feed at the same time, and was told first.
            Ok(false) => {}
            Err(error) => {
                return Err(visitor.failed("a calendar could not be remembered", &error).await);
            }
        }
    }
    Err(Refusal::of(visitor.finish(StatusCode::SERVICE_UNAVAILABLE)))
}

/// The calendar as programs fetch it: only when it changed.
fn served(visitor: &Visitor, text: String) -> Response {
    let digest = Sha256::digest(text.as_bytes());
    let tag: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{tag}\"");
    let headers =
        [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    if visitor.has_tag(&tag) {
        return visitor.finish((StatusCode::NOT_MODIFIED, headers));
    }
    let kind = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, "inline; filename=\"brevdue.ics\"".to_owned()),
    ];
    visitor.finish((headers, kind, text))
}
