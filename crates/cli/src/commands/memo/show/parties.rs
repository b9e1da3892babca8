//! Who writes, who receives, and who stands behind them.

use brevdue_memo::{Address, AttentionData, ContactPoint, MessageHeader};

use super::screen::Screen;

pub(super) fn on(screen: &mut Screen, header: &MessageHeader) {
    let sender = &header.sender;
    let from = named(Some(&sender.label), &[Some(&sender.id_type), Some(&sender.sender_id)]);
    screen.line("fra", "from", Some(&from));
    if let Some(one) = &sender.representative {
        let ids = [one.id_type.as_deref(), one.representative_id.as_deref()];
        let one = named(one.label.as_deref(), &ids);
        screen.line("  repr. af", "  repr. by", Some(&one));
    }
    attention_on(screen, sender.attention_data.as_ref());
    if let Some(point) = &sender.contact_point {
        point_on(screen, ("  svar til", "  answers to"), point);
    }
    let recipient = &header.recipient;
    let ids = [Some(&*recipient.id_type), Some(&*recipient.recipient_id)];
    let to = named(recipient.label.as_deref(), &ids);
    screen.line("til", "to", Some(&to));
    attention_on(screen, recipient.attention_data.as_ref());
    if let Some(point) = &recipient.contact_point {
        point_on(screen, ("  kontakt", "  contact"), point);
    }
}

/// A name with what is known of its number in parentheses.
pub(super) fn named(name: Option<&str>, numbers: &[Option<&str>]) -> String {
    let numbers: Vec<&str> = numbers.iter().flatten().copied().filter(|n| !n.is_empty()).collect();
    match (name.filter(|name| !name.is_empty()), numbers.is_empty()) {
        (Some(name), true) => name.to_owned(),
        (Some(name), false) => format!("{name} ({})", numbers.join(" ")),
        (None, _) => numbers.join(" "),
    }
}

fn point_on(screen: &mut Screen, (danish, english): (&str, &str), point: &ContactPoint) {
    let group = point.contact_group.as_deref();
    let name = named(point.label.as_deref(), &[group, Some(&point.contact_point_id)]);
    screen.line(danish, english, Some(&name));
    for info in &point.contact_info {
        screen.line("", "", Some(&format!("{}: {}", info.label, info.value)));
    }
}

/// Each thing known of a party's unit and persons on a line.
fn attention_on(screen: &mut Screen, attention: Option<&AttentionData>) {
    let Some(data) = attention else { return };
    let related = |value: &str, agent: Option<&str>| named(Some(value), &[agent]);
    let person = data.attention_person.as_ref();
    let person = person.map(|one| named(one.label.as_deref(), &[one.person_id.as_deref()]));
    screen.line("  att.", "  att.", person.as_deref());
    let responsible = data.content_responsible.as_ref();
    let responsible = responsible
        .map(|one| named(one.label.as_deref(), &[one.content_responsible_id.as_deref()]));
    screen.line("  ansvarlig", "  content", responsible.as_deref());
    let unit = data.production_unit.as_ref();
    let unit = unit.map(|one| {
        named(one.production_unit_name.as_deref(), &[Some("P"), Some(&one.production_unit_number)])
    });
    screen.line("  P-enhed", "  P unit", unit.as_deref());
    let place = data.global_location_number.as_ref();
    let place = place.map(|one| {
        named(one.location.as_deref(), &[Some("GLN"), Some(&one.global_location_number)])
    });
    screen.line("  sted", "  location", place.as_deref());
    let se = data.se_number.as_ref();
    let se = se.map(|one| named(one.company_name.as_deref(), &[Some("SE"), Some(&one.se_number)]));
    screen.line("  SE-enhed", "  SE unit", se.as_deref());
    let eid = data.eid.as_ref().map(|one| named(one.label.as_deref(), &[Some(&one.eid)]));
    screen.line("  eID", "  eID", eid.as_deref());
    let sor = data.sor_data.as_ref();
    let sor =
        sor.map(|one| named(one.entry_name.as_deref(), &[Some("SOR"), Some(&one.sor_identifier)]));
    screen.line("  sundhed", "  health", sor.as_deref());
    let mail = data.email.as_ref();
    let mail = mail.map(|one| related(&one.email_address, one.related_agent.as_deref()));
    screen.line("  e-mail", "  e-mail", mail.as_deref());
    let telephone = data.telephone.as_ref();
    let telephone =
        telephone.map(|one| related(&one.telephone_number, one.related_agent.as_deref()));
    screen.line("  telefon", "  telephone", telephone.as_deref());
    let address = data.address.as_ref().map(address);
    screen.line("  adresse", "  address", address.as_deref());
    let free = data.unstructured_address.as_ref().map(|one| one.unstructured.as_str());
    screen.line("  adresse", "  address", free);
    let system = data.generating_system.as_ref();
    let system = system.map(|one| named(one.label.as_deref(), &[Some(&one.generating_system_id)]));
    screen.line("  system", "  system", system.as_deref());
}

/// As on an envelope, on one line.
pub(super) fn address(address: &Address) -> String {
    let joined = |parts: &[Option<&str>], by| {
        let parts: Vec<&str> = parts.iter().flatten().copied().filter(|p| !p.is_empty()).collect();
        parts.join(by)
    };
    let street = joined(&[address.address_label.as_deref(), address.house_number.as_deref()], " ");
    let floor = address.floor.as_ref().filter(|floor| !floor.is_empty());
    let floor = floor.map(|floor| format!("{floor}."));
    let home = joined(&[floor.as_deref(), address.door.as_deref()], " ");
    let co = address.co.as_ref().filter(|co| !co.is_empty()).map(|co| format!("c/o {co}"));
    let city = joined(&[address.zip_code.as_deref(), address.city.as_deref()], " ");
    joined(
        &[Some(&street), Some(&home), co.as_deref(), Some(&city), address.country.as_deref()],
        ", ",
    )
}
