//! How each text of a message is masked. A test holds the table to the schema.

/// How a text is masked.
#[derive(Debug, Clone, Copy)]
pub enum Mask {
    /// An identity number: other digits, as many, that nobody has. What is no number becomes an id.
    Number,
    /// The id of a system: as a number when it is one, else `id-1`.
    Id,
    /// These words and a number in order of appearance.
    Words(&'static str),
    /// As a number when it looks like one, else as free text.
    Value,
    /// `person-1@example.invalid`; what is no e-mail address becomes free text.
    Mail,
    /// Eight digits that begin with zeros.
    Telephone,
    /// `https://example.invalid/1`; another scheme stays.
    Address,
    /// `fil-1.pdf`; a known extension stays.
    Filename,
    /// Stays, without parameters but the character set, when it has the form of a media type.
    MediaType,
    /// A registration number of seven characters.
    License,
    /// Stays when it is one of the codes the test knows, else these words and a number.
    Code(fn(&str) -> bool, &'static str),
    /// Stays: one or two letters.
    Letters,
}

use crate::rules::{ACTION_CODES, POST_TYPES};
use Mask::*;

const NAME: Mask = Words("Navn ");
const TEXT: Mask = Words("Tekst ");
const ID_TYPE: Mask = Code(is_id_type, "Type ");

/// Class, element, mask.
pub const TABLE: &[(&str, &str, Mask)] = &[
    ("MessageHeader", "messageID", Id),
    // Named by the sender: it can be anything.
    ("MessageHeader", "messageCode", TEXT),
    ("MessageHeader", "label", TEXT),
    ("MessageHeader", "notification", TEXT),
    ("MessageHeader", "additionalNotification", TEXT),
    ("MessageHeader", "postType", Code(is_post_type, "Type ")),
    ("Sender", "senderID", Number),
    ("Sender", "idType", ID_TYPE),
    ("Sender", "idTypeLabel", TEXT),
    ("Sender", "label", NAME),
    ("Recipient", "recipientID", Number),
    ("Recipient", "idType", ID_TYPE),
    ("Recipient", "idTypeLabel", TEXT),
    ("Recipient", "label", NAME),
    ("Representative", "representativeID", Number),
    ("Representative", "idType", ID_TYPE),
    ("Representative", "idTypeLabel", TEXT),
    ("Representative", "label", NAME),
    ("AttentionPerson", "personID", Number),
    ("AttentionPerson", "label", NAME),
    ("EMail", "emailAddress", Mail),
    ("EMail", "relatedAgent", NAME),
    ("Telephone", "telephoneNumber", Telephone),
    ("Telephone", "relatedAgent", NAME),
    ("ContentResponsible", "contentResponsibleID", Number),
    ("ContentResponsible", "label", NAME),
    ("GeneratingSystem", "generatingSystemID", Id),
    ("GeneratingSystem", "label", NAME),
    ("ContactPoint", "contactGroup", Id),
    ("ContactPoint", "contactPointID", Id),
    ("ContactPoint", "label", NAME),
    ("ContactInfo", "label", TEXT),
    ("ContactInfo", "value", Value),
    ("CaseID", "caseID", Id),
    ("CaseID", "caseSystem", NAME),
    ("AdditionalContentData", "contentDataType", TEXT),
    ("AdditionalContentData", "contentDataName", TEXT),
    ("AdditionalContentData", "contentDataValue", Value),
    ("CPRdata", "cprNumber", Number),
    ("CPRdata", "name", NAME),
    ("CVRdata", "cvrNumber", Number),
    ("CVRdata", "companyName", NAME),
    ("KLEdata", "subjectKey", Code(is_key, "Emne ")),
    ("KLEdata", "version", Code(is_version, "Version ")),
    ("KLEdata", "activityFacet", Code(is_facet, "Facet ")),
    ("KLEdata", "label", TEXT),
    ("FORMdata", "taskKey", Code(is_key, "Emne ")),
    ("FORMdata", "version", Code(is_version, "Version ")),
    ("FORMdata", "activityFacet", Code(is_facet, "Facet ")),
    ("FORMdata", "label", TEXT),
    ("MotorVehicle", "licenseNumber", License),
    ("MotorVehicle", "chassisNumber", Id),
    ("PropertyNumber", "propertyNumber", Number),
    ("Education", "educationCode", Id),
    ("Education", "educationName", TEXT),
    ("ProductionUnit", "productionUnitNumber", Number),
    ("ProductionUnit", "productionUnitName", NAME),
    ("SEnumber", "seNumber", Number),
    ("SEnumber", "companyName", NAME),
    ("EID", "eID", Number),
    ("EID", "label", NAME),
    ("GlobalLocationNumber", "globalLocationNumber", Number),
    ("GlobalLocationNumber", "location", NAME),
    ("SORdata", "sorIdentifier", Number),
    ("SORdata", "entryName", NAME),
    ("Address", "id", Id),
    ("Address", "addressLabel", Words("Vej ")),
    ("Address", "houseNumber", Words("")),
    ("Address", "door", Words("")),
    ("Address", "floor", Words("")),
    ("Address", "co", NAME),
    ("Address", "zipCode", Number),
    ("Address", "city", Words("By ")),
    ("Address", "country", Code(is_country, "Land ")),
    ("AddressPoint", "geographicEastingMeasure", Number),
    ("AddressPoint", "geographicNorthingMeasure", Number),
    ("AddressPoint", "geographicHeightMeasure", Number),
    ("UnstructuredAddress", "unstructured", Words("Adresse ")),
    ("ForwardData", "originalSender", NAME),
    ("ForwardData", "originalContentResponsible", NAME),
    ("ForwardData", "originalRepresentative", NAME),
    ("ForwardData", "contactPointID", Id),
    ("ForwardData", "comment", TEXT),
    ("ReplyData", "messageID", Id),
    ("ReplyData", "senderID", Number),
    ("ReplyData", "recipientID", Number),
    ("ReplyData", "caseID", Id),
    ("ReplyData", "contactPointID", Id),
    ("ReplyData", "generatingSystemID", Id),
    ("ReplyData", "comment", TEXT),
    ("AdditionalReplyData", "label", TEXT),
    ("AdditionalReplyData", "value", Value),
    ("MainDocument", "mainDocumentID", Id),
    ("MainDocument", "label", TEXT),
    ("AdditionalDocument", "additionalDocumentID", Id),
    ("AdditionalDocument", "label", TEXT),
    ("TechnicalDocument", "technicalDocumentID", Id),
    ("TechnicalDocument", "label", TEXT),
    ("File", "encodingFormat", MediaType),
    ("File", "filename", Filename),
    ("File", "language", Letters),
    ("Action", "label", TEXT),
    ("Action", "actionCode", Code(is_action_code, "KODE-")),
    ("Reservation", "description", TEXT),
    ("Reservation", "abstract", TEXT),
    ("Reservation", "location", TEXT),
    ("Reservation", "organizerMail", Mail),
    ("Reservation", "organizerName", NAME),
    ("EntryPoint", "url", Address),
];

/// The mask of an element; free text when the table does not know it.
pub fn mask_of(class: &str, element: &str) -> Mask {
    let row = TABLE.iter().find(|(of, name, _)| *of == class && *name == element);
    row.map_or(TEXT, |(_, _, mask)| *mask)
}

fn is_id_type(text: &str) -> bool {
    ["CPR", "CVR", "EMAIL", "MyndighedsID"].iter().any(|known| text.eq_ignore_ascii_case(known))
}

fn is_post_type(text: &str) -> bool {
    POST_TYPES.iter().any(|known| text.eq_ignore_ascii_case(known))
}

fn is_action_code(text: &str) -> bool {
    ACTION_CODES.iter().any(|known| text.eq_ignore_ascii_case(known))
}

/// Groups of two digits with dots between them, at most four.
fn is_key(text: &str) -> bool {
    let is_group = |group: &str| group.len() == 2 && group.bytes().all(|b| b.is_ascii_digit());
    text.split('.').count() <= 4 && text.split('.').all(is_group)
}

/// Digits and dots, too few for an identity number.
pub(super) fn is_version(text: &str) -> bool {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && (1..=6).contains(&text.bytes().filter(u8::is_ascii_digit).count())
        && text.len() <= 9
}

fn is_facet(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, tens, ones]
        if letter.is_ascii_alphabetic() && tens.is_ascii_digit() && ones.is_ascii_digit())
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Message;
    use crate::schema::{ClassSchema, Kind};

    /// Types whose values are texts; the others cannot name anybody.
    const TEXTS: [&str; 8] = [
        "Text256",
        "Text512",
        "Text7",
        "Notification",
        "Uri256",
        "Language",
        "PNumber",
        "GlnNumber",
    ];
    const OTHERS: [&str; 6] = ["Uuid4", "DateTime", "Date", "Boolean", "MessageType", "Base64"];

    fn gather(class: &ClassSchema, texts: &mut BTreeSet<(&'static str, &'static str)>) {
        for element in class.elements {
            match element.kind {
                Kind::Class(class) => gather(class, texts),
                Kind::Value(value) if TEXTS.contains(&value.name) => {
                    texts.insert((class.name, element.name));
                }
                Kind::Value(value) => assert!(OTHERS.contains(&value.name), "{}", value.name),
            }
        }
    }

    #[test]
    fn every_text_of_the_schema_has_one_row_and_every_row_a_text() {
        let mut texts = BTreeSet::new();
        gather(Message::schema(), &mut texts);
        let rows: Vec<_> = TABLE.iter().map(|(class, element, _)| (*class, *element)).collect();
        assert_eq!(rows.iter().copied().collect::<BTreeSet<_>>(), texts);
        assert_eq!(rows.len(), texts.len(), "a row stands twice");
        assert!(matches!(mask_of("Sender", "nickname"), Words("Tekst ")));
    }

    #[test]
    fn codes_are_known_by_their_form() {
        for (is_code, good, bad) in [
            (is_key as fn(&str) -> bool, "28.06.04", "01.01.01.00.00"),
            (is_key, "01.02.03.04", "Hans.01"),
            (is_version, "v2.0", "12345678"),
            (is_version, "1.1.0", "Hans"),
            (is_facet, "A01", "Åse"),
            (is_country, "DK", "Hansen"),
            (is_action_code, "aftale", "HANS"),
            (is_id_type, "cpr", "0101010000"),
            (is_post_type, "VIRKSOMHEDSPOST", "Hans"),
        ] {
            assert!(is_code(good) && !is_code(bad), "{good} {bad}");
        }
    }
}
