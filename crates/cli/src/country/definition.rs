//! The country as its file defines it, checked.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use brevdue_exchange::PhoneNumber;
use brevdue_memo::{CprNumber, CvrNumber};
use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use crate::report::Problem;

/// The definition that is built in.
const BUILT_IN: &str = include_str!("../../../../examples/country.toml");

/// Who is in the country.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Definition {
    #[serde(rename = "organisation", default)]
    pub(crate) organisations: Vec<OrganisationEntry>,
    #[serde(rename = "person", default)]
    pub(crate) people: Vec<PersonEntry>,
    #[serde(rename = "client", default)]
    pub(crate) clients: Vec<ClientEntry>,
    #[serde(rename = "system_template", default)]
    pub(crate) templates: Vec<TemplateEntry>,
}

/// A program that asks people to sign in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientEntry {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) name: String,
    pub(crate) redirect_uris: Vec<String>,
    #[serde(default)]
    pub(crate) logout_uris: Vec<String>,
}

/// A supplier's template that systems can be based on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplateEntry {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) types: BTreeSet<SystemType>,
    pub(crate) protocol: Protocol,
}

/// An authority or a company.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrganisationEntry {
    pub(crate) id: Uuid,
    #[serde(deserialize_with = "from_text")]
    pub(crate) cvr: CvrNumber,
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    #[serde(default)]
    pub(crate) mandatory_post: bool,
    #[serde(default)]
    pub(crate) legal_notification: bool,
    #[serde(default)]
    pub(crate) terms_accepted: bool,
    /// It sends none of the first letters: it is there for whoever wants to begin with an empty page.
    #[serde(default)]
    pub(crate) quiet: bool,
    /// Id of its mailbox; companies have one, authorities have none.
    #[serde(default)]
    pub(crate) mailbox: Option<Uuid>,
    /// Verified number for NemSMS, of one with a mailbox.
    #[serde(default, deserialize_with = "from_text_if_any")]
    pub(crate) nemsms: Option<PhoneNumber>,
    #[serde(rename = "system", default)]
    pub(crate) systems: Vec<SystemEntry>,
    #[serde(rename = "contact_point", default)]
    pub(crate) contact_points: Vec<ContactPointEntry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Kind {
    Authority,
    Company,
}

/// A sender or receiver system.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SystemEntry {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) types: BTreeSet<SystemType>,
    pub(crate) protocol: Protocol,
    /// Its public SSH key as OpenSSH writes it; without one a pair is made in the data folder.
    #[serde(default)]
    pub(crate) ssh_key: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum SystemType {
    Sender,
    Recipient,
    RecipientDefault,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Protocol {
    RestPull,
    RestPush,
}

/// A contact point and the system that gets its mail.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactPointEntry {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) system: String,
    pub(crate) targets: BTreeSet<Target>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Target {
    Citizen,
    Company,
    Authority,
}

/// A citizen.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonEntry {
    pub(crate) id: Uuid,
    #[serde(deserialize_with = "from_text")]
    pub(crate) cpr: CprNumber,
    pub(crate) name: String,
    pub(crate) status: Status,
    /// Verified number for NemSMS.
    #[serde(default, deserialize_with = "from_text_if_any")]
    pub(crate) nemsms: Option<PhoneNumber>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Status {
    Registered,
    Exempt,
    Closed,
}

impl SystemType {
    /// The official word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sender => "SENDER",
            Self::Recipient => "RECIPIENT",
            Self::RecipientDefault => "RECIPIENT_DEFAULT",
        }
    }
}

impl Status {
    /// The official word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Registered => "REGISTERED",
            Self::Exempt => "EXEMPT",
            Self::Closed => "CLOSED",
        }
    }
}

impl SystemEntry {
    /// Whether it sends.
    pub(crate) fn sends(&self) -> bool {
        self.types.contains(&SystemType::Sender)
    }

    /// Whether it receives.
    pub(crate) fn receives(&self) -> bool {
        self.types.contains(&SystemType::Recipient)
            || self.types.contains(&SystemType::RecipientDefault)
    }
}

impl Definition {
    /// The CVR numbers of its authorities.
    pub(crate) fn authorities(&self) -> BTreeSet<String> {
        let authorities = self.organisations.iter().filter(|one| one.kind == Kind::Authority);
        authorities.map(|one| one.cvr.to_string()).collect()
    }

    /// Reads the definition of a file, or the one built in.
    pub(crate) fn load(path: Option<&Path>) -> Result<Self, Problem> {
        let Some(path) = path else { return Self::read(BUILT_IN, "built in") };
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| {
            Problem::command("country::unreadable", "the definition of the country cannot be read")
                .at(name.clone())
                .because(&error)
        })?;
        Self::read(&text, &name)
    }

    fn read(text: &str, name: &str) -> Result<Self, Problem> {
        let help = "examples/country.toml shows the form";
        let definition: Self = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or("");
            let line = before.matches('\n').count() + 1;
            Problem::command("country::form", error.message().trim().to_owned())
                .at(format!("{name}:{line}"))
                .help(help)
        })?;
        definition
            .check()
            .map_err(|what| Problem::command("country::sense", what).at(name).help(help))?;
        Ok(definition)
    }

    /// What the form alone does not say. Never quotes a CPR number.
    fn check(&self) -> Result<(), String> {
        let mut ids = BTreeSet::new();
        let mut names = BTreeSet::new();
        let mut cvrs = BTreeSet::new();
        let mut cprs = BTreeSet::new();
        let mut once = |id: Uuid| {
            if ids.insert(id) { Ok(()) } else { Err(format!("the id {id} stands twice")) }
        };
        for organisation in &self.organisations {
            once(organisation.id)?;
            if let Some(mailbox) = organisation.mailbox {
                once(mailbox)?;
            }
            if !cvrs.insert(organisation.cvr) {
                return Err(format!("the CVR number {} stands twice", organisation.cvr));
            }
            if organisation.mailbox.is_some() != (organisation.kind == Kind::Company) {
                return Err(format!(
                    "{}: a company needs a mailbox id, and an authority has none",
                    organisation.name
                ));
            }
            let defaults = organisation
                .systems
                .iter()
                .filter(|system| system.types.contains(&SystemType::RecipientDefault));
            if defaults.count() > 1 {
                return Err(format!("{}: two systems are RECIPIENT_DEFAULT", organisation.name));
            }
            for system in &organisation.systems {
                once(system.id)?;
                if !is_file_name(&system.name) {
                    return Err(format!(
                        "the system name {} is not made of a-z, 0-9 and -",
                        system.name
                    ));
                }
                if !names.insert(system.name.as_str()) {
                    return Err(format!("the system name {} stands twice", system.name));
                }
            }
            for point in &organisation.contact_points {
                once(point.id)?;
                let system = organisation.systems.iter().find(|one| one.name == point.system);
                if !system.is_some_and(SystemEntry::receives) {
                    return Err(format!(
                        "contact point {}: {} has no receiving system {}",
                        point.name, organisation.name, point.system
                    ));
                }
            }
        }
        let mut clients = BTreeSet::new();
        for client in &self.clients {
            if !clients.insert(&client.id) {
                return Err(format!("the client {} stands twice", client.id));
            }
            let is_basic = |text: &str| !text.is_empty() && !text.contains(':');
            if !is_basic(&client.id) || client.secret.is_empty() {
                return Err("a client has an id without a colon, and a secret".to_owned());
            }
        }
        for person in &self.people {
            once(person.id)?;
            if !cprs.insert(person.cpr) {
                return Err(format!("the CPR number of {} stands twice", person.id));
            }
        }
        Ok(())
    }
}

/// Names of systems become names of files.
fn is_file_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn from_text_if_any<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    from_text(deserializer).map(Some)
}

fn from_text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_country_built_in_has_what_the_examples_need() {
        let country = Definition::load(None).unwrap();
        let find =
            |cvr: &str| country.organisations.iter().find(|one| one.cvr.digits() == cvr).unwrap();
        let municipality = find("12345678");
        assert!(municipality.mandatory_post && municipality.legal_notification);
        assert!(
            municipality.contact_points.iter().any(|point| {
                point.id == Uuid::from_u128(0x241d39f6_998e_4929_b198_ccacbbf4b330)
            })
        );
        assert!(country.people.len() >= 100);
        assert!(country.people.iter().any(|one| one.cpr.digits() == "2211771212"));
        for status in [Status::Exempt, Status::Closed] {
            assert_eq!(country.people.iter().filter(|one| one.status == status).count(), 1);
        }
    }

    #[test]
    fn nobody_in_the_country_built_in_can_exist() {
        let country = Definition::load(None).unwrap();
        for person in &country.people {
            let digits = person.cpr.digits();
            let day: u32 = digits[..2].parse().unwrap();
            assert!(digits == "2211771212" || (61..=91).contains(&day), "{}", person.id);
        }
        for organisation in &country.organisations {
            let sum: u32 = organisation
                .cvr
                .digits()
                .bytes()
                .zip([2, 7, 6, 5, 4, 3, 2, 1])
                .map(|(digit, weight)| u32::from(digit - b'0') * weight)
                .sum();
            assert_ne!(sum % 11, 0, "{}", organisation.name);
        }
    }

    #[test]
    fn a_definition_that_makes_no_sense_is_refused_with_the_reason() {
        let organisation = "[[organisation]]\nid = \"00000000-0000-4000-8000-000000000001\"\ncvr = \"12345678\"\nname = \"X\"\ntype = \"AUTHORITY\"\n";
        let system = |name: &str| {
            format!(
                "[[organisation.system]]\nid = \"00000000-0000-4000-8000-000000000002\"\nname = \"{name}\"\ntypes = [\"SENDER\"]\nprotocol = \"REST_PULL\"\n"
            )
        };
        let point = "[[organisation.contact_point]]\nid = \"00000000-0000-4000-8000-000000000003\"\nname = \"P\"\nsystem = \"s\"\ntargets = []\n";
        let person = |id: u8| {
            format!(
                "[[person]]\nid = \"00000000-0000-4000-8000-00000000001{id}\"\ncpr = \"6101501234\"\nname = \"N\"\nstatus = \"REGISTERED\"\n"
            )
        };
        for (text, what) in [
            (format!("{organisation}colour = 1"), "unknown field `colour`"),
            (organisation.replace("12345678", "1234567"), "a CVR number is exactly eight digits"),
            (organisation.replace("AUTHORITY", "COMPANY"), "a company needs a mailbox id"),
            (format!("{organisation}{}", system("../x")), "is not made of"),
            (format!("{organisation}{}{}", system("a"), system("b")), "stands twice"),
            (format!("{organisation}{}{point}", system("s")), "no receiving system s"),
            (format!("{}{}", person(1), person(2)), "the CPR number of"),
        ] {
            let problem = Definition::read(&text, "country.toml").unwrap_err();
            assert!(problem.what.contains(what), "{} / {what}", problem.what);
            assert!(!problem.to_string().contains("6101501234"));
        }
    }
}
