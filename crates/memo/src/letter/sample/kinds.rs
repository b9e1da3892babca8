//! The twenty kinds of letter that are sent most, with the markup that makes them easy to act upon.
//!
//! Names, places and numbers are invented, and drawn anew for each letter.

use super::Kind;
use super::dice::Dice;
use crate::copenhagen::{local, plus_days, to_utc};
use crate::letter::values::Refused;
use crate::letter::{
    Address, AddressParts, Appointment, Case, CompanyAbout, Education, Form, Identified, Kle,
    LabelledValue, LetterDraft, Link, Mail, Markup, Named, Organiser, PersonAbout, Phone, PostType,
    ReplyReference, Unit, Vehicle,
};
use crate::{Timestamp, Uuid4};

/// One letter being filled in.
pub(super) struct Scene<'a> {
    pub(super) dice: &'a mut Dice,
    pub(super) draft: LetterDraft,
}

pub(super) const KINDS: [Kind; 20] = [
    examination,
    vehicle_inspection,
    certificate,
    statistics,
    property_tax,
    reminder_of_payment,
    decision,
    hearing,
    documentation,
    building_permit,
    neighbours,
    school,
    day_care,
    consent,
    job_interview,
    order,
    medical_report,
    access_to_files,
    circular,
    receipt,
];

const DAY_SECONDS: i64 = 24 * 60 * 60;
const STREETS: [&str; 6] =
    ["Fuglevænget", "Havnevej", "Fyrstien", "Æblestræde", "Torvet", "Slipvej"];
const FIRST_NAMES: [&str; 6] = ["Vagn", "Mette", "Karla", "Bjørn", "Åse", "Ole"];
const LAST_NAMES: [&str; 6] = ["Sommer", "Vinter", "Bølge", "Østerløkke", "Fyr", "Strand"];
const FIRMS: [&str; 4] = ["Ærøby Bådebyg", "Fyrkroen", "Strandens Smedje", "Havnens Røgeri"];

impl Scene<'_> {
    fn says(&mut self, title: &str, text: &str) {
        self.draft.label = title.to_owned();
        self.draft.text = Some(text.to_owned());
    }

    fn case(&mut self, number: usize, letter: char, system: &str) -> Result<(), Refused> {
        let id = format!("{letter}-2026-{number:05}").parse()?;
        self.draft.about.case = Some(Case { id, system: system.parse()? });
        let system = Identified { id: system.parse()?, name: None };
        self.draft.sender_attention.generating_system = Some(system);
        Ok(())
    }

    fn kle(&mut self, number: &str, label: &str) -> Result<(), Refused> {
        let facet = Some("G01".parse()?);
        let (label, version) = (label.parse()?, "1.0".parse()?);
        self.draft.about.kle = Some(Kle { number: number.parse()?, facet, label, version });
        Ok(())
    }

    fn form(&mut self, key: &str, label: &str) -> Result<(), Refused> {
        let (label, version) = (label.parse()?, "1.0".parse()?);
        self.draft.about.form = Some(Form { key: key.parse()?, facet: None, label, version });
        Ok(())
    }

    fn person(&mut self) -> Result<(), Refused> {
        let name = self.name();
        let cpr = format!("{:02}0101{:04}", 61 + self.dice.below(30), self.dice.below(10_000));
        let cpr = crate::letter::about::cpr_number(&cpr)?;
        self.draft.about.person = Some(PersonAbout { cpr, name: Some(name.parse()?) });
        Ok(())
    }

    fn company(&mut self) -> Result<(), Refused> {
        let cvr = format!("{:08}", 10_000_000 + self.dice.below(90_000_000));
        let cvr = crate::letter::about::cvr_number(&cvr)?;
        let name = Some(self.one_of(&FIRMS).parse()?);
        self.draft.about.company = Some(CompanyAbout { cvr, name });
        Ok(())
    }

    fn unit(&mut self) -> Result<(), Refused> {
        let number = format!("{}", 1_000_000_000 + self.dice.below(1_000_000_000)).parse()?;
        let unit = Unit { number, name: Some(self.one_of(&FIRMS).parse()?) };
        self.draft.recipient_attention.production_unit = Some(unit.clone());
        self.draft.about.production_unit = Some(unit);
        Ok(())
    }

    fn property(&mut self) -> Result<(), Refused> {
        let number = format!("4920-{:06}", self.dice.below(1_000_000));
        self.draft.about.property = Some(number.parse()?);
        Ok(())
    }

    fn address(&mut self) -> Result<(), Refused> {
        let (street, number) = (self.one_of(&STREETS), 1 + self.dice.below(99));
        self.draft.about.address = Some(if self.dice.happens(50) {
            Address::Line(format!("{street} {number}, 9999 Ærøby").parse()?)
        } else {
            Address::Parts(Box::new(AddressParts {
                street: Some(street.parse()?),
                house_number: Some(number.to_string().parse()?),
                zip: Some("9999".parse()?),
                city: Some("Ærøby".parse()?),
                country: Some("DK".parse()?),
                ..AddressParts::default()
            }))
        });
        Ok(())
    }

    fn telephone(&mut self, agent: &str) -> Result<(), Refused> {
        let number = format!("70 10 {:02} {:02}", self.dice.below(100), self.dice.below(100));
        let phone = Phone { number: number.parse()?, agent: Some(agent.parse()?) };
        self.draft.sender_attention.telephone = Some(phone);
        let responsible = Named { id: None, name: agent.parse()? };
        self.draft.sender_attention.content_responsible = Some(responsible);
        Ok(())
    }

    fn answer_within(&mut self, days: i64) {
        self.draft.reply = true;
        self.draft.reply_by = Some(self.draft.created.plus_seconds(days * DAY_SECONDS));
    }

    /// What an answer carries back.
    fn returns(&mut self, answers: Option<Uuid4>) -> Result<(), Refused> {
        let pair = LabelledValue { label: "skridt".parse()?, value: "svar".parse()? };
        self.draft.reply_reference = Some(ReplyReference {
            answers,
            case: self.draft.about.case.as_ref().map(|case| case.id.clone()),
            data: vec![pair],
            ..ReplyReference::default()
        });
        Ok(())
    }

    fn link(&mut self, kind: fn(Link) -> Markup, label: &str, days: i64) -> Result<(), Refused> {
        let page = self.dice.below(1_000_000);
        let url = format!("https://selvbetjening.kommunen.example/{page}");
        let link = Link::new(label, &url)?;
        self.draft.markup.push(kind(match days {
            0 => link,
            days => link.until(self.draft.created.plus_seconds(days * DAY_SECONDS)),
        }));
        Ok(())
    }

    fn appointment(&mut self, what: &str, place: &str, bring: &str) -> Result<(), Refused> {
        let start = self.office_hour();
        let minutes = 20 + 5 * self.dice.below(9) as i64;
        let host = place.split(',').next().unwrap_or(place);
        self.draft.markup.push(Markup::Appointment(Appointment {
            label: "Læg aftalen i kalenderen".parse()?,
            start,
            end: start.plus_seconds(minutes * 60),
            place: place.parse()?,
            summary: Some(what.parse()?),
            description: Some(bring.parse()?),
            organiser: Some(Organiser {
                name: Some(host.parse()?),
                email: Some("tid@kommunen.example".parse()?),
            }),
            uuid: None,
        }));
        Ok(())
    }

    /// A quarter between eight and three in Denmark, one to four weeks after the letter.
    fn office_hour(&mut self) -> Timestamp {
        let written = local(self.draft.created);
        let days = 7 + self.dice.below(21) as i64;
        let date = plus_days((written.year, written.month, written.day), days);
        let time = (8 + self.dice.below(7) as u8, 15 * self.dice.below(4) as u8, 0);
        to_utc(date, time).unwrap_or(self.draft.created.plus_seconds(days * DAY_SECONDS))
    }

    fn name(&mut self) -> String {
        format!("{} {}", self.one_of(&FIRST_NAMES), self.one_of(&LAST_NAMES))
    }

    fn one_of(&mut self, list: &[&'static str]) -> &'static str {
        list[self.dice.below(list.len())]
    }
}

/// The text of an SMS.
pub(super) fn reminder(scene: &mut Scene<'_>) -> String {
    let hour = 8 + scene.dice.below(7);
    let place = scene.one_of(&STREETS);
    format!("Husk din tid i morgen kl. {hour}.00, {place} 3. Kan du ikke komme, så ring til os.")
}

fn examination(scene: &mut Scene<'_>, case: usize) -> Result<(), Refused> {
    let part = scene.one_of(&["skulder", "ryg", "hånd", "fod"]);
    scene.says(
        &format!("Indkaldelse til undersøgelse af din {part}"),
        "Vi har sat en tid af til dig. Udfyld spørgeskemaet, inden du kommer.",
    );
    scene.draft.mandatory = true;
    scene.case(case, 'H', "Journalen")?;
    scene.telephone("Klinikken")?;
    let sor = Identified { id: "468031000016004".parse()?, name: Some("Klinikken".parse()?) };
    scene.draft.sender_attention.sor = Some(sor);
    scene.appointment("Undersøgelse", "Klinikken, Havblikvej 2", "Medbring dit sundhedskort.")?;
    scene.link(Markup::Preparation, "Udfyld spørgeskemaet", 6)
}

fn vehicle_inspection(scene: &mut Scene<'_>, case: usize) -> Result<(), Refused> {
    scene.says(
        "Indkaldelse til bilsyn",
        "Bilen skal synes. Passer tiden ikke, kan du vælge en anden.",
    );
    let plate = format!("XY{:05}", case % 100_000).parse()?;
    let chassis = format!("WBA{:014}", scene.dice.below(1_000_000)).parse()?;
    scene.draft.about.vehicle = Some(Vehicle { plate, chassis: Some(chassis) });
    scene.kle("05.01.20", "Syn af køretøjer")?;
    scene.form("15.10.05.05", "Syn og registrering af køretøjer")?;
    scene.appointment("Syn af bil", "Synshallen, Hjulvej 7", "Medbring registreringsattesten.")?;
    scene.link(Markup::SelfService, "Vælg en anden tid", 6)
}

fn certificate(scene: &mut Scene<'_>, case: usize) -> Result<(), Refused> {
    scene
        .says("Attest til arbejdsgiver", "Attesten, som I har bedt om, er indhentet med samtykke.");
    scene.person()?;
    scene.company()?;
    let name = scene.name();
    let eid = format!("87654321_{case:010}").parse()?;
    scene.draft.recipient_attention.eid = Some(Identified { id: eid, name: Some(name.parse()?) });
    let address = "attester@firmaet.example".parse()?;
    scene.draft.recipient_attention.email = Some(Mail { address, agent: Some(name.parse()?) });
    scene.link(Markup::Information, "Sådan opbevarer I attesten", 0)
}

fn statistics(scene: &mut Scene<'_>, _: usize) -> Result<(), Refused> {
    scene.says("Anmodning om tal til statistik", "Indberet tallene for sidste måned.");
    scene.unit()?;
    let address = "tal@taelleriet.example".parse()?;
    scene.draft.sender_attention.email = Some(Mail { address, agent: None });
    scene.answer_within(14);
    scene.link(Markup::SelfService, "Indberet tallene", 14)
}

fn property_tax(scene: &mut Scene<'_>, case: usize) -> Result<(), Refused> {
    let amount = 1_000 + scene.dice.below(9_000);
    scene.says("Opkrævning af ejendomsskat", &format!("Ejendomsskatten er {amount},00 kr."));
    scene.property()?;
    scene.case(case, 'E', "Skattebogen")?;
    scene.link(Markup::Payment, &format!("Betal {amount},00 kr."), 30)
}

fn reminder_of_payment(scene: &mut Scene<'_>, case: usize) -> Result<(), Refused> {
    scene.says(
        "Rykker",
        "Vi har ikke fået din betaling. Har du lige betalt, så se bort fra brevet.",
    );
    scene.draft.mandatory = true;
    scene.case(case, 'R', "Inddrivelsen")?;
    scene.link(Markup::Payment, "Betal", 10)
}

fn decision(scene: &mut Scene<'_>, case: usize) -> Result<(), Refused> {
    scene.says(
        "Afgørelse om ydelse",
        "Vi har truffet en afgørelse i din sag. Du kan klage inden fire uger.",
    );
    scene.draft.legal_notification = true;
    scene.case(case, 'Y', "Ydelsesbogen")?;
    scene.kle("32.03.12", "Boligstøtte")?;
    scene.link(Markup::SelfService, "Klag over afgørelsen", 28)?;
    scene.link(Markup::Information, "Sådan er ydelsen regnet ud", 0)
}

fn hearing(scene: &mut Scene<'_>, case: usize) -> Result<(), Refused> {
    scene.says("Partshøring", "Vi vil gerne høre, om oplysningerne i din sag er rigtige.");
    scene.case(case, 'P', "Sagsbogen")?;
    scene.kle("27.36.04", "Tilskud til hjælpemidler")?;
    scene.answer_within(14);
    scene.returns(None)?;
    scene.link(Markup::SelfService, "Svar på selvbetjeningen", 14)
}

fn documentation(scene: &mut Scene<'_>, case: usize) -> Result<(), Refused> {
    scene.says("Anmodning om dokumentation", "Vi mangler en kopi af din lejekontrakt.");
    scene.case(case, 'Y', "Ydelsesbogen")?;
    scene.kle("32.03.12", "Boligstøtte")?;
    scene.answer_within(14);
    scene.returns(None)?;
    scene.link(Markup::SelfService, "Send lejekontrakten", 14)
}

fn building_permit(scene: &mut Scene<'_>, case: usize) -> Result<(), Refused> {
    scene.says("Byggetilladelse", "Du har tilladelse til at bygge. Byg inden et år.");
    scene.draft.legal_notification = true;
    scene.property()?;
    scene.address()?;
    scene.case(case, 'B', "Byggebogen")?;
    scene.kle("02.34.02", "Byggetilladelser")?;
    scene.link(Markup::Information, "Det skal du gøre, når du bygger", 0)
}

fn neighbours(scene: &mut Scene<'_>, case: usize) -> Result<(), Refused> {
    scene.says(
        "Nabohøring",
        "Din nabo vil bygge. Har du bemærkninger, så svar på denne meddelelse.",
    );
    scene.property()?;
    scene.case(case, 'B', "Byggebogen")?;
    scene.answer_within(14);
    scene.returns(None)
}

fn school(scene: &mut Scene<'_>, _: usize) -> Result<(), Refused> {
    scene.says("Skoleindskrivning", "Dit barn skal begynde i skole til august. Skriv barnet ind.");
    let name = Some("Folkeskole, 0. klasse".parse()?);
    scene.draft.about.education = Some(Education { code: "1010".parse()?, name });
    scene.kle("17.01.10", "Indskrivning i folkeskolen")?;
    scene.link(Markup::Registration, "Skriv barnet ind", 21)
}

fn day_care(scene: &mut Scene<'_>, case: usize) -> Result<(), Refused> {
    scene.says("Tilbud om plads i dagtilbud", "Der er plads til dit barn. Sig ja inden fristen.");
    scene.case(case, 'D', "Pladsbogen")?;
    scene.answer_within(8);
    scene.link(Markup::Confirmation, "Ja tak til pladsen", 8)
}

fn consent(scene: &mut Scene<'_>, case: usize) -> Result<(), Refused> {
    scene
        .says("Samtykke", "Vi vil gerne hente oplysninger om dig. Det må vi kun med dit samtykke.");
    scene.case(case, 'P', "Sagsbogen")?;
    scene.answer_within(14);
    scene.link(Markup::Signature, "Underskriv samtykket", 14)
}

fn job_interview(scene: &mut Scene<'_>, case: usize) -> Result<(), Refused> {
    scene.says(
        "Indkaldelse til samtale",
        "Vi vil gerne tale med dig om, hvordan du finder arbejde.",
    );
    scene.draft.mandatory = true;
    scene.case(case, 'J', "Jobbogen")?;
    scene.telephone("Jobcenteret")?;
    scene.appointment("Samtale", "Jobcenteret, Torvet 3", "Tag dit CV med.")
}

fn order(scene: &mut Scene<'_>, case: usize) -> Result<(), Refused> {
    scene.says("Påbud", "Trappen skal have et gelænder. Meld tilbage, når det er gjort.");
    scene.draft.legal_notification = true;
    scene.unit()?;
    scene.company()?;
    scene.case(case, 'T', "Tilsynsbogen")?;
    scene.answer_within(21);
    scene.link(Markup::SelfService, "Meld tilbage om påbuddet", 21)
}

fn medical_report(scene: &mut Scene<'_>, case: usize) -> Result<(), Refused> {
    scene.says("Lægeerklæring", "Erklæringen, som I har bedt om: intet til hinder for arbejde.");
    scene.draft.post_type = Some(PostType::Authority);
    scene.person()?;
    scene.case(case, 'J', "Jobbogen")?;
    scene.kle("15.20.00", "Samtaler om job")
}

fn access_to_files(scene: &mut Scene<'_>, case: usize) -> Result<(), Refused> {
    scene.says("Svar på aktindsigt", "Du har bedt om aktindsigt. Sagens dokumenter er vedlagt.");
    scene.case(case, 'A', "Sagsbogen")?;
    scene.link(Markup::Information, "Sådan klager du", 0)
}

fn circular(scene: &mut Scene<'_>, _: usize) -> Result<(), Refused> {
    let (street, week) = (scene.one_of(&STREETS), 1 + scene.dice.below(52));
    scene.says("Ny asfalt på din vej", &format!("Vi lægger ny asfalt på {street} i uge {week}."));
    scene.kle("05.01.08", "Vedligeholdelse af veje")?;
    scene.link(Markup::Information, "Se, hvor du kan køre", 0)
}

fn receipt(scene: &mut Scene<'_>, case: usize) -> Result<(), Refused> {
    scene.says("Kvittering", "Vi har modtaget din henvendelse. Du hører fra os inden ti hverdage.");
    scene.case(case, 'S', "Sagsbogen")?;
    let answered = Uuid4::from(scene.dice.uuid());
    scene.returns(Some(answered))
}
