//! Tolerances that are seen in values: valid by the schema, and trouble for some programs in the field.

use super::Report;
use crate::outline::Element;
use crate::rulebook;
use crate::schema::Kind;

/// The largest number that the official Java library reads as a P number.
const LARGEST_IN_32_BITS: u64 = 2_147_483_647;

/// Checks one value.
pub(super) fn value(element: Element<'_>, report: &mut Report<'_>) {
    let Kind::Value(schema) = element.schema().kind else { return };
    let Some(text) = element.text().filter(|_| element.is_valid()) else { return };
    match schema.name {
        "Boolean" if text != "true" && text != "false" => {
            report.at(element, &rulebook::UNUSUAL_SWITCH, &[]);
        }
        "PNumber" if text.trim().parse::<u64>().is_ok_and(|n| n > LARGEST_IN_32_BITS) => {
            report.at(element, &rulebook::LARGE_P_NUMBER, &[]);
        }
        "Uri256" if !text.is_ascii() => report.at(element, &rulebook::NON_ASCII_ADDRESS, &[]),
        "DateTime" if text.contains('.') => {
            report.at(element, &rulebook::FRACTION_OF_SECOND, &[]);
        }
        _ => {}
    }
}
