//! What every page of one programme begins with: the programme, who works on it, and the frame.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::Redirect;
use brevdue_programme::across::{Across, Viewer};
use brevdue_programme::catalogue::Catalogue;
use brevdue_programme::change::{Change, Conflict, Refused as Unchanged};
use brevdue_programme::fields::Register;
use brevdue_programme::objects::{Kind, Person, Settings};
use brevdue_programme::permissions::{Actor, organisations_added, signed_in};
use brevdue_programme::programmes::{By, ChangeError, Judged};
use brevdue_programme::{Key, Language as Reader, Programme, ProgrammeId};

use super::sent::Sent;
use super::words;
use crate::markup::{self, Html, Tone};
use crate::texts::Language;
use crate::visitor::{Answer, Chrome, Refusal, Refused, Section, Visitor};

/// A form as it comes from a browser.
pub(crate) type FormOf = Result<Form<Vec<(String, String)>>, FormRejection>;

/// One programme on the desk of somebody who works on it.
pub(crate) struct Desk {
    pub(crate) visitor: Visitor,
    pub(crate) id: ProgrammeId,
    pub(crate) programme: Arc<Programme>,
    pub(crate) settings: Settings,
    /// Who works on it.
    pub(crate) me: Key,
    pub(crate) person: Person,
}

/// Under which entry of the menu a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    Overview,
    Packages,
    Tasks,
    Plan,
    Requirements,
    Potential,
    Contacts,
    Incoming,
    Settings,
    /// A register, by its path.
    Register(&'static str),
    Import,
    Calendars,
    Reports,
    Reminders,
    History,
}

/// The frame around a page of a programme.
pub(crate) struct Frame {
    /// Where the programme's pages begin.
    pub(crate) base: String,
    pub(crate) name: String,
    pub(crate) me: String,
    pub(crate) menu: Vec<Entry>,
    pub(crate) registers: Vec<Entry>,
}

/// One entry of the menu.
pub(crate) struct Entry {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) current: bool,
}

/// A page whose parts are made in code.
#[derive(Template)]
#[template(path = "programme/page.html")]
struct MadePage {
    chrome: Chrome,
    frame: Frame,
    title: String,
    body: Html,
}

/// A programme as it stands today: its catalogue, its plan, and what every requirement says.
pub(crate) type Standing = Judged;

/// By what somebody is known in other programmes than the one on the desk.
pub(crate) enum Viewing {
    /// By the id they sign in under.
    SignsInAs(String),
    /// By nothing.
    Entry,
}

/// Why a change was not made.
pub(crate) enum NotDone {
    /// In words, for whoever wanted it; with the status of the answer.
    Said(StatusCode, String),
    /// Others changed the same.
    Conflicts(Vec<Conflict>),
    /// The page ends here.
    Refused(Refusal),
}

/// The language of the reader, as programmes know it.
pub(crate) fn reader(visitor: &Visitor) -> Reader {
    match visitor.texts.language() {
        Language::Danish => Reader::Da,
        Language::English => Reader::En,
    }
}

impl Desk {
    /// Opens a programme for whoever works on it; anybody else is asked who they are.
    pub(crate) async fn open(mut visitor: Visitor, id: &str) -> Result<Self, Refusal> {
        let (id, programme, settings) = find(&visitor, id).await?;
        visitor.need_session().await?;
        let planner = visitor.planner().cloned();
        let found = match planner.as_ref().map(|planner| planner.identity) {
            // Whose entry it is may have changed since they signed in, and they may be in several programmes.
            Some(Some(identity)) => signed_in(&programme, &identity.to_string()),
            Some(None) => {
                let me = planner.as_ref().filter(|planner| planner.programme == id);
                let me = me.map(|planner| planner.person.clone());
                me.and_then(|me| Some((me.clone(), programme.get::<Person>(&me)?)))
            }
            None => None,
        };
        let Some((me, person)) = found else {
            let enter = Redirect::to(&format!("/programmes/{id}/enter"));
            return Err(Refusal::of(visitor.finish(enter)));
        };
        if let Some(planner) = planner.filter(|planner| planner.programme != id) {
            visitor.continue_planning(planner.moved_to(id, me.clone()));
        }
        Ok(Self { visitor, id, programme, settings, me, person })
    }

    /// With whose eyes several programmes are looked at: those of whoever signed in. In local mode, where anybody
    /// may be anybody, those of whoever signs in as the person that was chosen.
    pub(crate) fn viewer(&self) -> Viewing {
        let identity = self.visitor.planner().and_then(|planner| planner.identity);
        let chosen =
            Some(self.person.subject.trim()).filter(|_| self.visitor.web.config.local_mode);
        let chosen = chosen.filter(|subject| !subject.is_empty()).map(str::to_owned);
        match identity.map(|identity| identity.to_string()).or(chosen) {
            Some(subject) => Viewing::SignsInAs(subject),
            None => Viewing::Entry,
        }
    }

    /// Programmes side by side, as whoever works here may read them.
    pub(crate) async fn across(&self, filter: &str) -> Result<Across, Refusal> {
        let viewing = self.viewer();
        let viewer = match &viewing {
            Viewing::SignsInAs(subject) => Viewer::SignsInAs(subject),
            Viewing::Entry => Viewer::Entry(self.id, &self.me),
        };
        match self.visitor.web.programmes.across(viewer, filter, self.visitor.now()).await {
            Ok(across) => Ok(across),
            Err(error) => {
                Err(self.visitor.failed("programmes could not be put side by side", &error).await)
            }
        }
    }

    /// The language of the reader.
    pub(crate) fn reader(&self) -> Reader {
        reader(&self.visitor)
    }

    /// An address within the programme.
    pub(crate) fn to(&self, rest: &str) -> String {
        match rest {
            "" => format!("/programmes/{}", self.id),
            rest => format!("/programmes/{}/{rest}", self.id),
        }
    }

    /// The frames around a page.
    pub(crate) async fn frames(&self, title: &str, tab: Tab) -> Result<(Chrome, Frame), Refusal> {
        let t = self.visitor.texts;
        let chrome = self.visitor.chrome(title, Section::None, None).await?;
        let entry = |rest: &str, name: &str, of: Tab| Entry {
            href: self.to(rest),
            name: name.to_owned(),
            current: tab == of,
        };
        let menu = vec![
            entry("", t.work_overview(), Tab::Overview),
            entry("packages", t.work_packages(), Tab::Packages),
            entry("tasks", t.work_tasks(), Tab::Tasks),
            entry("plan", t.work_plan(), Tab::Plan),
            entry("requirements", t.work_requirements(), Tab::Requirements),
            entry("potential", t.work_potential(), Tab::Potential),
            entry("contacts", t.work_contacts(), Tab::Contacts),
            entry("incoming", t.incoming_title(), Tab::Incoming),
            entry("settings", t.work_settings(), Tab::Settings),
            entry("import", t.import_menu(), Tab::Import),
            entry("calendars", t.feed_menu(), Tab::Calendars),
            entry("reports", t.programme_reports(), Tab::Reports),
            entry("reminders", t.remind_title(), Tab::Reminders),
            entry("history", t.programme_history(), Tab::History),
        ];
        let registers = Register::ALL
            .iter()
            .map(|register| {
                let rest = format!("registers/{}", register.path);
                entry(&rest, register.name(self.reader()), Tab::Register(register.path))
            })
            .collect();
        let frame = Frame {
            base: self.to(""),
            name: self.settings.name.clone(),
            me: self.person.name.clone(),
            menu,
            registers,
        };
        Ok((chrome, frame))
    }

    /// A page whose parts are made in code. `make` is given the token of its forms.
    pub(crate) async fn page(
        &self,
        title: &str,
        tab: Tab,
        make: impl FnOnce(&str) -> Html,
    ) -> Answer {
        self.page_with(StatusCode::OK, title, tab, make).await
    }

    /// The same, with a status of its own.
    pub(crate) async fn page_with(
        &self,
        status: StatusCode,
        title: &str,
        tab: Tab,
        make: impl FnOnce(&str) -> Html,
    ) -> Answer {
        let (chrome, frame) = self.frames(title, tab).await?;
        let body = make(&chrome.token);
        let page = MadePage { chrome, frame, title: title.to_owned(), body };
        self.visitor.page_with(status, &page)
    }

    /// The programme as it stands today.
    pub(crate) async fn standing(&self) -> Result<Arc<Standing>, Refusal> {
        standing(&self.visitor, self.id).await
    }

    /// Makes changes, when whoever works here may make them; then closes and re-opens the tasks whose
    /// condition they decide.
    ///
    /// An organisation to be observed is added here in local mode alone: elsewhere it takes whoever speaks for it,
    /// and the interface for programs knows who that is.
    pub(crate) async fn change(&mut self, changes: &[Change], reason: &str) -> Result<(), NotDone> {
        if !self.visitor.web.config.local_mode
            && !organisations_added(&self.programme, changes).is_empty()
        {
            let said = self.visitor.texts.work_cvr_not_here().to_owned();
            return Err(NotDone::Said(StatusCode::FORBIDDEN, said));
        }
        let by = By { actor: Actor::Person(self.me.clone()), reason, at: self.visitor.now() };
        match self.visitor.web.programmes.change(self.id, changes, by).await {
            Ok(_) => {}
            Err(error) => return Err(self.why_not(error).await),
        }
        let settled = settle(&self.visitor, self.id).await;
        self.programme = settled.map_err(NotDone::Refused)?;
        Ok(())
    }

    /// Why a change was not made, for whoever wanted it.
    pub(crate) async fn why_not(&self, error: ChangeError) -> NotDone {
        let t = self.visitor.texts;
        let unfit = |said: String| NotDone::Said(StatusCode::UNPROCESSABLE_ENTITY, said);
        match error {
            ChangeError::Refused(Unchanged::Conflicts(conflicts)) => NotDone::Conflicts(conflicts),
            ChangeError::Forbidden(forbidden) => {
                let why = words::needed_right(self.reader(), forbidden.why);
                NotDone::Said(StatusCode::FORBIDDEN, t.work_forbidden(why))
            }
            ChangeError::NotSet(why) => unfit(words::not_set(t, &why)),
            ChangeError::Override { ring, .. } if !ring.is_empty() => {
                let effective = Catalogue::shipped().with(&self.programme);
                unfit(t.catalogue_ring(words::ring(self.reader(), &effective, &ring)))
            }
            ChangeError::NoLeader(why) => unfit(words::no_leader(t, why)),
            ChangeError::NotFound => NotDone::Refused(self.visitor.refuse(Refused::NotFound).await),
            ChangeError::Storage(error) => {
                NotDone::Refused(self.visitor.failed("a change could not be saved", &error).await)
            }
            refused => unfit(t.programme_refused(refused.to_string())),
        }
    }

    /// Reads a form of ours; anything else is refused.
    pub(crate) async fn sent(&self, form: FormOf) -> Result<Sent, Refusal> {
        let sent = form.ok().and_then(|Form(pairs)| Sent::new(pairs));
        match sent.filter(|sent| self.visitor.is_own_form(sent.one("token"))) {
            Some(sent) => Ok(sent),
            None => Err(self.visitor.refuse(Refused::Form).await),
        }
    }

    /// The page that tells why a change was not made, with the way back.
    pub(crate) async fn not_done(&self, not_done: NotDone, back: &str, tab: Tab) -> Answer {
        let t = self.visitor.texts;
        let (status, said) = match not_done {
            NotDone::Refused(refusal) => return Err(refusal),
            NotDone::Said(status, said) => (status, said),
            NotDone::Conflicts(_) => (StatusCode::CONFLICT, t.work_faster().to_owned()),
        };
        self.page_with(status, t.programme_not_saved(), tab, |_| {
            let back = self.to(back);
            [markup::alert(Tone::Bad, "", markup::p(said)), markup::ways([(back, t.work_back())])]
                .into()
        })
        .await
    }

    /// The first free key of a kind: a prefix and a number, for example `D-004`.
    pub(crate) fn next_key(&self, kind: Kind, prefix: &str) -> Key {
        self.next_keys(kind, prefix).next().expect("numbers do not end before keys do")
    }

    /// Free keys of a kind, in order.
    pub(crate) fn next_keys<'a>(
        &self,
        kind: Kind,
        prefix: &'a str,
    ) -> impl Iterator<Item = Key> + use<'a> {
        let number =
            |key: &Key| key.as_str().strip_prefix(prefix)?.strip_prefix('-')?.parse::<u32>().ok();
        let highest = self.programme.all_held(kind).filter_map(|(key, _)| number(key)).max();
        (highest.unwrap_or(0).saturating_add(1)..).map(move |number| {
            format!("{prefix}-{number:03}").parse().expect("letters, a dash and digits")
        })
    }

    /// The name of an object that another names by its key; the key when it is not there.
    pub(crate) fn name_of(&self, kind: Kind, key: &str) -> String {
        let held = key.parse().ok().and_then(|key: Key| self.programme.held(kind, &key));
        let name = held.and_then(|held| {
            let body = &held.body;
            body.get("name").or_else(|| body.get("title"))?.as_str().map(str::to_owned)
        });
        name.filter(|name| !name.is_empty()).unwrap_or_else(|| key.to_owned())
    }

    /// Refuses a page.
    pub(crate) async fn refuse<T>(&self, refused: Refused) -> Result<T, Refusal> {
        Err(self.visitor.refuse(refused).await)
    }

    /// Sends the browser elsewhere within the programme.
    pub(crate) fn redirect(&self, rest: &str) -> Answer {
        Ok(self.visitor.finish(Redirect::to(&self.to(rest))))
    }
}

/// A programme as it stands today; what was judged already is not judged again.
pub(crate) async fn standing(visitor: &Visitor, id: ProgrammeId) -> Result<Arc<Standing>, Refusal> {
    match visitor.web.programmes.judged(id, visitor.now()).await {
        Ok(Some(judged)) => Ok(judged),
        Ok(None) => Err(visitor.refuse(Refused::NotFound).await),
        Err(error) => Err(visitor.failed("a programme could not be judged", &error).await),
    }
}

/// Closes and re-opens tasks by their condition, as registers and evidence stand now.
pub(crate) async fn settle(visitor: &Visitor, id: ProgrammeId) -> Result<Arc<Programme>, Refusal> {
    if let Err(error) = visitor.web.programmes.settle(id, visitor.now()).await {
        return Err(visitor.failed("tasks could not be closed", &error).await);
    }
    match visitor.web.programmes.open(id).await {
        Ok(Some(programme)) => Ok(programme),
        Ok(None) => Err(visitor.refuse(Refused::NotFound).await),
        Err(error) => Err(visitor.failed("a programme could not be opened", &error).await),
    }
}

/// A programme by the id of an address.
pub(crate) async fn find(
    visitor: &Visitor,
    id: &str,
) -> Result<(ProgrammeId, Arc<Programme>, Settings), Refusal> {
    let Ok(id) = id.parse::<ProgrammeId>() else {
        return Err(visitor.refuse(Refused::NotFound).await);
    };
    let opened = match visitor.web.programmes.open(id).await {
        Ok(opened) => opened,
        Err(error) => return Err(visitor.failed("a programme could not be opened", &error).await),
    };
    let with_settings = opened.and_then(|programme| {
        let settings = programme.settings()?;
        Some((programme, settings))
    });
    match with_settings {
        Some((programme, settings)) => Ok((id, programme, settings)),
        None => Err(visitor.refuse(Refused::NotFound).await),
    }
}
