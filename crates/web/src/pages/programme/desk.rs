//! What every page of one programme begins with: the programme, who works on it, and the frame.

use std::sync::Arc;

use axum::response::Redirect;
use brevdue_programme::fields::Register;
use brevdue_programme::objects::{Person, Settings};
use brevdue_programme::{Key, Language as Reader, Programme, ProgrammeId};

use crate::texts::Language;
use crate::visitor::{Answer, Chrome, Refusal, Refused, Section, Visitor};

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
    /// A register, by its path.
    Register(&'static str),
    Reports,
    History,
}

/// The frame around a page of a programme.
pub(crate) struct Frame {
    pub(crate) name: String,
    pub(crate) me: String,
    pub(crate) menu: Vec<Entry>,
}

/// One entry of the menu.
pub(crate) struct Entry {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) current: bool,
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
        let me = visitor.planner().filter(|planner| planner.programme == id);
        let me = me.map(|planner| planner.person.clone());
        let person = me.as_ref().and_then(|me| programme.get::<Person>(me));
        match (me, person) {
            (Some(me), Some(person)) => Ok(Self { visitor, id, programme, settings, me, person }),
            _ => Err(Refusal::of(visitor.finish(Redirect::to(&format!("/programmes/{id}/enter"))))),
        }
    }

    /// The language of the reader.
    pub(crate) fn reader(&self) -> Reader {
        reader(&self.visitor)
    }

    /// An address within the programme.
    pub(crate) fn to(&self, rest: &str) -> String {
        format!("/programmes/{}/{rest}", self.id)
    }

    /// The frames around a page.
    pub(crate) async fn frames(&self, title: &str, tab: Tab) -> Result<(Chrome, Frame), Refusal> {
        let t = self.visitor.texts;
        let chrome = self.visitor.chrome(title, Section::None, None).await?;
        let mut menu: Vec<Entry> = Register::ALL
            .iter()
            .map(|register| Entry {
                href: self.to(&format!("registers/{}", register.path)),
                name: register.name(self.reader()).to_owned(),
                current: tab == Tab::Register(register.path),
            })
            .collect();
        menu.push(Entry {
            href: self.to("reports"),
            name: t.programme_reports().to_owned(),
            current: tab == Tab::Reports,
        });
        menu.push(Entry {
            href: self.to("history"),
            name: t.programme_history().to_owned(),
            current: tab == Tab::History,
        });
        Ok((chrome, Frame { name: self.settings.name.clone(), me: self.person.name.clone(), menu }))
    }

    /// The name of an object that another names by its key; the key when it is not there.
    pub(crate) fn name_of(&self, kind: brevdue_programme::objects::Kind, key: &str) -> String {
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
