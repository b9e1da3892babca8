//! Creating a programme: the authority, full or light, and the dates of a profile before they are saved.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::Redirect;
use brevdue_programme::beginning::{self, Beginning, CannotBegin, Thresholds};
use brevdue_programme::catalogue::{Catalogue, Variant};
use brevdue_programme::change::Change;
use brevdue_programme::objects::{AuthorityKind, Person, Settings, Track};
use brevdue_programme::permissions::Actor;
use brevdue_programme::programmes::By;
use brevdue_programme::{Day, ProgrammeId};

use super::desk::{reader, settle};
use super::sent::Sent;
use super::words;
use crate::markup::{self, Html, Tone, alert, choose, el, fieldset, h2, line, p, quiet};
use crate::planner::Planner;
use crate::visitor::{Answer, Chrome, Refused, Section, Visitor};

/// The questions of the self-assessment, in the order they are asked.
const QUESTIONS: [&str; 5] =
    ["sender_systems", "receiver_systems", "messages_a_year", "suppliers", "in_house_integrations"];

#[derive(Template)]
#[template(path = "programme/bare.html")]
struct NewPage {
    chrome: Chrome,
    title: String,
    body: Html,
}

/// `GET /programmes/new`
pub(crate) async fn form(visitor: Visitor) -> Answer {
    show(visitor, &Sent::default(), StatusCode::OK, None).await
}

/// `POST /programmes/new`: looks at the dates first, then creates.
pub(crate) async fn create(
    visitor: Visitor,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Answer {
    let sent = form.ok().and_then(|Form(pairs)| Sent::new(pairs));
    let Some(sent) = sent.filter(|sent| visitor.is_own_form(sent.one("token"))) else {
        return Err(visitor.refuse(Refused::Form).await);
    };
    if sent.has("preview") {
        return show(visitor, &sent, StatusCode::OK, None).await;
    }
    let begun = begun(&visitor, &sent);
    let changes = match begun {
        Ok(changes) => changes,
        Err(fault) => {
            return show(visitor, &sent, StatusCode::UNPROCESSABLE_ENTITY, Some(fault)).await;
        }
    };
    let me: brevdue_programme::Key = "M-001".parse().expect("letters, a dash and digits");
    let id = ProgrammeId(visitor.exchange().ids().random());
    let mut visitor = visitor;
    let by = By { actor: Actor::Person(me.clone()), reason: "", at: visitor.now() };
    match visitor.web.programmes.begin(id, &changes, by).await {
        // What is told already closes the first tasks.
        Ok(_) => settle(&visitor, id).await?,
        Err(error) => return Err(visitor.failed("a programme could not be begun", &error).await),
    };
    let now = visitor.now();
    visitor.begin_planning(Planner::begin(id, me, now));
    Ok(visitor.finish(Redirect::to(&format!("/programmes/{id}"))))
}

fn begun(visitor: &Visitor, sent: &Sent) -> Result<Vec<Change>, String> {
    let t = visitor.texts;
    let catalogue = Catalogue::shipped();
    let name = sent.one("person").trim();
    if name.is_empty() || name.chars().count() > beginning::NAME_CHARACTERS {
        return Err(t.work_new_needs_person().to_owned());
    }
    let Ok(Some(start)) = sent.day("start") else {
        return Err(t.work_new_needs_start().to_owned());
    };
    let cvr = sent.one("cvr").split(|c: char| c.is_whitespace() || c == ',');
    let cvr: BTreeSet<String> = cvr.filter(|text| !text.is_empty()).map(str::to_owned).collect();
    let authority = sent.one("authority").trim();
    let beginning = Beginning {
        name: match sent.one("name").trim() {
            "" => t.work_new_name_of(authority),
            name => name.to_owned(),
        },
        authority: authority.to_owned(),
        cvr,
        kind: AuthorityKind::from_word(sent.one("kind")).unwrap_or(AuthorityKind::Kommune),
        track: Track::from_word(sent.one("track")).unwrap_or(Track::NewAdoption),
        variant: variant_of(sent),
        profile: default_profile(sent).parse().map_err(|_| t.work_new_no_profile().to_owned())?,
        start,
    };
    let mut changes = beginning::begin(&beginning, catalogue).map_err(|why| match why {
        CannotBegin::Name { .. } => t.work_new_needs_name().to_owned(),
        CannotBegin::Cvr => t.work_new_bad_cvr().to_owned(),
        CannotBegin::UnknownProfile(..) => t.work_new_no_profile().to_owned(),
        other => t.programme_refused(other.to_string()),
    })?;
    let answers = answers(sent);
    for change in &mut changes {
        // The answers that led to full or light are kept with the choice.
        if let brevdue_programme::change::What::Add { body } = &mut change.what
            && change.kind == brevdue_programme::objects::Kind::Settings
            && let Ok(settings) = serde_json::from_value::<Settings>(body.clone())
        {
            let settings = Settings {
                assessment: answers.clone(),
                contact: sent.one("person").trim().to_owned(),
                ..settings
            };
            *change = Change::add(change.key.clone(), &settings);
        }
    }
    let mut roles = BTreeSet::from(["pm".parse().expect("a role is a key")]);
    if sent.has("owner_too") {
        roles.insert("owner".parse().expect("a role is a key"));
    }
    let person = Person {
        name: name.to_owned(),
        email: sent.one("email").trim().to_owned(),
        roles,
        ..Person::default()
    };
    changes.push(Change::add("M-001".parse().expect("letters, a dash and digits"), &person));
    Ok(changes)
}

fn variant_of(sent: &Sent) -> Variant {
    match sent.one("variant") {
        "light" => Variant::Light,
        "full" => Variant::Full,
        _ => beginning::assess(&answers(sent), &Thresholds::default()).0,
    }
}

fn answers(sent: &Sent) -> BTreeMap<String, i64> {
    let read = |question: &str| sent.one(question).trim().parse::<i64>().ok();
    let known = QUESTIONS.iter().filter_map(|question| {
        Some(((*question).to_owned(), read(question).filter(|answer| *answer >= 0)?))
    });
    known.collect()
}

async fn show(
    mut visitor: Visitor,
    sent: &Sent,
    status: StatusCode,
    fault: Option<String>,
) -> Answer {
    if !visitor.web.config.local_mode {
        return Err(visitor.refuse(Refused::SignIn).await);
    }
    visitor.need_session().await?;
    let t = visitor.texts;
    let chrome = visitor.chrome(t.work_new(), Section::None, None).await?;
    let today = Day::of(visitor.now()).ok();
    let mut body = el("p", &[("class", "font-lead")], t.work_new_lead());
    if let Some(fault) = fault {
        body.push(alert(Tone::Bad, t.programme_not_saved(), p(fault)));
    }
    let mut inside = authority(&visitor, sent);
    inside.push(assessment(&visitor, sent));
    inside.push(dates(&visitor, sent, today));
    inside.push(el(
        "p",
        &[("class", "button-row")],
        [
            markup::lesser("preview", "1", t.work_new_preview()),
            " ".into(),
            el(
                "button",
                &[("class", "button button-primary"), ("type", "submit")],
                t.work_new_create(),
            ),
        ],
    ));
    body.push(markup::form("/programmes/new", &chrome.token, inside));
    if sent.has("preview") {
        body.push(preview(&visitor, sent, today));
    }
    let page = NewPage { title: t.work_new().to_owned(), chrome, body };
    visitor.page_with(status, &page)
}

fn authority(visitor: &Visitor, sent: &Sent) -> Html {
    let t = visitor.texts;
    let reader = reader(visitor);
    let kinds = AuthorityKind::ALL.iter();
    let kinds = kinds.map(|kind| (kind.word().to_owned(), kind.label(reader).to_owned()));
    fieldset(
        t.work_new_authority(),
        vec![
            line("authority", "authority", t.work_new_authority_name(), sent.one("authority")),
            line("cvr", "cvr", t.work_new_cvr(), sent.one("cvr")),
            choose("kind", "kind", t.work_new_kind(), kinds, sent.one("kind")),
            line("name", "name", t.work_new_name(), sent.one("name")),
            line("person", "person", t.work_new_person(), sent.one("person")),
            line("email", "email", t.work_new_email(), sent.one("email")),
            markup::tick(
                "owner_too",
                "owner_too",
                "1",
                t.work_new_owner_too(),
                sent.has("owner_too"),
            ),
        ],
    )
}

/// A question of the self-assessment in words.
pub(crate) fn question(t: crate::texts::Texts, question: &str) -> String {
    match question {
        "sender_systems" => t.work_question_senders().to_owned(),
        "receiver_systems" => t.work_question_receivers().to_owned(),
        "messages_a_year" => t.work_question_messages().to_owned(),
        "suppliers" => t.work_question_suppliers().to_owned(),
        "in_house_integrations" => t.work_question_integrations().to_owned(),
        other => other.to_owned(),
    }
}

fn assessment(visitor: &Visitor, sent: &Sent) -> Html {
    let t = visitor.texts;
    let reader = reader(visitor);
    let mut inside = quiet(t.work_assessment_lead());
    for question in QUESTIONS {
        inside.push(markup::number(
            question,
            question,
            &self::question(t, question),
            sent.one(question),
        ));
    }
    let answers = answers(sent);
    let (proposed, assessed) = beginning::assess(&answers, &Thresholds::default());
    if !answers.is_empty() {
        let against = assessed.iter().filter(|one| !one.holds);
        let against: Vec<String> = against
            .map(|one| t.work_assessment_over(self::question(t, &one.question), one.at_most))
            .collect();
        let mut told = p(t.work_assessment_proposes(words::variant(reader, proposed)));
        told.push(markup::ul("", against.into_iter().map(Html::from)));
        inside.push(alert(Tone::Info, "", told));
    }
    let options = [
        (String::new(), t.work_assessment_follow().to_owned()),
        ("full".to_owned(), words::variant(reader, Variant::Full).to_owned()),
        ("light".to_owned(), words::variant(reader, Variant::Light).to_owned()),
    ];
    inside.push(choose("variant", "variant", t.work_new_variant(), options, sent.one("variant")));
    fieldset(t.work_assessment(), inside)
}

fn dates(visitor: &Visitor, sent: &Sent, today: Option<Day>) -> Html {
    let t = visitor.texts;
    let reader = reader(visitor);
    let profiles = Catalogue::shipped().profiles.iter();
    let profiles = profiles.map(|profile| {
        let called = format!("{}: {}", profile.name.of(reader), profile.meaning.of(reader));
        (profile.id.to_string(), called)
    });
    let tracks = Track::ALL.iter();
    let tracks = tracks.map(|track| (track.word().to_owned(), track.label(reader).to_owned()));
    let start = match (sent.one("start"), today) {
        ("", Some(today)) => today.to_string(),
        (written, _) => written.to_owned(),
    };
    let track = match sent.one("track") {
        "" => Track::NewAdoption.word(),
        track => track,
    };
    fieldset(
        t.work_new_dates(),
        vec![
            choose("profile", "profile", t.work_new_profile(), profiles, &default_profile(sent)),
            markup::day("start", "start", t.work_new_start(), &start),
            choose("track", "track", t.work_new_track(), tracks, track),
        ],
    )
}

/// Legacy formats cannot be used any more: who begins today joins as new.
fn default_profile(sent: &Sent) -> String {
    match sent.one("profile") {
        "" => beginning::defaults(Track::NewAdoption).0.to_owned(),
        chosen => chosen.to_owned(),
    }
}

fn preview(visitor: &Visitor, sent: &Sent, today: Option<Day>) -> Html {
    let t = visitor.texts;
    let reader = reader(visitor);
    let catalogue = Catalogue::shipped();
    let start = sent.day("start").ok().flatten().or(today);
    let (Some(start), Ok(profile)) = (start, default_profile(sent).parse()) else {
        return Html::none();
    };
    let variant = variant_of(sent);
    let Ok(dates) = beginning::dates(catalogue, &profile, variant, start) else {
        return alert(Tone::Bad, "", p(t.work_new_no_profile()));
    };
    let rows = catalogue.milestones.iter().map(|kind| {
        let held = dates.iter().find(|(id, _)| *id == kind.id).map(|(_, milestone)| milestone);
        let mut day = words::maybe_day(t, held.and_then(|held| held.day));
        if let Some(time) = held.and_then(|held| held.time.clone()) {
            day.push(format!(" {time}"));
        }
        if let Some(until) = held.and_then(|held| held.until) {
            day.push(" – ");
            day.push(words::day(t, until));
        }
        vec![kind.name.of(reader).into(), day, kind.meaning.of(reader).into()]
    });
    [
        h2(t.work_new_milestones()),
        p(t.work_new_milestones_lead(words::variant(reader, variant))),
        markup::table(
            t.work_new_milestones(),
            &[t.work_milestone(), t.work_day(), t.work_meaning()],
            rows,
        ),
    ]
    .into()
}
