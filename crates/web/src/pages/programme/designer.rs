//! The markup designer: a choice of markup becomes an example message of that letter, checked like any
//! other, and shown with its actions as the citizen will see them.
//!
//! The choice stands in the address, so that the page, the message and the calendar entry are the same
//! thing asked in three ways. Only «keep» writes: the choice becomes the candidate fields of the letter.

use std::collections::BTreeSet;
use std::io;

use askama::Template;
use axum::extract::Path;
use axum::http::header;
use brevdue_memo::letter::values::{FormKey, KleNumber};
use brevdue_memo::letter::{
    About, Address, Appointment, Attention, Case, CompanyAbout, Education, Form, Identified, Kle,
    LetterDraft, LetterError, Link, Location, Mail, Markup, Named, Negatives, Organiser, Pair,
    PersonAbout, Phone, TaxUnit, Unit, Vehicle,
};
use brevdue_memo::{
    Checker, ContactPoint, Language, MemoVersion, Message, PartyId, Severity, Timestamp, calendar,
};
use brevdue_programme::change::Change;
use brevdue_programme::objects::{AuthorityKind, Direction, LetterType, MarkupField};
use brevdue_programme::potential::{self, ACTIONS, ATTENTION, CONTENT, HEADER};
use brevdue_programme::{Key, Language as Reader};

use super::desk::{Desk, FormOf, Tab};
use super::sent::Sent;
use crate::files;
use crate::headers::DOWNLOAD_POLICY;
use crate::markup::{self, Html, Tone, alert, badge, fieldset, h2, p, quiet, ul};
use crate::pages::action::{self, Card, Target};
use crate::times;
use crate::visitor::{Answer, Chrome, Refused, Section, Visitor};

/// Seconds of a day.
const DAY_SECONDS: i64 = 86_400;
/// Days from now to the deadline of an example, where nobody says otherwise.
const DEADLINE_DAYS: i64 = 14;
/// An invented person: the day of birth is raised by 60, as in test numbers.
const RECIPIENT_CPR: &str = "8809331234";
/// An invented authority, where the programme has no CVR number.
const SENDER_CVR: &str = "12345678";

#[derive(Template)]
#[template(path = "programme/example.html")]
struct CardsView {
    chrome: Chrome,
    all: Vec<Card>,
}

/// What is chosen.
struct Choice {
    key: Key,
    letter: LetterType,
    /// In words of the palette.
    fields: BTreeSet<String>,
    /// The page the actions lead to.
    url: String,
    days: i64,
    asked: bool,
}

impl Choice {
    fn of(desk: &Desk, key: &str) -> Option<Self> {
        let key: Key = key.parse().ok()?;
        let letter: LetterType = desk.programme.get(&key)?;
        let asked = desk.visitor.query("show").is_some();
        let fields = if asked {
            potential::palette().filter(|word| desk.visitor.query(word).is_some()).collect()
        } else {
            let known: BTreeSet<String> = potential::palette().collect();
            let candidates = letter.fields.iter().map(|field| field.field.clone());
            candidates.filter(|field| known.contains(field)).collect()
        };
        let url = desk.visitor.query("url").filter(|url| !url.trim().is_empty());
        let days = desk.visitor.query("days").and_then(|days| days.trim().parse().ok());
        Some(Self {
            key,
            letter,
            fields,
            url: url.unwrap_or_else(|| "https://selvbetjening.example/sag".to_owned()),
            days: days.filter(|days| (1..=3650).contains(days)).unwrap_or(DEADLINE_DAYS),
            asked,
        })
    }

    fn has(&self, word: &str) -> bool {
        self.fields.contains(word)
    }

    /// The choice as a query.
    fn query(&self) -> String {
        let mut query = String::from("show=1");
        for field in &self.fields {
            query.push_str(&format!("&{}=1", field.replace(':', "%3A")));
        }
        query.push_str(&format!("&days={}&url=", self.days));
        for byte in self.url.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
                query.push(char::from(byte));
            } else {
                query.push_str(&format!("%{byte:02X}"));
            }
        }
        query
    }

    /// The example. Its UUID is made of the letter's key, so that the same choice gives the same message.
    fn example(&self, desk: &Desk) -> Result<Message, LetterError> {
        let now = desk.visitor.now();
        let sender = desk.settings.cvr.iter().find_map(|cvr| PartyId::parse("CVR", cvr).ok());
        let invented = || PartyId::parse("CVR", SENDER_CVR).expect("eight digits");
        let recipient = PartyId::parse("CPR", RECIPIENT_CPR).expect("ten digits");
        let name = match self.letter.name.trim() {
            "" => self.key.as_str(),
            name => name,
        };
        let mut draft = LetterDraft::new(
            MemoVersion::V1_2,
            uuid_of(&self.key),
            now,
            (sender.unwrap_or_else(invented), &desk.settings.authority),
            (recipient, Some("Eksempel Eksempelsen")),
            name,
        );
        let deadline = now.plus_seconds(self.days * DAY_SECONDS);
        draft.message_code = Some(self.key.to_string());
        draft.negatives = Negatives::Written;
        draft.mandatory = self.has("header:mandatory");
        draft.legal_notification = self.has("header:legalNotification");
        draft.reply = self.has("header:reply") || self.has("header:replyByDateTime");
        draft.reply_by = self.has("header:replyByDateTime").then_some(deadline);
        draft.sender_contact_point = self.contact_point(desk);
        draft.sender_attention = self.attention(desk);
        draft.about = self.about(desk);
        draft.text = Some(desk.visitor.texts.work_example_text(name));
        draft.markup = ACTIONS
            .iter()
            .filter(|code| self.has(&format!("action:{code}")))
            .filter_map(|code| self.action(desk, code, deadline))
            .collect();
        draft.build()
    }

    fn contact_point(&self, desk: &Desk) -> Option<ContactPoint> {
        let wanted = self.letter.answer_contact_point.as_ref();
        let points = desk.programme.all::<brevdue_programme::objects::ContactPoint>();
        let mut points = points.filter(|(key, point)| {
            !point.dp_contact_point_id.is_empty() && wanted.is_none_or(|wanted| wanted == *key)
        });
        let (_, point) = points.next()?;
        let id: uuid::Uuid = point.dp_contact_point_id.parse().ok()?;
        Some(ContactPoint {
            contact_group: None,
            contact_point_id: id.to_string(),
            label: Some(point.name),
            contact_info: Vec::new(),
        })
    }

    fn attention(&self, desk: &Desk) -> Attention {
        let has = |name: &str| self.has(&format!("attention:{name}"));
        let text = |text: &str| text.parse().ok();
        let named = |name: &str| text(name).map(|name| Named { id: None, name });
        Attention {
            person: has("AttentionPerson").then(|| named("Asta Sagsbehandler")).flatten(),
            production_unit: has("ProductionUnit").then(unit).flatten(),
            gln: (has("GlobalLocationNumber"))
                .then(|| "5790000000005".parse().ok().map(|number| Location { number, name: None }))
                .flatten(),
            email: has("Email")
                .then(|| {
                    "post@myndighed.example"
                        .parse()
                        .ok()
                        .map(|address| Mail { address, agent: None })
                })
                .flatten(),
            se: has("SEnumber")
                .then(|| SENDER_CVR.parse().ok().map(|number| TaxUnit { number, name: None }))
                .flatten(),
            telephone: has("Telephone")
                .then(|| text("+45 33 00 00 00").map(|number| Phone { number, agent: None }))
                .flatten(),
            eid: has("EID")
                .then(|| text("EID-1").map(|id| Identified { id, name: None }))
                .flatten(),
            content_responsible: has("ContentResponsible")
                .then(|| named(&desk.settings.authority))
                .flatten(),
            generating_system: has("GeneratingSystem")
                .then(|| text(&self.system(desk)).map(|id| Identified { id, name: None }))
                .flatten(),
            sor: has("SORdata")
                .then(|| text("1234567").map(|id| Identified { id, name: None }))
                .flatten(),
            address: has("Address").then(address).flatten(),
        }
    }

    /// What the letter's system calls itself.
    fn system(&self, desk: &Desk) -> String {
        let key = self.letter.producing_system.as_ref().or(self.letter.sender_system.as_ref());
        let system =
            key.and_then(|key| desk.programme.get::<brevdue_programme::objects::System>(key));
        let outward = |system: &brevdue_programme::objects::System| {
            let mut interfaces = system.interfaces.iter();
            let out = interfaces.find(|one| one.direction == Some(Direction::Out))?;
            Some(out.dp_system_id.clone()).filter(|id| !id.is_empty())
        };
        match system {
            Some(system) => outward(&system).unwrap_or(system.name),
            None => "fagsystem".to_owned(),
        }
    }

    fn about(&self, desk: &Desk) -> About {
        let has = |name: &str| self.has(&format!("content:{name}"));
        let mut about = About::default();
        let version = || "1.0".parse().expect("a short text");
        let label = || self.letter.name.parse().or_else(|_| "emne".parse()).expect("a short text");
        if has("CPRdata") {
            about.person = RECIPIENT_CPR.parse().ok().map(|cpr| PersonAbout { cpr, name: None });
        }
        if has("CVRdata") {
            about.company = "13748137".parse().ok().map(|cvr| CompanyAbout { cvr, name: None });
        }
        if has("MotorVehicle") {
            about.vehicle = "XY12345".parse::<Vehicle>().ok();
        }
        if has("PropertyNumber") {
            about.property = "1234567".parse().ok();
        }
        if has("CaseID") {
            let system = self.system(desk).parse().ok();
            about.case =
                "SAG-2026-001".parse().ok().zip(system).map(|(id, system)| Case { id, system });
        }
        if has("KLEdata") {
            let known = self.letter.kle.parse::<KleNumber>().or_else(|_| "27.35.04".parse()).ok();
            about.kle =
                known.map(|number| Kle { number, facet: None, label: label(), version: version() });
        }
        if has("FORMdata") {
            let known = self.letter.form.parse::<FormKey>().or_else(|_| "18.10.05.05".parse()).ok();
            about.form =
                known.map(|key| Form { key, facet: None, label: label(), version: version() });
        }
        if has("ProductionUnit") {
            about.production_unit = unit();
        }
        if has("Education") {
            about.education = "5011".parse().ok().map(|code| Education { code, name: None });
        }
        if has("Address") {
            about.address = address();
        }
        if has("AdditionalContentData") {
            let pair = "eksempel".parse().ok().zip("værdi".parse().ok());
            about.more.extend(pair.map(|(name, value)| Pair { kind: None, name, value }));
        }
        about
    }

    fn action(&self, desk: &Desk, code: &str, deadline: Timestamp) -> Option<Markup> {
        let label = action_name(desk, code);
        let link = || Some(Link::new(&label, &self.url).ok()?.until(deadline));
        Some(match code {
            "AFTALE" => Markup::Appointment(Appointment {
                label: label.parse().ok()?,
                start: deadline,
                end: deadline.plus_seconds(30 * 60),
                place: "Rådhuset, Torvet 1".parse().ok()?,
                summary: None,
                description: None,
                organiser: desk.settings.authority.parse::<Organiser>().ok(),
                uuid: None,
            }),
            "BETALING" => Markup::Payment(link()?),
            "SELVBETJENING" => Markup::SelfService(link()?),
            "INFORMATION" => Markup::Information(Link::new(&label, &self.url).ok()?),
            "UNDERSKRIV" => Markup::Signature(link()?),
            "BEKRAEFT" => Markup::Confirmation(link()?),
            "FORBEREDELSE" => Markup::Preparation(link()?),
            "TILMELDING" => Markup::Registration(link()?),
            _ => return None,
        })
    }
}

fn unit() -> Option<Unit> {
    "1012345678".parse().ok().map(|number| Unit { number, name: None })
}

fn address() -> Option<Address> {
    "Torvet 1, 9999 Eksempelby".parse().ok().map(Address::Line)
}

/// A UUID of version 4 made of a key: the example of a letter is the same message each time.
fn uuid_of(key: &Key) -> uuid::Uuid {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::digest(key.as_str().as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

fn action_name(desk: &Desk, code: &str) -> String {
    let t = desk.visitor.texts;
    match code {
        "AFTALE" => t.action_aftale(),
        "BEKRAEFT" => t.action_bekraeft(),
        "BETALING" => t.action_betaling(),
        "FORBEREDELSE" => t.action_forberedelse(),
        "INFORMATION" => t.action_information(),
        "SELVBETJENING" => t.action_selvbetjening(),
        "TILMELDING" => t.action_tilmelding(),
        "UNDERSKRIV" => t.action_underskriv(),
        other => other,
    }
    .to_owned()
}

fn written(message: &Message) -> Result<Vec<u8>, brevdue_memo::WriteError> {
    let mut bytes = Vec::new();
    brevdue_memo::write(message, io::empty(), &mut bytes)?;
    Ok(bytes)
}

/// `GET /programmes/{id}/potential/{letter}`
pub(crate) async fn design(visitor: Visitor, Path((id, key)): Path<(String, String)>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let Some(choice) = Choice::of(&desk, &key) else {
        return desk.refuse(Refused::NotFound).await;
    };
    let t = desk.visitor.texts;
    let example = choice.example(&desk);
    let shown = match &example {
        Ok(message) => shown(&desk, &choice, message).await?,
        Err(why) => alert(Tone::Bad, t.work_example_impossible(), p(why.to_string())),
    };
    let title = t.work_designer_of(&choice.letter.name);
    desk.page(&title, Tab::Potential, |token| {
        let mut body = p(t.work_designer_lead());
        if desk.visitor.query("said").is_some() {
            body.push(alert(Tone::Good, "", p(t.programme_saved())));
        }
        body.push(palette(&desk, &choice));
        body.push(lacking(&desk, &choice));
        body.push(h2(t.work_example()));
        body.push(shown);
        body.push(keep(&desk, &choice, token));
        body
    })
    .await
}

fn palette(desk: &Desk, choice: &Choice) -> Html {
    let t = desk.visitor.texts;
    let group = |legend: &str, prefix: &str, names: &[&str]| {
        let ticks = names.iter().map(|name| {
            let word = format!("{prefix}:{name}");
            let words = match prefix {
                "action" => format!("{} ({name})", action_name(desk, name)),
                _ => (*name).to_owned(),
            };
            markup::tick(&format!("{prefix}-{name}"), &word, "1", &words, choice.has(&word))
        });
        fieldset(legend, ticks.collect::<Html>())
    };
    let inside = [
        markup::hidden("show", "1"),
        group(t.work_palette_header(), "header", &HEADER),
        group(t.work_palette_actions(), "action", &ACTIONS),
        group(t.work_palette_attention(), "attention", &ATTENTION),
        group(t.work_palette_content(), "content", &CONTENT),
        markup::number("days", "days", t.work_example_days(), &choice.days.to_string()),
        markup::line("url", "url", t.work_example_url(), &choice.url),
        markup::button(t.work_example_show()),
    ];
    markup::asking(&desk.to(&format!("potential/{}", choice.key)), inside)
}

/// What the minimum standard asks for and the choice does not hold.
fn lacking(desk: &Desk, choice: &Choice) -> Html {
    let t = desk.visitor.texts;
    let mut carried = choice.fields.clone();
    // Decided by the letter itself, whatever is ticked: every message of ours writes them.
    for always in
        ["messageType", "messageUUID", "label", "Sender", "mandatory", "legalNotification", "reply"]
    {
        carried.insert(format!("header:{always}"));
    }
    if choice.contact_point(desk).is_some() {
        carried.insert("header:ContactPoint".to_owned());
    }
    let kind: AuthorityKind = desk.settings.kind;
    let lacking = potential::lacking(&choice.letter, kind, &carried);
    if lacking.is_empty() {
        return alert(Tone::Good, "", p(t.work_standard_met()));
    }
    alert(
        Tone::Warning,
        t.work_standard_lacks(),
        ul("", lacking.iter().map(|field| markup::span("code", &[], *field))),
    )
}

/// The example as its receiver sees it, and what the check says.
async fn shown(
    desk: &Desk,
    choice: &Choice,
    message: &Message,
) -> Result<Html, crate::visitor::Refusal> {
    let t = desk.visitor.texts;
    let now = desk.visitor.now();
    let bytes = match written(message) {
        Ok(bytes) => bytes,
        Err(error) => {
            return Err(desk.visitor.failed("an example could not be written", &error).await);
        }
    };
    // Reading from memory does not fail; the findings tell what is wrong.
    let checked = Checker::default().check(bytes.as_slice());
    let findings = match checked {
        Ok(reading) => reading.findings,
        Err(error) => {
            return Err(desk.visitor.failed("an example could not be read", &error).await);
        }
    };
    let language = match desk.reader() {
        Reader::Da => Language::Danish,
        Reader::En => Language::English,
    };
    let errors = findings.list.iter().filter(|one| one.severity == Severity::Error).count();
    let warned = findings.list.iter().any(|one| one.severity == Severity::Warning);
    let mut body = match (errors, warned) {
        (0, false) => alert(Tone::Good, "", p(t.work_example_valid())),
        (0, true) => alert(Tone::Warning, "", p(t.work_example_warned())),
        _ => alert(Tone::Bad, "", p(t.work_example_invalid())),
    };
    body.push(ul(
        "",
        findings.list.iter().map(|one| -> Html {
            let tone = match one.severity {
                Severity::Error => Tone::Bad,
                Severity::Warning => Tone::Warning,
                Severity::Info => Tone::Info,
            };
            [badge(tone, one.rule), " ".into(), one.text(language).into()].into()
        }),
    ));
    let actions = message.body.iter().flat_map(|body| body.main_document.actions.iter());
    let mut all: Vec<Card> =
        actions.enumerate().map(|(at, action)| action::card(t, action, "", (0, at), now)).collect();
    for card in &mut all {
        if let Target::Appointment(appointment) = &mut card.target {
            appointment.calendar =
                desk.to(&format!("potential/{}/example.ics?{}", choice.key, choice.query()));
        }
    }
    action::sort(&mut all);
    body.push(markup::h3(t.work_example_cards()));
    if all.is_empty() {
        body.push(p(t.work_example_no_cards()));
    } else {
        let chrome = desk.visitor.chrome("", Section::None, None).await?;
        match Html::of_template(&CardsView { chrome, all }) {
            Ok(cards) => body.push(cards),
            Err(error) => {
                return Err(desk.visitor.failed("cards could not be written", &error).await);
            }
        }
    }
    body.push(markup::ways([(
        desk.to(&format!("potential/{}/example.xml?{}", choice.key, choice.query())),
        t.work_example_download(),
    )]));
    Ok(body)
}

fn keep(desk: &Desk, choice: &Choice, token: &str) -> Html {
    let t = desk.visitor.texts;
    if !choice.asked {
        return Html::none();
    }
    let mut inside = quiet(t.work_keep_lead());
    for field in &choice.fields {
        inside.push(markup::hidden("field", field));
    }
    inside.push(markup::button(t.work_keep()));
    markup::form(&desk.to(&format!("potential/{}", choice.key)), token, inside)
}

/// `POST /programmes/{id}/potential/{letter}`: the choice becomes the letter's candidate fields.
pub(crate) async fn save(
    visitor: Visitor,
    Path((id, key)): Path<(String, String)>,
    form: FormOf,
) -> Answer {
    let mut desk = Desk::open(visitor, &id).await?;
    let sent: Sent = desk.sent(form).await?;
    let found = key.parse::<Key>().ok();
    let found = found.and_then(|key| Some((key.clone(), desk.programme.get::<LetterType>(&key)?)));
    let Some((key, before)) = found else { return desk.refuse(Refused::NotFound).await };
    let known: BTreeSet<String> = potential::palette().collect();
    let chosen: BTreeSet<&str> = sent.all("field").filter(|field| known.contains(*field)).collect();
    let mut after = before.clone();
    // What is told of a field already (its source, its quality) stays with it.
    after
        .fields
        .retain(|field| !known.contains(&field.field) || chosen.contains(field.field.as_str()));
    for field in chosen {
        if !after.fields.iter().any(|held| held.field == field) {
            after.fields.push(MarkupField { field: field.to_owned(), ..MarkupField::default() });
        }
    }
    let changes: Vec<Change> = Change::edit(key.clone(), &before, &after).into_iter().collect();
    let back = format!("potential/{key}");
    match desk.change(&changes, "").await {
        Ok(()) => desk.redirect(&format!("{back}?said=saved")),
        Err(not_done) => desk.not_done(not_done, &back, Tab::Potential).await,
    }
}

/// `GET /programmes/{id}/potential/{letter}/example.xml`: the message itself.
pub(crate) async fn xml(visitor: Visitor, Path((id, key)): Path<(String, String)>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let Some(choice) = Choice::of(&desk, &key) else {
        return desk.refuse(Refused::NotFound).await;
    };
    let Ok(message) = choice.example(&desk) else { return desk.refuse(Refused::NotFound).await };
    match written(&message) {
        Ok(bytes) => Ok(desk.visitor.finish((
            [
                (header::CONTENT_TYPE, "application/xml".to_owned()),
                (
                    header::CONTENT_DISPOSITION,
                    files::disposition(true, &format!("{}.xml", choice.key)),
                ),
                (header::CONTENT_SECURITY_POLICY, DOWNLOAD_POLICY.to_owned()),
            ],
            bytes,
        ))),
        Err(error) => Err(desk.visitor.failed("an example could not be written", &error).await),
    }
}

/// `GET /programmes/{id}/potential/{letter}/example.ics`: its appointment.
pub(crate) async fn ics(visitor: Visitor, Path((id, key)): Path<(String, String)>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let Some(choice) = Choice::of(&desk, &key) else {
        return desk.refuse(Refused::NotFound).await;
    };
    let Ok(message) = choice.example(&desk) else { return desk.refuse(Refused::NotFound).await };
    let body = message.body.as_ref();
    let actions = body.into_iter().flat_map(|body| body.main_document.actions.iter());
    let Some(reservation) = actions.filter_map(|action| action.reservation.as_ref()).next() else {
        return desk.refuse(Refused::NotFound).await;
    };
    let day = times::day_for_file(reservation.start_date_time.timestamp());
    let name = desk.visitor.texts.appointment_file(day);
    let entry = calendar::appointment(reservation, None, desk.visitor.now());
    Ok(desk.visitor.finish((
        [
            (header::CONTENT_TYPE, "text/calendar; charset=utf-8; method=PUBLISH".to_owned()),
            (header::CONTENT_DISPOSITION, files::disposition(true, &name)),
            (header::CONTENT_SECURITY_POLICY, DOWNLOAD_POLICY.to_owned()),
        ],
        entry,
    )))
}
