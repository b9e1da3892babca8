//! The decks: the communication package filled with an authority's own dates, systems and contacts, and the
//! status report as a slide.

use brevdue_programme::Language;
use brevdue_programme::objects::{Communication, Person, Supplier, System};
use brevdue_programme::{Day, Programme};

use super::{Body, Deck, Slide};
use crate::paper::{Head, day, maybe_day};
use crate::reports::{MilestoneStatus, Status};

const ORG: &str = "FFD24A";
const KOM: &str = "1E7B3A";
const DAT: &str = "0B5CAD";
const UDD: &str = "F28C28";

/// What the communication deck is filled with.
#[derive(Debug, Clone, Copy)]
pub struct Briefing<'a> {
    /// Authority, language, as of when.
    pub head: &'a Head,
    /// Systems, suppliers, people, the communication plan.
    pub programme: &'a Programme,
    /// Milestones, in order.
    pub milestones: &'a [MilestoneStatus],
    /// The window without sending, when there is one.
    pub window: Option<(Day, Day)>,
    /// Names of the roles, by id.
    pub roles: &'a [(String, String)],
}

struct Words(Language);

impl Words {
    fn of(&self, da: &str, en: &str) -> String {
        if self.0 == Language::Da { da } else { en }.to_owned()
    }
}

fn deck(head: &Head, title: String, slides: Vec<Slide>) -> Deck {
    Deck {
        title,
        language: if head.language == Language::Da { "da-DK" } else { "en-GB" },
        authority: head.authority.clone(),
        made: head.as_of,
        slides,
    }
}

/// The communication deck of the package Kommunikation (OP0): for the people who drive the project, without
/// technical documentation.
pub fn communication(briefing: &Briefing<'_>) -> Deck {
    let Briefing { head, programme, milestones, window, roles } = *briefing;
    let language = head.language;
    let words = Words(language);
    let slide = |title: String, colour: &str, body: Body, notes: &str| Slide {
        title,
        colour: colour.to_owned(),
        body,
        notes: notes.to_owned(),
    };
    let as_of = maybe_day(Day::of(head.as_of).ok(), language);
    let mut slides = vec![slide(
        head.programme.clone(),
        KOM,
        Body::Title(format!("{} · {as_of}", head.authority)),
        &words.of(
            "Præsentationen er fyldt med myndighedens egne datoer, systemer og kontakter. Ret og slet frit.",
            "The deck is filled with the authority's own dates, systems and contacts. Edit and delete freely.",
        ),
    )];
    slides.push(slide(
        words.of("Hvad der sker", "What happens"),
        KOM,
        Body::Points(vec![
            words.of(
                "Al digital post fra os skal sendes i MeMo-formatet, som kan bære data sammen med brevet",
                "All our digital mail is sent in the MeMo format, which can carry data with the letter",
            ),
            words.of(
                "Borgere og virksomheder kan få handlinger i brevet: betal, svar, sæt i kalenderen",
                "Citizens and companies can get actions in the letter: pay, answer, put in the calendar",
            ),
            words.of(
                "Post til os kan fordeles af systemerne, når data følger med",
                "Mail to us can be distributed by systems when data comes with it",
            ),
            words.of(
                "Vi kortlægger systemer, indgår aftaler, afprøver og sætter i drift",
                "We map systems, agree with suppliers, test, and go live",
            ),
        ]),
        "",
    ));
    slides.push(slide(
        words.of("Fire områder", "Four areas"),
        ORG,
        Body::Table(vec![
            vec![words.of("Område", "Area"), words.of("Formål", "Aim")],
            vec![
                words.of("ORG Organisatorisk forankring", "ORG Organisational anchoring"),
                words.of(
                    "Knytte mulighederne til, hvor vi vil hen",
                    "Tie the possibilities to where we want to go",
                ),
            ],
            vec![
                words.of("KOM Kommunikation", "KOM Communication"),
                words.of("Relevant og ensartet information", "Relevant and consistent information"),
            ],
            vec![
                words.of("DAT Data og System", "DAT Data and systems"),
                words.of("Kortlægge og tilpasse systemer", "Map and adapt systems"),
            ],
            vec![
                words.of("UDD Uddannelse og Support", "UDD Education and support"),
                words.of("Planlægge oplæring og hjælp", "Plan training and help"),
            ],
        ]),
        "",
    ));
    let mut rows = vec![vec![words.of("Milepæl", "Milestone"), words.of("Dato", "Date")]];
    for milestone in milestones.iter().filter(|milestone| milestone.forecast.is_some()).take(13) {
        let date = match milestone.reached {
            Some(reached) => {
                format!("{} ({})", day(reached, language), words.of("nået", "reached"))
            }
            None => maybe_day(milestone.forecast, language),
        };
        rows.push(vec![milestone.name.clone(), date]);
    }
    slides.push(slide(words.of("Vores datoer", "Our dates"), ORG, Body::Table(rows), ""));
    if let Some((from, until)) = window {
        slides.push(slide(
            words.of("Omstillingsperioden", "The window without sending"),
            KOM,
            Body::Points(vec![
                format!(
                    "{}: {} – {}",
                    words.of("Ingen Digital Post i perioden", "No Digital Post in this period"),
                    day(from, language),
                    day(until, language)
                ),
                words.of(
                    "Breve med frister flyttes frem eller sendes på anden vis",
                    "Letters with deadlines are sent earlier or in another way",
                ),
                words.of(
                    "Hastende post aftales med projektlederen",
                    "Urgent mail is agreed with the project manager",
                ),
            ]),
            "",
        ));
    }
    // Systems in slides of twelve; what is more than forty-eight is counted.
    let suppliers: std::collections::BTreeMap<String, String> = programme
        .all::<Supplier>()
        .map(|(key, supplier)| (key.to_string(), supplier.name))
        .collect();
    let systems: Vec<(String, System)> =
        programme.all::<System>().map(|(key, system)| (key.to_string(), system)).collect();
    let people: std::collections::BTreeMap<String, Person> =
        programme.all::<Person>().map(|(key, person)| (key.to_string(), person)).collect();
    let pages = systems.len().div_ceil(12).min(4);
    for (number, page) in (1..).zip(systems.chunks(12).take(4)) {
        let mut rows = vec![vec![
            words.of("System", "System"),
            words.of("Rolle", "Role"),
            words.of("Leverandør", "Supplier"),
            words.of("Systemejer", "System owner"),
        ]];
        for (_, system) in page {
            let supplier = system.supplier.as_ref().and_then(|key| suppliers.get(key.as_str()));
            let owner = system.owner.as_ref().and_then(|key| people.get(key.as_str()));
            rows.push(vec![
                system.name.clone(),
                system.role.map_or("–", |role| role.label(language)).to_owned(),
                supplier.cloned().unwrap_or_else(|| "–".into()),
                owner.map_or_else(|| "–".into(), |owner| owner.name.clone()),
            ]);
        }
        let mut title = words.of("Vores systemer", "Our systems");
        if pages > 1 {
            title.push_str(&format!(" ({number} / {pages})"));
        }
        if number == 4 && systems.len() > 48 {
            let more = systems.len() - 48;
            rows.push(vec![match language {
                Language::Da => format!("… og {more} mere"),
                Language::En => format!("… and {more} more"),
            }]);
        }
        slides.push(slide(title, DAT, Body::Table(rows), ""));
    }
    let mut contacts = vec![vec![
        words.of("Rolle", "Role"),
        words.of("Navn", "Name"),
        words.of("E-mail", "E-mail"),
    ]];
    for (id, name) in roles {
        for person in
            people.values().filter(|person| person.roles.iter().any(|role| role.as_str() == id))
        {
            if contacts.len() <= 14 {
                contacts.push(vec![name.clone(), person.name.clone(), person.email.clone()]);
            }
        }
    }
    if contacts.len() > 1 {
        slides.push(slide(words.of("Hvem er hvem", "Who is who"), ORG, Body::Table(contacts), ""));
    }
    let mut plan = vec![vec![
        words.of("Hvornår", "When"),
        words.of("Budskab", "Message"),
        words.of("Målgruppe", "Audience"),
        words.of("Kanal", "Channel"),
    ]];
    let mut lines: Vec<Communication> =
        programme.all::<Communication>().map(|(_, line)| line).collect();
    lines.sort_by_key(|line| (line.done, line.day));
    for line in lines.into_iter().take(12) {
        plan.push(vec![maybe_day(line.day, language), line.message, line.audience, line.channel]);
    }
    if plan.len() > 1 {
        slides.push(slide(
            words.of("Det siger vi hvornår", "What we say when"),
            KOM,
            Body::Table(plan),
            "",
        ));
    }
    slides.push(slide(
        words.of("Til frontpersonalet", "For front-line staff"),
        UDD,
        Body::Points(vec![
            words.of(
                "Sig «din Digital Post» – den samme post vises i flere løsninger",
                "Say «your Digital Post» – the same mail is shown in several places",
            ),
            words.of(
                "Hjælp til at læse, svare og finde gamle breve er som hidtil",
                "Help to read, answer and find old letters is as before",
            ),
            words.of(
                "Fejl i breve meldes til systemejeren",
                "Faults in letters are told to the system owner",
            ),
        ]),
        "",
    ));
    slides.push(slide(
        words.of("Næste skridt", "Next steps"),
        KOM,
        Body::Points(
            milestones
                .iter()
                .filter(|milestone| milestone.reached.is_none() && milestone.forecast.is_some())
                .take(4)
                .map(|milestone| {
                    format!("{} – {}", maybe_day(milestone.forecast, language), milestone.name)
                })
                .chain([words.of(
                    "Spørgsmål: skriv til projektlederen",
                    "Questions: write to the project manager",
                )])
                .collect(),
        ),
        "",
    ));
    deck(head, head.programme.clone(), slides)
}

/// The status report as one slide.
pub fn status(head: &Head, status: &Status) -> Deck {
    let language = head.language;
    let words = Words(language);
    let (all, done, overdue) = status.tasks;
    let mut points = vec![format!(
        "{}: {}{}",
        words.of("Samlet", "Overall"),
        status.light.word(language).to_uppercase(),
        status
            .reasons
            .first()
            .map_or_else(String::new, |reason| format!(" – {}", super::shortened(reason, 90)))
    )];
    if let Some((light, comment)) = &status.by_hand {
        points.push(format!(
            "{}: {} – {}",
            words.of("Sat i hånden", "Set by hand"),
            light.word(language).to_uppercase(),
            super::shortened(comment, 80)
        ));
    }
    points.push(format!(
        "{}: {done} / {all}, {overdue} {}",
        words.of("Opgaver færdige", "Tasks done"),
        words.of("over frist", "overdue")
    ));
    for deadline in status.deadlines.iter().take(2) {
        points.push(format!(
            "{} {}: {} – {} / {} {}, {} {}",
            super::shortened(&deadline.name, 30),
            maybe_day(deadline.day, language),
            deadline.light.word(language),
            deadline.systems.0,
            deadline.systems.1,
            words.of("systemer", "systems"),
            deadline.without_evidence,
            words.of("uden evidens", "without evidence")
        ));
    }
    let mut rows = vec![vec![
        words.of("Milepæl", "Milestone"),
        words.of("Baseline", "Baseline"),
        words.of("Prognose", "Forecast"),
        words.of("Lys", "Light"),
    ]];
    // What is not green comes first when there is not room for all, and all in their own order.
    let open = || status.milestones.iter().filter(|milestone| milestone.reached.is_none());
    let mut shown: Vec<&MilestoneStatus> = open().collect();
    while shown.len() > 11 {
        let green =
            shown.iter().rposition(|milestone| milestone.light == crate::paper::Light::Green);
        shown.remove(green.unwrap_or(shown.len() - 1));
    }
    let left_out = open().count() - shown.len();
    for milestone in shown {
        rows.push(vec![
            milestone.name.clone(),
            maybe_day(milestone.baseline, language),
            maybe_day(milestone.forecast, language),
            milestone.light.word(language).to_owned(),
        ]);
    }
    let risks: Vec<String> = status.risks.iter().take(5).map(|risk| risk.title.clone()).collect();
    let title = words.of("Statusrapport", "Status report");
    let of = maybe_day(Day::of(head.as_of).ok(), language);
    let measured = format!(
        "{}: {} · {}: {} · {} {}",
        words.of("Målte tal", "Measured figures"),
        head.measured,
        words.of("oplyste", "stated"),
        head.stated,
        words.of("Katalog", "Catalogue"),
        head.catalogue_version
    );
    if left_out > 0 {
        rows.push(vec![match language {
            Language::Da => format!("… og {left_out} mere"),
            Language::En => format!("… and {left_out} more"),
        }]);
    }
    points.push(measured.clone());
    let slides = vec![Slide {
        title: format!("{title} {of}"),
        colour: match status.light {
            crate::paper::Light::Green => "1E7B3A",
            crate::paper::Light::Yellow => "F2B800",
            crate::paper::Light::Red => "B5122B",
            crate::paper::Light::Unknown => "5A6B7B",
        }
        .to_owned(),
        body: Body::Both(points, rows),
        notes: format!("{measured}. {}: {}", words.of("Risici", "Risks"), risks.join("; ")),
    }];
    deck(head, title, slides)
}
