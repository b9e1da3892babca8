//! What a letter is about, so that whoever gets it can sort and file it without reading.

use std::str::FromStr;

use serde::Deserialize;

use super::values::{
    ActivityFacet, FormKey, KleNumber, PlateNumber, ProductionUnitNumber, Refused, Text,
};
use super::{LetterError, at_most};
use crate::{
    AdditionalContentData, CaseId, ContentData, CprData, CprNumber, CvrData, CvrNumber, FormData,
    KleData, MotorVehicle, ProductionUnit, PropertyNumber, UnstructuredAddress,
};

/// What a letter is about; any of it, and nothing by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// The person.
    pub person: Option<PersonAbout>,
    /// The company.
    pub company: Option<CompanyAbout>,
    /// The vehicle.
    pub vehicle: Option<Vehicle>,
    /// The number of the property.
    pub property: Option<Text>,
    /// The case.
    pub case: Option<Case>,
    /// Its subject in KLE, the classification of the municipalities.
    pub kle: Option<Kle>,
    /// Its task in FORM, the classification of all authorities.
    pub form: Option<Form>,
    /// The production unit.
    pub production_unit: Option<Unit>,
    /// The education.
    pub education: Option<Education>,
    /// The address.
    pub address: Option<Address>,
    /// Up to ten pairs of a name and a value, agreed upon with the receiver.
    pub more: Vec<Pair>,
}

/// A person a letter is about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PersonAbout {
    /// The number.
    #[serde(deserialize_with = "cpr")]
    pub cpr: CprNumber,
    /// The name.
    pub name: Option<Text>,
}

/// A company a letter is about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CompanyAbout {
    /// The number.
    #[serde(deserialize_with = "cvr")]
    pub cvr: CvrNumber,
    /// The name.
    pub name: Option<Text>,
}

/// A vehicle.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Vehicle {
    /// Registration number.
    pub plate: PlateNumber,
    /// Chassis number (stelnummer).
    pub chassis: Option<Text>,
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Case {
    /// Its number.
    pub id: Text,
    /// The system that holds it.
    pub system: Text,
}

/// A subject in KLE.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Kle {
    /// The number.
    pub number: KleNumber,
    /// What is done about it (handlingsfacet).
    pub facet: Option<ActivityFacet>,
    /// Name of the subject.
    pub label: Text,
    /// Version of the classification.
    pub version: Text,
}

/// A task in FORM.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Form {
    /// The key.
    pub key: FormKey,
    /// What is done about it.
    pub facet: Option<ActivityFacet>,
    /// Name of the task.
    pub label: Text,
    /// Version of the classification.
    pub version: Text,
}

/// A production unit (P-enhed).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Unit {
    /// The number.
    pub number: ProductionUnitNumber,
    /// The name.
    pub name: Option<Text>,
}

/// An education.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Education {
    /// Code.
    pub code: Text,
    /// Name.
    pub name: Option<Text>,
}

/// An address, in parts or as one text; the standard does not want both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// In parts.
    Parts(Box<AddressParts>),
    /// As one text.
    Line(Text),
}

/// The parts of an address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct AddressParts {
    /// Id in the address register.
    pub id: Option<Text>,
    /// Street name.
    pub street: Option<Text>,
    /// House number with its letter.
    pub house_number: Option<Text>,
    /// Door or side.
    pub door: Option<Text>,
    /// Floor.
    pub floor: Option<Text>,
    /// Care of.
    pub co: Option<Text>,
    /// Postal code.
    pub zip: Option<Text>,
    /// Postal district.
    pub city: Option<Text>,
    /// Country, e.g. `DK`.
    pub country: Option<Text>,
    /// Easting, northing, height.
    pub point: Option<Point>,
}

/// A point on the map.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Point {
    /// Easting, in the official examples of EPSG:25832.
    pub easting: Text,
    /// As the easting.
    pub northing: Text,
    /// Height.
    pub height: Option<Text>,
}

/// A name and a value that sender and receiver have agreed upon.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pair {
    /// Groups pairs into a list.
    #[serde(rename = "type")]
    pub kind: Option<Text>,
    /// Name.
    pub name: Text,
    /// Value.
    pub value: Text,
}

impl FromStr for Unit {
    type Err = Refused;
    fn from_str(number: &str) -> Result<Self, Refused> {
        Ok(Self { number: number.parse()?, name: None })
    }
}

impl FromStr for Vehicle {
    type Err = Refused;
    fn from_str(plate: &str) -> Result<Self, Refused> {
        Ok(Self { plate: plate.parse()?, chassis: None })
    }
}

impl FromStr for Address {
    type Err = Refused;
    fn from_str(line: &str) -> Result<Self, Refused> {
        line.parse().map(Self::Line)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        AddressParts::deserialize(from).map(Box::new).map(Self::Parts)
    }
}

impl FromStr for PersonAbout {
    type Err = Refused;
    fn from_str(cpr: &str) -> Result<Self, Refused> {
        Ok(Self { cpr: cpr_number(cpr)?, name: None })
    }
}

impl FromStr for CompanyAbout {
    type Err = Refused;
    fn from_str(cvr: &str) -> Result<Self, Refused> {
        Ok(Self { cvr: cvr_number(cvr)?, name: None })
    }
}

pub(super) fn cpr_number(text: &str) -> Result<CprNumber, Refused> {
    let help = "write the ten digits without a hyphen, in quotes, with zeros in front";
    text.parse().map_err(|error: crate::identity::NotACprNumber| {
        Refused::new(error.to_string(), Some("MEMO-R-013"), help)
    })
}

pub(super) fn cvr_number(text: &str) -> Result<CvrNumber, Refused> {
    let help = "write the eight digits, in quotes, with zeros in front";
    text.parse().map_err(|error: crate::identity::NotACvrNumber| {
        Refused::new(error.to_string(), Some("MEMO-R-013"), help)
    })
}

fn cpr<'de, D: serde::Deserializer<'de>>(from: D) -> Result<CprNumber, D::Error> {
    super::written::read_text(from, cpr_number)
}

fn cvr<'de, D: serde::Deserializer<'de>>(from: D) -> Result<CvrNumber, D::Error> {
    super::written::read_text(from, cvr_number)
}

/// Content data, or none when there is nothing in it.
pub(super) fn content_data(about: About) -> Result<Option<ContentData>, LetterError> {
    let empty = Some(Address::Parts(Box::default()));
    let about = About { address: about.address.filter(|one| Some(one) != empty.as_ref()), ..about };
    if about == About::default() {
        return Ok(None);
    }
    at_most("additional content data", about.more.len(), 10)?;
    let (address, unstructured_address) = address(about.address);
    Ok(Some(ContentData {
        cpr_data: about.person.map(|person| CprData {
            cpr_number: person.cpr.digits().to_owned(),
            name: text(person.name),
        }),
        cvr_data: about.company.map(|company| CvrData {
            cvr_number: company.cvr.digits().to_owned(),
            company_name: text(company.name),
        }),
        motor_vehicle: about.vehicle.map(|vehicle| MotorVehicle {
            license_number: vehicle.plate.into(),
            chassis_number: text(vehicle.chassis),
        }),
        property_number: about
            .property
            .map(|number| PropertyNumber { property_number: number.into() }),
        case_id: about
            .case
            .map(|case| CaseId { case_id: case.id.into(), case_system: case.system.into() }),
        kle_data: about.kle.map(|kle| KleData {
            subject_key: kle.number.into(),
            version: kle.version.into(),
            activity_facet: kle.facet.map(String::from),
            label: kle.label.into(),
        }),
        form_data: about.form.map(|form| FormData {
            task_key: form.key.into(),
            version: form.version.into(),
            activity_facet: form.facet.map(String::from),
            label: form.label.into(),
        }),
        production_unit: about.production_unit.map(production_unit),
        education: about.education.map(|education| crate::Education {
            education_code: education.code.into(),
            education_name: text(education.name),
        }),
        address,
        unstructured_address,
        additional_content_data: about
            .more
            .into_iter()
            .map(|pair| AdditionalContentData {
                content_data_type: text(pair.kind),
                content_data_name: pair.name.into(),
                content_data_value: pair.value.into(),
            })
            .collect(),
    }))
}

pub(super) fn production_unit(unit: Unit) -> ProductionUnit {
    ProductionUnit {
        production_unit_number: unit.number.into(),
        production_unit_name: text(unit.name),
    }
}

pub(super) fn address(
    address: Option<Address>,
) -> (Option<crate::Address>, Option<UnstructuredAddress>) {
    match address {
        None => (None, None),
        Some(Address::Line(line)) => {
            (None, Some(UnstructuredAddress { unstructured: line.into() }))
        }
        Some(Address::Parts(parts)) if *parts == AddressParts::default() => (None, None),
        Some(Address::Parts(parts)) => {
            let point = parts.point.map(|point| crate::AddressPoint {
                geographic_easting_measure: Some(point.easting.into()),
                geographic_northing_measure: Some(point.northing.into()),
                geographic_height_measure: text(point.height),
            });
            let address = crate::Address {
                id: text(parts.id),
                address_label: text(parts.street),
                house_number: text(parts.house_number),
                door: text(parts.door),
                floor: text(parts.floor),
                co: text(parts.co),
                zip_code: text(parts.zip),
                city: text(parts.city),
                country: text(parts.country),
                address_point: point,
            };
            (Some(address), None)
        }
    }
}

/// The text of a value that may be absent.
pub(super) fn text(value: Option<Text>) -> Option<String> {
    value.map(String::from)
}
