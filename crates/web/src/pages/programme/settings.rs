//! What a programme is set to, and switching between the full and the light version.

use axum::extract::Path;
use axum::http::StatusCode;
use brevdue_programme::beginning;
use brevdue_programme::catalogue::Variant;
use brevdue_programme::change::Change;
use brevdue_programme::objects::{AuthorityKind, Level, Settings, Track};
use brevdue_programme::programme::settings_key;

use super::desk::{Desk, FormOf, NotDone, Tab};
use super::sent::Sent;
use super::words;
use crate::markup::{self, Html, Tone, alert, fieldset, h2, p, quiet, ul};
use crate::visitor::{Answer, Refused, Visitor};

/// `GET /programmes/{id}/settings`
pub(crate) async fn form(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let settings = desk.settings.clone();
    show(&desk, &settings, StatusCode::OK, None).await
}

async fn show(desk: &Desk, shown: &Settings, status: StatusCode, fault: Option<String>) -> Answer {
    let t = desk.visitor.texts;
    let base = serde_json::to_string(&desk.settings).unwrap_or_default();
    desk.page_with(status, t.work_settings(), Tab::Settings, |token| {
        let mut body = Html::none();
        if let Some(fault) = fault {
            body.push(alert(Tone::Bad, t.programme_not_saved(), p(fault)));
        } else if desk.visitor.query("said").is_some() {
            body.push(alert(Tone::Good, "", p(t.programme_saved())));
        }
        let mut inside = markup::hidden("base", &base);
        inside.push(authority(desk, shown));
        inside.push(contact_structure(desk, shown));
        inside.push(status_fields(desk, shown));
        inside.push(markup::button(t.programme_save()));
        body.push(markup::form(&desk.to("settings"), token, inside));
        let other = match desk.settings.variant {
            Variant::Full => Variant::Light,
            Variant::Light => Variant::Full,
        };
        body.push(h2(t.catalogue_title()));
        body.push(p(t.catalogue_lead()));
        body.push(markup::ways([(desk.to("catalogue"), t.catalogue_title())]));
        body.push(h2(t.work_switch()));
        body.push(p(t.work_switch_lead()));
        body.push(markup::ways([(
            desk.to("settings/switch"),
            words::variant(desk.reader(), other),
        )]));
        body
    })
    .await
}

fn authority(desk: &Desk, shown: &Settings) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let cvr: Vec<&str> = shown.cvr.iter().map(String::as_str).collect();
    let kinds = AuthorityKind::ALL.iter();
    let kinds = kinds.map(|one| (one.word().to_owned(), one.label(reader).to_owned()));
    let tracks = Track::ALL.iter();
    let tracks = tracks.map(|one| (one.word().to_owned(), one.label(reader).to_owned()));
    let levels = Level::ALL.iter();
    let levels = levels.map(|one| (one.word().to_owned(), one.label(reader).to_owned()));
    let levels = std::iter::once((String::new(), "–".to_owned())).chain(levels);
    let level = shown.ambition.map_or("", Level::word);
    fieldset(
        t.work_new_authority(),
        vec![
            markup::line("name", "name", t.work_settings_name(), &shown.name),
            markup::line("authority", "authority", t.work_new_authority_name(), &shown.authority),
            markup::line("cvr", "cvr", t.work_new_cvr(), &cvr.join(", ")),
            markup::choose("kind", "kind", t.work_new_kind(), kinds, shown.kind.word()),
            markup::area("units", "units", t.work_settings_units(), &shown.units.join("\n")),
            markup::line("contact", "contact", t.work_settings_contact(), &shown.contact),
            markup::choose("track", "track", t.work_new_track(), tracks, shown.track.word()),
            markup::choose("ambition", "ambition", t.work_settings_ambition(), levels, level),
            markup::area("basis", "basis", t.work_settings_basis(), &shown.project_basis),
            markup::line("reporting", "reporting", t.work_settings_reporting(), &shown.reporting),
            markup::tick("archived", "archived", "1", t.work_settings_archived(), shown.archived),
        ],
    )
}

fn contact_structure(desk: &Desk, shown: &Settings) -> Html {
    let t = desk.visitor.texts;
    let day =
        |day: Option<brevdue_programme::Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let reviewed = day(shown.contact_structure_reviewed);
    let changed = day(shown.organisation_changed);
    fieldset(
        t.work_contacts(),
        vec![
            markup::line(
                "office",
                "office",
                t.work_contact_office(),
                &shown.contact_structure_office,
            ),
            markup::line(
                "deputy",
                "deputy",
                t.work_contact_deputy(),
                &shown.contact_structure_deputy,
            ),
            markup::day("reviewed", "reviewed", t.work_contact_reviewed(), &reviewed),
            markup::day("changed", "changed", t.work_organisation_changed(), &changed),
        ],
    )
}

fn status_fields(desk: &Desk, shown: &Settings) -> Html {
    let t = desk.visitor.texts;
    let lights = [
        (String::new(), t.work_light_computed().to_owned()),
        ("green".to_owned(), t.work_green().to_owned()),
        ("yellow".to_owned(), t.work_yellow().to_owned()),
        ("red".to_owned(), t.work_red().to_owned()),
    ];
    let light = shown.light_by_hand.as_deref().unwrap_or_default();
    fieldset(
        t.work_light(),
        vec![
            quiet(t.work_light_hint()),
            markup::choose("light", "light", t.work_light_by_hand(), lights, light),
            markup::area("light_comment", "light_comment", t.work_comment(), &shown.light_comment),
        ],
    )
}

fn read(desk: &Desk, base: &Settings, sent: &Sent) -> Result<Settings, Box<(Settings, String)>> {
    let t = desk.visitor.texts;
    let cvr = sent.one("cvr").split(|c: char| c.is_whitespace() || c == ',');
    let units = sent.one("units").lines().map(str::trim).filter(|unit| !unit.is_empty());
    let text = |name: &str| sent.one(name).trim().to_owned();
    let light =
        Some(text("light")).filter(|light| ["green", "yellow", "red"].contains(&light.as_str()));
    let mut after = Settings {
        name: text("name"),
        authority: text("authority"),
        cvr: cvr.filter(|one| !one.is_empty()).map(str::to_owned).collect(),
        kind: AuthorityKind::from_word(sent.one("kind")).unwrap_or(base.kind),
        units: units.map(str::to_owned).collect(),
        contact: text("contact"),
        track: Track::from_word(sent.one("track")).unwrap_or(base.track),
        ambition: Level::from_word(sent.one("ambition")),
        project_basis: text("basis"),
        reporting: text("reporting"),
        archived: sent.has("archived"),
        contact_structure_office: text("office"),
        contact_structure_deputy: text("deputy"),
        light_by_hand: light,
        light_comment: text("light_comment"),
        ..base.clone()
    };
    let days = (sent.day("reviewed"), sent.day("changed"));
    let (Ok(reviewed), Ok(changed)) = days else {
        return Err(Box::new((after, t.work_bad_day().to_owned())));
    };
    after.contact_structure_reviewed = reviewed;
    after.organisation_changed = changed;
    let too_long =
        |text: &String| text.is_empty() || text.chars().count() > beginning::NAME_CHARACTERS;
    if too_long(&after.name) || too_long(&after.authority) {
        return Err(Box::new((after, t.work_settings_needs_names().to_owned())));
    }
    if !after.cvr.iter().all(|cvr| cvr.len() == 8 && cvr.bytes().all(|b| b.is_ascii_digit())) {
        return Err(Box::new((after, t.work_new_bad_cvr().to_owned())));
    }
    if after.light_by_hand.is_some() && after.light_comment.is_empty() {
        return Err(Box::new((after, t.work_light_needs_comment().to_owned())));
    }
    Ok(after)
}

/// `POST /programmes/{id}/settings`
pub(crate) async fn save(visitor: Visitor, Path(id): Path<String>, form: FormOf) -> Answer {
    let mut desk = Desk::open(visitor, &id).await?;
    let sent = desk.sent(form).await?;
    let Ok(base) = serde_json::from_str::<Settings>(sent.one("base")) else {
        return desk.refuse(Refused::Form).await;
    };
    let after = match read(&desk, &base, &sent) {
        Ok(after) => after,
        Err(refused) => {
            let (after, fault) = *refused;
            return show(&desk, &after, StatusCode::UNPROCESSABLE_ENTITY, Some(fault)).await;
        }
    };
    let changes: Vec<Change> = Change::edit(settings_key(), &base, &after).into_iter().collect();
    match desk.change(&changes, "").await {
        Ok(()) => desk.redirect("settings?said=saved"),
        Err(NotDone::Said(status, said)) => show(&desk, &after, status, Some(said)).await,
        Err(not_done) => desk.not_done(not_done, "settings", Tab::Settings).await,
    }
}

/// `GET /programmes/{id}/settings/switch`: what switching comes to.
pub(crate) async fn switch(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let standing = desk.standing().await?;
    let to = other(&desk);
    let catalogue = standing.effective.catalogue();
    let (now, today) = (desk.visitor.now(), standing.plan.today);
    let switch = match beginning::switch(&desk.programme, catalogue, to, now, today) {
        Ok(switch) => switch,
        Err(error) => {
            return Err(desk.visitor.failed("a switch could not be reckoned", &error).await);
        }
    };
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let title = t.work_switch_to(words::variant(reader, to));
    desk.page(&title, Tab::Settings, |token| {
        let mut body = alert(Tone::Info, t.work_not_moved_yet(), p(t.work_switch_keeps()));
        let named = |id: &brevdue_programme::TaskId| {
            let title = standing.effective.task(id).map_or("", |task| task.title.of(reader));
            format!("{id} {title}")
        };
        body.push(h2(t.work_switch_marked()));
        let marked = switch.marked.iter().map(|(task, subject)| {
            let subject = subject.as_ref().map(|key| format!(" ({key})")).unwrap_or_default();
            Html::from(format!("{}{subject}", named(task)))
        });
        body.push(or_nothing(&desk, ul("", marked)));
        body.push(h2(t.work_switch_new()));
        body.push(or_nothing(&desk, ul("", switch.new.iter().map(|id| named(id).into()))));
        body.push(h2(t.work_effect_on_milestones()));
        let moved = switch.moved.iter().map(|(id, from, to)| {
            let name = standing.effective.milestone(id);
            let name = name.map_or(id.as_str(), |kind| kind.name.of(reader));
            vec![name.into(), words::maybe_day(t, *from), words::maybe_day(t, *to)]
        });
        let headings = [t.work_milestone(), t.programme_from(), t.programme_to()];
        body.push(markup::table(t.work_effect_on_milestones(), &headings, moved));
        let inside = markup::button(&title);
        body.push(markup::form(&desk.to("settings/switch"), token, inside));
        body.push(markup::ways([(desk.to("settings"), t.work_back())]));
        body
    })
    .await
}

fn or_nothing(desk: &Desk, list: Html) -> Html {
    if list == Html::none() { p(desk.visitor.texts.programme_complete()) } else { list }
}

fn other(desk: &Desk) -> Variant {
    match desk.settings.variant {
        Variant::Full => Variant::Light,
        Variant::Light => Variant::Full,
    }
}

/// `POST /programmes/{id}/settings/switch`
pub(crate) async fn switch_now(visitor: Visitor, Path(id): Path<String>, form: FormOf) -> Answer {
    let mut desk = Desk::open(visitor, &id).await?;
    desk.sent(form).await?;
    let standing = desk.standing().await?;
    let catalogue = standing.effective.catalogue();
    let (now, today) = (desk.visitor.now(), standing.plan.today);
    let switched = beginning::switch(&desk.programme, catalogue, other(&desk), now, today);
    let switch = match switched {
        Ok(switch) => switch,
        Err(error) => {
            return Err(desk.visitor.failed("a switch could not be reckoned", &error).await);
        }
    };
    match desk.change(&switch.changes, "").await {
        Ok(()) => desk.redirect("packages"),
        Err(not_done) => desk.not_done(not_done, "settings", Tab::Settings).await,
    }
}
