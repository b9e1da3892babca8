//! Who stands behind sender and recipient: the person, the unit, the system, and where answers go.

use std::str::FromStr;

use serde::Deserialize;
use uuid::Uuid;

use super::about::{Address, Unit, address, production_unit, text};
use super::values::{EmailAddress, Gln, Refused, SeUnitNumber, Text, any_uuid};
use super::written::{read_text, text_or_table};
use super::{LetterError, at_most};
use crate::{
    AttentionData, AttentionPerson, ContactInfo, ContactPoint, ContentResponsible, EMail, Eid,
    GeneratingSystem, GlobalLocationNumber, PartyId, Representative, SeNumber, SorData, Telephone,
};

/// More about a sender or a recipient; any of it, and nothing by default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Attention {
    /// The person who writes or should read it.
    #[serde(deserialize_with = "text_or_table")]
    pub person: Option<Named>,
    /// The production unit (P-enhed).
    #[serde(deserialize_with = "text_or_table")]
    pub production_unit: Option<Unit>,
    /// The location number (GLN, EAN).
    #[serde(deserialize_with = "text_or_table")]
    pub gln: Option<Location>,
    /// Where to write.
    #[serde(deserialize_with = "text_or_table")]
    pub email: Option<Mail>,
    /// The tax unit.
    #[serde(deserialize_with = "text_or_table")]
    pub se: Option<TaxUnit>,
    /// Where to call.
    #[serde(deserialize_with = "text_or_table")]
    pub telephone: Option<Phone>,
    /// The employee.
    #[serde(deserialize_with = "text_or_table")]
    pub eid: Option<Identified>,
    /// Who is responsible for what the letter says (indholdsansvarlig).
    #[serde(deserialize_with = "text_or_table")]
    pub content_responsible: Option<Named>,
    /// The system that made the letter.
    #[serde(deserialize_with = "text_or_table")]
    pub generating_system: Option<Identified>,
    /// The entry in the register of health organisations (SOR).
    #[serde(deserialize_with = "text_or_table")]
    pub sor: Option<Identified>,
    /// The address.
    #[serde(deserialize_with = "text_or_table")]
    pub address: Option<Address>,
}

/// Somebody with a name and perhaps an id; a text alone is the name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Named {
    /// Id.
    pub id: Option<Text>,
    /// Name.
    pub name: Text,
}

/// Something with an id and perhaps a name; a text alone is the id.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Identified {
    /// Id.
    pub id: Text,
    /// Name.
    pub name: Option<Text>,
}

/// A location number.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Location {
    /// The number.
    pub number: Gln,
    /// Name of the location.
    pub name: Option<Text>,
}

/// An e-mail address and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mail {
    /// The address.
    pub address: EmailAddress,
    /// Person or unit it belongs to.
    pub agent: Option<Text>,
}

/// A telephone number and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Phone {
    /// The number.
    pub number: Text,
    /// Person or unit it belongs to.
    pub agent: Option<Text>,
}

/// A tax unit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TaxUnit {
    /// The number.
    pub number: SeUnitNumber,
    /// Name of the company.
    pub name: Option<Text>,
}

/// A contact point of the contact structure.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Contact {
    /// Its UUID.
    #[serde(deserialize_with = "contact_point_id")]
    pub id: Uuid,
    /// Group in the contact structure.
    pub group: Option<Text>,
    /// Name.
    pub label: Option<Text>,
    /// Answers to what the contact point asks for, at most two.
    #[serde(default)]
    pub info: Vec<LabelledValue>,
}

/// A label and a value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LabelledValue {
    /// Label.
    pub label: Text,
    /// Value.
    pub value: Text,
}

/// Who represents the sender; version 1.2 alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepresentedBy {
    /// Who.
    pub party: PartyId,
    /// The name shown to the recipient.
    pub name: Text,
}

/// Reads a type of which a text alone is one part.
macro_rules! short_forms {
    ($( $Name:ident = $part:ident, $($rest:ident),*; )*) => {$(
        impl FromStr for $Name {
            type Err = Refused;
            fn from_str(text: &str) -> Result<Self, Refused> {
                Ok(Self { $part: text.parse()?, $($rest: Default::default()),* })
            }
        }
    )*};
}

short_forms! {
    Named = name, id;
    Identified = id, name;
    Location = number, name;
    Mail = address, agent;
    Phone = number, agent;
    TaxUnit = number, name;
}

impl FromStr for Contact {
    type Err = Refused;
    fn from_str(id: &str) -> Result<Self, Refused> {
        Ok(Self { id: any_uuid(id)?, group: None, label: None, info: Vec::new() })
    }
}

fn contact_point_id<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Uuid, D::Error> {
    read_text(from, any_uuid)
}

impl TryFrom<Contact> for ContactPoint {
    type Error = LetterError;
    fn try_from(contact: Contact) -> Result<Self, LetterError> {
        at_most("contact information", contact.info.len(), 2)?;
        let info = |LabelledValue { label, value }| ContactInfo {
            label: label.into(),
            value: value.into(),
        };
        Ok(Self {
            contact_group: text(contact.group),
            contact_point_id: contact.id.to_string(),
            label: text(contact.label),
            contact_info: contact.info.into_iter().map(info).collect(),
        })
    }
}

impl From<RepresentedBy> for Representative {
    fn from(representative: RepresentedBy) -> Self {
        Self {
            representative_id: Some(representative.party.digits().to_owned()),
            id_type: Some(representative.party.id_type().to_owned()),
            id_type_label: None,
            label: Some(representative.name.into()),
        }
    }
}

/// Attention data, or none when there is nothing in it.
pub(super) fn attention_data(attention: Attention) -> Option<AttentionData> {
    let (address, unstructured_address) = address(attention.address);
    let data = AttentionData {
        attention_person: attention.person.map(|person| AttentionPerson {
            person_id: text(person.id),
            label: Some(person.name.into()),
        }),
        production_unit: attention.production_unit.map(production_unit),
        global_location_number: attention.gln.map(|gln| GlobalLocationNumber {
            global_location_number: gln.number.into(),
            location: text(gln.name),
        }),
        email: attention.email.map(|mail| EMail {
            email_address: mail.address.into(),
            related_agent: text(mail.agent),
        }),
        se_number: attention
            .se
            .map(|unit| SeNumber { se_number: unit.number.into(), company_name: text(unit.name) }),
        telephone: attention.telephone.map(|phone| Telephone {
            telephone_number: phone.number.into(),
            related_agent: text(phone.agent),
        }),
        eid: attention.eid.map(|eid| Eid { eid: eid.id.into(), label: text(eid.name) }),
        content_responsible: attention.content_responsible.map(|responsible| ContentResponsible {
            content_responsible_id: text(responsible.id),
            label: Some(responsible.name.into()),
        }),
        generating_system: attention.generating_system.map(|system| GeneratingSystem {
            generating_system_id: system.id.into(),
            label: text(system.name),
        }),
        sor_data: attention
            .sor
            .map(|sor| SorData { sor_identifier: sor.id.into(), entry_name: text(sor.name) }),
        address,
        unstructured_address,
    };
    let nothing = AttentionData {
        attention_person: None,
        production_unit: None,
        global_location_number: None,
        email: None,
        se_number: None,
        telephone: None,
        eid: None,
        content_responsible: None,
        generating_system: None,
        sor_data: None,
        address: None,
        unstructured_address: None,
    };
    (data != nothing).then_some(data)
}
