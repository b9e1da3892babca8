//! What a notice says, in the language of whoever it is for.
//!
//! It names tasks, systems and days, and where to look; nothing of any letter. A supplier is told of its own
//! systems alone. A link to a questionnaire is never in it: only its digest is kept.

use super::{Item, Notice, Recipient};
use crate::day::Day;
use crate::ids::{Key, ProgrammeId};
use crate::objects::{
    Attestation, ContactPoint, LetterType, Person, Questionnaire, Supplier, System,
};
use crate::plan::Plan;
use crate::programme::Programme;
use crate::text::Language::{self, Da, En};

/// Characters of a name in a subject or a line, at most.
const NAME_CHARACTERS: usize = 120;

/// A notice as it is written to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Title, one line.
    pub subject: String,
    /// Text, lines parted by `\n`.
    pub text: String,
}

/// What a notice is written from.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// Which programme.
    pub id: ProgrammeId,
    /// As it stands.
    pub programme: &'a Programme,
    /// Its plan.
    pub plan: &'a Plan,
    /// Where its pages are, such as `https://digitalpost.example`; none: no address is told.
    pub base: Option<&'a str>,
}

/// A day, as readers write it.
pub fn day(language: Language, day: Day) -> String {
    let (year, month, date) = day.year_month_day();
    match language {
        Da => format!("{date:02}-{month:02}-{year}"),
        En => day.to_string(),
    }
}

/// One line, not longer than a name.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(NAME_CHARACTERS).collect()
}

impl Desk<'_> {
    /// The notice in words.
    pub fn mail(&self, notice: &Notice, language: Language) -> Mail {
        match &notice.to {
            Recipient::Supplier { key, .. } => self.for_supplier(key, notice, language),
            to => self.for_people(to, notice, language),
        }
    }

    fn authority(&self) -> String {
        one_line(&self.programme.settings().map(|settings| settings.authority).unwrap_or_default())
    }

    fn for_supplier(&self, key: &Key, notice: &Notice, language: Language) -> Mail {
        let authority = self.authority();
        let settings = self.programme.settings();
        let contact = settings.map(|settings| one_line(&settings.contact)).unwrap_or_default();
        let supplier = self.programme.get::<Supplier>(key).unwrap_or_default();
        let name = one_line(&supplier.name);
        let systems = self.programme.all::<System>();
        let systems = systems.filter(|(_, system)| system.supplier.as_ref() == Some(key));
        let systems: Vec<String> =
            systems.map(|(_, system)| one_line(&system.name)).take(20).collect();
        let systems = systems.join(", ");
        let mut text = match language {
            Da => format!("Til {name}\n\n"),
            En => format!("To {name}\n\n"),
        };
        for item in &notice.items {
            let Item::Unanswered { sent, expires, .. } = item else { continue };
            let (sent, expires) = (day(language, *sent), day(language, *expires));
            text.push_str(&match language {
                Da => format!(
                    "{authority} sendte jer den {sent} et link til et spørgeskema om jeres systemer: \
                     {systems}. Vi har ikke fået jeres svar endnu.\n\n\
                     Linket virker til og med {expires}. Brug det link, I fik: af hensyn til sikkerheden \
                     gemmer vi det ikke og kan ikke gentage det her. Er det blevet væk, laver vi gerne \
                     et nyt. I kan også svare i regnearket, som linket giver.\n"
                ),
                En => format!(
                    "On {sent}, {authority} sent you a link to a questionnaire about your systems: \
                     {systems}. We do not have your answers yet.\n\n\
                     The link works until and including {expires}. Use the link that you were sent: for \
                     the sake of safety we do not keep it and cannot repeat it here. If it was lost, we \
                     gladly make a new one. You can also answer in the spreadsheet that the link gives.\n"
                ),
            });
        }
        if !contact.is_empty() {
            text.push_str(&match language {
                Da => format!("\nSpørgsmål? Skriv til {contact}.\n"),
                En => format!("\nQuestions? Write to {contact}.\n"),
            });
        }
        text.push_str(&match language {
            Da => format!("\nMed venlig hilsen\n{authority}\n"),
            En => format!("\nKind regards\n{authority}\n"),
        });
        let subject = match language {
            Da => format!("{authority}: spørgeskemaet om jeres systemer er ikke besvaret"),
            En => format!("{authority}: the questionnaire about your systems is not answered"),
        };
        Mail { subject, text }
    }

    fn for_people(&self, to: &Recipient, notice: &Notice, language: Language) -> Mail {
        let parts: Vec<Part> = Part::ALL
            .into_iter()
            .filter(|part| notice.items.iter().any(|item| Part::of(item, notice.day) == *part))
            .collect();
        let count = |part: Part| {
            notice.items.iter().filter(|item| Part::of(item, notice.day) == part).count()
        };
        let title: Vec<String> =
            parts.iter().map(|part| part.title(count(*part), language)).collect();
        let subject = format!("{}: {}", self.authority(), title.join(", "));
        let mut text = String::new();
        if let Recipient::Person(key) = to
            && let Some(person) = self.programme.get::<Person>(key)
        {
            let name = one_line(&person.name);
            text.push_str(&match language {
                Da => format!("Kære {name}\n\n"),
                En => format!("Dear {name}\n\n"),
            });
        }
        for part in &parts {
            text.push_str(part.heading(language));
            text.push('\n');
            for item in notice.items.iter().filter(|item| Part::of(item, notice.day) == *part) {
                text.push_str("- ");
                text.push_str(&self.line(item, language));
                text.push('\n');
                if let Some(address) = self.address(item) {
                    text.push_str("  ");
                    text.push_str(&address);
                    text.push('\n');
                }
            }
            text.push('\n');
        }
        if notice.more > 0 {
            text.push_str(&match language {
                Da => format!("… og {} mere.\n\n", notice.more),
                En => format!("… and {} more.\n\n", notice.more),
            });
        }
        let name = self.programme.settings().map(|settings| one_line(&settings.name));
        let name = name.unwrap_or_default();
        text.push_str(&match language {
            Da => format!(
                "Du får mailen, fordi du står som ansvarlig i programmet «{name}». Hvornår der mindes \
                 om hvad, står under «Påmindelser».\n"
            ),
            En => format!(
                "You get this mail because you answer for it in the programme “{name}”. When people \
                 are reminded of what stands under “Reminders”.\n"
            ),
        });
        Mail { subject, text }
    }

    /// One thing, in a line.
    fn line(&self, item: &Item, language: Language) -> String {
        match item {
            Item::Reopened { task, subject, why, .. } => {
                let why: Vec<String> = why
                    .iter()
                    .map(|(requirement, result)| {
                        format!("{requirement}: {}", result.label().of(language))
                    })
                    .collect();
                format!("{} {}", self.task(task, subject.as_ref(), language), why.join(", "))
            }
            Item::Task { task, subject, due, .. } => {
                let (task, due) =
                    (self.task(task, subject.as_ref(), language), day(language, *due));
                match language {
                    Da => format!("{task}, frist {due}"),
                    En => format!("{task}, due {due}"),
                }
            }
            Item::Attestation { key, expires } => {
                let of = self.programme.get::<Attestation>(key);
                let of = of.map(|one| {
                    let subject = one.subject.as_ref().map(|subject| self.subject(subject));
                    let parts = one.requirement.map(|id| id.to_string()).into_iter().chain(subject);
                    parts.collect::<Vec<_>>().join(" ")
                });
                let (of, expires) = (of.unwrap_or_default(), day(language, *expires));
                match language {
                    Da => format!("{key} {of}, gælder til og med {expires}"),
                    En => format!("{key} {of}, holds until and including {expires}"),
                }
            }
            Item::Certificate { system, interface, ends } => {
                let (system, ends) = (self.subject(system), day(language, *ends));
                match language {
                    Da => format!("{system}, grænseflade {interface}, sidste dag {ends}"),
                    En => format!("{system}, interface {interface}, last day {ends}"),
                }
            }
            Item::Unanswered { supplier, sent, expires, .. } => {
                let name = self.programme.get::<Supplier>(supplier).map(|one| one.name);
                let name = one_line(&name.unwrap_or_default());
                let (sent, expires) = (day(language, *sent), day(language, *expires));
                match language {
                    Da => format!(
                        "{supplier} {name}: sendt {sent}, linket virker til og med {expires}; \
                         leverandøren har ingen mailadresse i registret"
                    ),
                    En => format!(
                        "{supplier} {name}: sent {sent}, the link works until and including {expires}; \
                         the supplier has no mail address in the register"
                    ),
                }
            }
        }
    }

    fn task(&self, task: &crate::ids::TaskId, subject: Option<&Key>, language: Language) -> String {
        let title = self.plan.task(task).map(|planned| planned.task.title.of(language).to_owned());
        let title = title.unwrap_or_default();
        match subject {
            Some(subject) => format!("{task} {title} ({})", self.subject(subject)),
            None => format!("{task} {title}"),
        }
    }

    /// `S-001 Omsorg`.
    fn subject(&self, key: &Key) -> String {
        let name = self.programme.get::<System>(key).map(|one| one.name);
        let name = name.or_else(|| self.programme.get::<Supplier>(key).map(|one| one.name));
        let name = name.or_else(|| self.programme.get::<LetterType>(key).map(|one| one.name));
        let name = name.or_else(|| self.programme.get::<ContactPoint>(key).map(|one| one.name));
        one_line(&format!("{key} {}", name.unwrap_or_default()))
    }

    /// Where it is looked at.
    fn address(&self, item: &Item) -> Option<String> {
        let (base, id) = (self.base?, self.id);
        let path = match item {
            Item::Reopened { key, .. } | Item::Task { key, .. } => format!("task/{key}"),
            Item::Attestation { key, .. } => {
                let one = self.programme.get::<Attestation>(key)?;
                let (requirement, subject) = (one.requirement?, one.subject);
                match subject {
                    Some(subject) => format!("requirements/{requirement}/{subject}"),
                    None => format!("requirements/{requirement}"),
                }
            }
            Item::Certificate { system, .. } => format!("registers/systems/{system}"),
            Item::Unanswered { supplier, .. } => format!("questionnaires/{supplier}"),
        };
        Some(format!("{base}/programmes/{id}/{path}"))
    }

    /// Whether what a notice tells still stands: a task that was done meanwhile, or an answer that came, is no
    /// longer told when somebody sends it again.
    pub fn still_stands(&self, item: &Item) -> bool {
        let is_open = |key: &Key| self.plan.instance(key).is_some_and(|one| !one.is_closed());
        match item {
            Item::Reopened { key, .. } | Item::Task { key, .. } => is_open(key),
            Item::Attestation { key, .. } => self.programme.get::<Attestation>(key).is_some(),
            Item::Certificate { system, interface, ends } => {
                let system = self.programme.get::<System>(system);
                let certificate = system.and_then(|system| {
                    system.interfaces.get(interface.checked_sub(1)?)?.certificate.clone()
                });
                certificate.is_some_and(|one| one.valid_to == Some(*ends))
            }
            Item::Unanswered { supplier, link, .. } => {
                let answered = self.programme.get::<Supplier>(supplier);
                let answered = answered.and_then(|one| one.answered_at);
                let answered = answered.and_then(|at| Day::of(at).ok());
                let link = self.programme.get::<Questionnaire>(link);
                link.is_some_and(|link| {
                    let first = link.sent.iter().min();
                    !link.revoked
                        && link.expires >= self.plan.today
                        && answered.is_none_or(|day| first.is_none_or(|first| day < *first))
                })
            }
        }
    }
}

/// The parts of a notice to people, in its order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Reopened,
    Late,
    Soon,
    Attestations,
    Certificates,
    Unanswered,
}

impl Part {
    const ALL: [Self; 6] = [
        Self::Reopened,
        Self::Late,
        Self::Soon,
        Self::Attestations,
        Self::Certificates,
        Self::Unanswered,
    ];

    fn of(item: &Item, day: Day) -> Self {
        match item {
            Item::Reopened { .. } => Self::Reopened,
            Item::Task { due, .. } if *due < day => Self::Late,
            Item::Task { .. } => Self::Soon,
            Item::Attestation { .. } => Self::Attestations,
            Item::Certificate { .. } => Self::Certificates,
            Item::Unanswered { .. } => Self::Unanswered,
        }
    }

    fn title(self, count: usize, language: Language) -> String {
        let one_or_many = |one: &str, many: &str| match count {
            1 => one.to_owned(),
            count => format!("{count} {many}"),
        };
        match (self, language) {
            (Self::Reopened, Da) => one_or_many("en opgave er åbnet igen", "opgaver er åbnet igen"),
            (Self::Reopened, En) => {
                one_or_many("a task has opened again", "tasks have opened again")
            }
            (Self::Late, Da) => one_or_many("en opgave er over fristen", "opgaver er over fristen"),
            (Self::Late, En) => one_or_many("a task is overdue", "tasks are overdue"),
            (Self::Soon, Da) => one_or_many("en opgave har frist snart", "opgaver har frist snart"),
            (Self::Soon, En) => one_or_many("a task is due soon", "tasks are due soon"),
            (Self::Attestations, Da) => one_or_many("en erklæring udløber", "erklæringer udløber"),
            (Self::Attestations, En) => {
                one_or_many("an attestation expires", "attestations expire")
            }
            (Self::Certificates, Da) => {
                one_or_many("et certifikat udløber", "certifikater udløber")
            }
            (Self::Certificates, En) => one_or_many("a certificate ends", "certificates end"),
            (Self::Unanswered, Da) => {
                one_or_many("et spørgeskema er ikke besvaret", "spørgeskemaer er ikke besvaret")
            }
            (Self::Unanswered, En) => {
                one_or_many("a questionnaire is not answered", "questionnaires are not answered")
            }
        }
    }

    fn heading(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Reopened, Da) => "Åbnet igen, fordi betingelsen ikke holder:",
            (Self::Reopened, En) => "Opened again, because the condition no longer holds:",
            (Self::Late, Da) => "Over fristen:",
            (Self::Late, En) => "Overdue:",
            (Self::Soon, Da) => "Frist snart:",
            (Self::Soon, En) => "Due soon:",
            (Self::Attestations, Da) => "Erklæringer, der udløber:",
            (Self::Attestations, En) => "Attestations that expire:",
            (Self::Certificates, Da) => "Certifikater, der udløber eller er udløbet:",
            (Self::Certificates, En) => "Certificates that end or have ended:",
            (Self::Unanswered, Da) => "Spørgeskemaer uden svar:",
            (Self::Unanswered, En) => "Questionnaires without an answer:",
        }
    }
}
