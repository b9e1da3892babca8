//! What the schemas say of single changes to a minimum message, beside what the official schema says.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/every.rs"]
mod every;
mod support;

use brevdue_memo::schema::{ClassSchema, Kind};
use brevdue_memo::{MemoVersion, Message};
use support::{Referee, SchemaSet, change, minimum_1_1, minimum_1_2, read_bytes, rules};

/// The rules a change breaks; none when the message stays valid.
type Broken = &'static [&'static str];

const VALID: Broken = &[];

/// A change, its verdict in 1.1 and in 1.2.
struct Vector {
    name: String,
    from: &'static str,
    to: String,
    v1_1: Broken,
    v1_2: Broken,
}

const UUID: &str = "8C2EA15D-61FB-4BA9-9366-42F8B194C114";
const CREATED: &str = "2018-05-03T12:00:00Z";
const CONTENT: &str = "VGhpcyBpcyBhIHRlc3Q=";
const LABEL: &str = "<memo:label>Pladsanvisning</memo:label>";
const SENDER_END: &str = "</memo:Sender>";
const RECIPIENT_END: &str = "</memo:Recipient>";
const DOCUMENT_END: &str = "</memo:MainDocument>";
const ACTION: &str =
    "<memo:Action><memo:label>Se</memo:label><memo:actionCode>NOGET</memo:actionCode>";
const ENTRY_POINT: &str =
    "<memo:EntryPoint><memo:url>https://a.example</memo:url></memo:EntryPoint>";
const RESERVATION: &str = "<memo:Reservation><memo:description>a</memo:description>\
    <memo:reservationUUID>8C2EA15D-61FB-4BA9-9366-42F8B194D241</memo:reservationUUID><memo:abstract>a</memo:abstract>\
    <memo:location>a</memo:location><memo:startDateTime>2018-11-10T09:00:00Z</memo:startDateTime>\
    <memo:endDateTime>2018-11-10T12:00:00Z</memo:endDateTime></memo:Reservation>";
const FILE: &str = "<memo:File><memo:encodingFormat>text/xml</memo:encodingFormat><memo:filename>a.xml</memo:filename>\
    <memo:language>da</memo:language><memo:content/></memo:File>";

#[derive(Default)]
struct Vectors(Vec<Vector>);

impl Vectors {
    fn add(&mut self, name: &str, from: &'static str, to: impl Into<String>, both: Broken) {
        self.split(name, from, to, both, both);
    }

    fn split(
        &mut self,
        name: &str,
        from: &'static str,
        to: impl Into<String>,
        v1_1: Broken,
        v1_2: Broken,
    ) {
        self.0.push(Vector { name: name.to_owned(), from, to: to.into(), v1_1, v1_2 });
    }

    /// Values of one element, added to the header before the sender.
    fn header(&mut self, element: &str, values: &[(&str, Broken)]) {
        for (value, broken) in values {
            let to = format!("{LABEL}<memo:{element}>{value}</memo:{element}>");
            let name = format!("{element} {:.40} ({} characters)", value, value.chars().count());
            self.add(&name, LABEL, to, broken);
        }
    }

    fn values(&mut self, name: &str, from: &'static str, values: &[(&str, Broken)]) {
        for (value, broken) in values {
            self.add(&format!("{name} {value:.40}"), from, *value, broken);
        }
    }
}

/// The edge cases of the schema's types and sequences, in one table.
fn vectors() -> Vec<Vector> {
    let mut all = Vectors::default();
    all.values(
        "messageUUID",
        UUID,
        &[
            ("8c2ea15d-61fb-4ba9-9366-42f8b194c114", VALID),
            (" 8C2EA15D-61FB-4BA9-9366-42F8B194C114", &["MEMO-S-010"]),
            ("{8C2EA15D-61FB-4BA9-9366-42F8B194C114}", &["MEMO-S-010"]),
            ("8C2EA15D-61FB-1BA9-9366-42F8B194C114", &["MEMO-S-010"]),
            ("8C2EA15D-61FB-7BA9-9366-42F8B194C114", &["MEMO-S-010"]),
            ("8C2EA15D-61FB-4BA9-C366-42F8B194C114", &["MEMO-S-010"]),
            ("", &["MEMO-S-010"]),
        ],
    );
    for (value, broken) in [
        ("1", VALID),
        (" false ", VALID),
        ("", VALID),
        ("true", VALID),
        ("TRUE", &["MEMO-S-007"][..]),
    ] {
        let element = format!("{LABEL}<memo:reply>{value}</memo:reply>");
        all.add(&format!("reply {value:?}"), LABEL, element, broken);
    }
    all.values(
        "createdDateTime",
        CREATED,
        &[
            ("2018-05-03T12:00:00.123Z", VALID),
            ("2018-05-03T24:00:00Z", VALID),
            ("\n 2018-05-03T12:00:00Z ", VALID),
            ("12018-05-03T12:00:00Z", VALID),
            ("-2018-05-03T12:00:00Z", VALID),
            ("2018-05-03T12:00:00", &["MEMO-S-010"]),
            ("2018-05-03T12:00:00+00:00", &["MEMO-S-010"]),
            ("2018-05-03T12:00:00+02:00", &["MEMO-S-010"]),
            ("2018-05-03T12:00:60Z", &["MEMO-S-007"]),
            ("2018-02-30T12:00:00Z", &["MEMO-S-007"]),
            ("2018-05-03T12:00Z", &["MEMO-S-007"]),
            ("2018-05-03t12:00:00Z", &["MEMO-S-007"]),
            ("2018-05-03T12:00:00z", &["MEMO-S-007"]),
            ("", &["MEMO-S-007"]),
        ],
    );
    for (value, broken) in [
        ("da", VALID),
        ("DA", VALID),
        ("d", VALID),
        (" da ", VALID),
        ("dan", &["MEMO-S-007"]),
        ("d1", &["MEMO-S-007"]),
        ("1a", &["MEMO-S-007"]),
        ("da-DK", &["MEMO-S-007"]),
        ("", &["MEMO-S-007"]),
    ] {
        let to = format!("<memo:language>{value}</memo:language>");
        all.add(&format!("language {value:?}"), "<memo:language>da</memo:language>", to, broken);
    }
    all.values(
        "content",
        CONTENT,
        &[
            ("", VALID),
            ("VGhpcyBp\r\ncyBhIHRlc3Q=\n", VALID),
            ("AA = =", VALID),
            ("VGhpcyBpcyBhIHRlc3Q", &["MEMO-S-007"]),
            ("VGhpcyBpcyBhIHRlc3R=", &["MEMO-S-007"]),
            ("VGhpcyBpcyBhIHRlc3Q==", &["MEMO-S-007"]),
            ("VGhp=cyBp", &["MEMO-S-007"]),
            ("AAA=AAAA", &["MEMO-S-007"]),
            ("AA-_", &["MEMO-S-007"]),
            ("====", &["MEMO-S-007"]),
            ("A", &["MEMO-S-007"]),
        ],
    );
    let astral = "😀".repeat(256);
    let too_long = "a".repeat(257);
    all.values(
        "label",
        "Pladsanvisning",
        &[("", VALID), (&astral, VALID), (&too_long, &["MEMO-S-008"])],
    );
    all.header(
        "notification",
        &[
            (&"a".repeat(150), VALID),
            (&"a".repeat(151), VALID),
            (&"a".repeat(160), VALID),
            (&"a".repeat(161), &["MEMO-S-008"]),
        ],
    );
    all.header(
        "doNotDeliverUntilDate",
        &[
            ("2025-01-01", VALID),
            ("2025-01-01Z", VALID),
            ("2025-01-01+01:00", VALID),
            ("2025-01-01T00:00:00Z", &["MEMO-S-007"]),
            ("2025-1-1", &["MEMO-S-007"]),
            ("2025-02-29", &["MEMO-S-007"]),
        ],
    );
    all.values(
        "messageType",
        "DIGITALPOST",
        &[("NEMSMS", VALID), ("digitalpost", &["MEMO-S-009"]), (" DIGITALPOST", &["MEMO-S-009"])],
    );
    all.add("unknown attribute", "<memo:Message ", "<memo:Message noget=\"a\" ", &["MEMO-S-006"]);
    all.add("attribute on a class", "<memo:Sender>", "<memo:Sender a=\"b\">", &["MEMO-S-006"]);
    let xsi = "<memo:Message xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" ";
    all.add(
        "schemaLocation",
        "<memo:Message ",
        format!("{xsi}xsi:schemaLocation=\"https://DigitalPost.dk/MeMo-1 a.xsd\" "),
        VALID,
    );
    all.add("nil", "<memo:Message ", format!("{xsi}xsi:nil=\"false\" "), &["MEMO-S-006"]);
    let representative =
        "<memo:Representative><memo:label>a</memo:label></memo:Representative></memo:Sender>";
    all.split("Representative", SENDER_END, representative, &["MEMO-S-014"], VALID);
    let forward = |more: &str| {
        format!(
            "{RECIPIENT_END}<memo:ForwardData><memo:messageUUID>{UUID}</memo:messageUUID>\
             <memo:originalMessageDateTime>{CREATED}</memo:originalMessageDateTime>\
             <memo:originalSender>a</memo:originalSender>{more}</memo:ForwardData>"
        )
    };
    all.add("ForwardData", RECIPIENT_END, forward(""), VALID);
    let original = forward("<memo:originalRepresentative>a</memo:originalRepresentative>");
    all.split("originalRepresentative", RECIPIENT_END, original, &["MEMO-S-014"], VALID);
    let actions = [
        ("Action with unknown code and nothing else", String::new(), VALID),
        ("Action with EntryPoint", ENTRY_POINT.to_owned(), VALID),
        ("Action with Reservation", RESERVATION.to_owned(), VALID),
        ("Reservation, EntryPoint", format!("{RESERVATION}{ENTRY_POINT}"), &["MEMO-S-013"]),
        ("EntryPoint, Reservation", format!("{ENTRY_POINT}{RESERVATION}"), &["MEMO-S-013"]),
        ("two EntryPoints", format!("{ENTRY_POINT}{ENTRY_POINT}"), &["MEMO-S-004"]),
        (
            "endDateTime before startDateTime",
            format!(
                "<memo:endDateTime>{CREATED}</memo:endDateTime><memo:startDateTime>{CREATED}</memo:startDateTime>"
            ),
            &["MEMO-S-002"],
        ),
        (
            "endDateTime after EntryPoint",
            format!("{ENTRY_POINT}<memo:endDateTime>{CREATED}</memo:endDateTime>"),
            &["MEMO-S-002"],
        ),
    ];
    for (name, inside, broken) in actions {
        all.add(
            name,
            DOCUMENT_END,
            format!("{ACTION}{inside}</memo:Action>{DOCUMENT_END}"),
            broken,
        );
    }
    let technical = format!("<memo:TechnicalDocument>{FILE}</memo:TechnicalDocument>");
    let additional = format!("<memo:AdditionalDocument>{FILE}</memo:AdditionalDocument>");
    all.add(
        "additional, technical",
        DOCUMENT_END,
        format!("{DOCUMENT_END}{additional}{technical}"),
        VALID,
    );
    all.add(
        "technical, additional",
        DOCUMENT_END,
        format!("{DOCUMENT_END}{technical}{additional}"),
        &["MEMO-S-002"],
    );
    all.add("technical with Action", DOCUMENT_END, format!("{DOCUMENT_END}<memo:TechnicalDocument>{FILE}{ACTION}</memo:Action></memo:TechnicalDocument>"), &["MEMO-S-002"]);
    all.add(
        "second MainDocument",
        DOCUMENT_END,
        format!("{DOCUMENT_END}<memo:MainDocument>{FILE}</memo:MainDocument>"),
        &["MEMO-S-004"],
    );
    for (number, broken) in [
        ("9999999999", VALID),
        ("-5", VALID),
        ("+0012", VALID),
        ("10000000000", &["MEMO-S-011"][..]),
        ("12.0", &["MEMO-S-007"]),
        ("", &["MEMO-S-007"]),
        ("99999999999999999999999999999999999999999", &["MEMO-S-011"]),
        ("-99999999999999999999", &["MEMO-S-007"]),
    ] {
        let unit = format!(
            "<memo:AttentionData><grd:ProductionUnit><grd:productionUnitNumber>{number}</grd:productionUnitNumber></grd:ProductionUnit></memo:AttentionData></memo:Sender>"
        );
        all.add(&format!("productionUnitNumber {number}"), SENDER_END, unit, broken);
    }
    all.add("empty AttentionData", SENDER_END, "<memo:AttentionData/></memo:Sender>", VALID);
    all.add(
        "text directly inside Message",
        "\n</memo:Message>",
        "a</memo:Message>",
        &["MEMO-S-012"],
    );
    all.add(
        "text between elements of the header",
        "<memo:messageType>",
        "a<memo:messageType>",
        &["MEMO-S-012"],
    );
    all.add("CDATA section in a text", "Pladsanvisning", "<![CDATA[Plads & <anvisning>]]>", VALID);
    all.add("CDATA section in content", CONTENT, "VGhp<![CDATA[cyBpcyBh]]>IHRlc3Q=", VALID);
    all.add(
        "comments and instructions everywhere",
        LABEL,
        "<!-- a --><memo:label>Plads<!-- b -->anvis<?c d?>ning</memo:label><?e?>",
        VALID,
    );
    all.add(
        "element in a text",
        "Pladsanvisning",
        "Plads<memo:b>an</memo:b>visning",
        &["MEMO-S-002"],
    );
    all.add("element in content", CONTENT, "VGhp<memo:b/>", &["MEMO-S-002"]);
    let info = |count: usize, inside: &str| inside.repeat(count);
    let contact = |count| {
        let infos = info(
            count,
            "<memo:ContactInfo><memo:label>a</memo:label><memo:value>b</memo:value></memo:ContactInfo>",
        );
        format!(
            "<memo:ContactPoint><memo:contactPointID>a</memo:contactPointID>{infos}</memo:ContactPoint></memo:Sender>"
        )
    };
    all.add("two ContactInfo", SENDER_END, contact(2), VALID);
    all.add("three ContactInfo", SENDER_END, contact(3), &["MEMO-S-004"]);
    let data = |count| {
        let pairs = info(
            count,
            "<memo:AdditionalContentData><memo:contentDataName>a</memo:contentDataName><memo:contentDataValue>b</memo:contentDataValue></memo:AdditionalContentData>",
        );
        format!("{RECIPIENT_END}<memo:ContentData>{pairs}</memo:ContentData>")
    };
    all.add("ten AdditionalContentData", RECIPIENT_END, data(10), VALID);
    all.add("eleven AdditionalContentData", RECIPIENT_END, data(11), &["MEMO-S-004"]);
    let reply = |count| {
        let pairs = info(
            count,
            "<memo:AdditionalReplyData><memo:label>a</memo:label><memo:value>b</memo:value></memo:AdditionalReplyData>",
        );
        format!(
            "{RECIPIENT_END}<memo:ReplyData><memo:messageUUID>{UUID}</memo:messageUUID>{pairs}</memo:ReplyData>"
        )
    };
    all.add("four AdditionalReplyData", RECIPIENT_END, reply(4), VALID);
    all.add("five AdditionalReplyData", RECIPIENT_END, reply(5), &["MEMO-S-004"]);
    all.add("missing label", LABEL, "", &["MEMO-S-003"]);
    all.add(
        "misspelt label",
        LABEL,
        "<memo:lable>Pladsanvisning</memo:lable>",
        &["MEMO-S-002", "MEMO-S-003"],
    );
    all.add(
        "label in another namespace",
        LABEL,
        "<grd:label>Pladsanvisning</grd:label>",
        &["MEMO-S-002", "MEMO-S-003"],
    );
    all.add(
        "label before messageUUID",
        "<memo:messageUUID>",
        "<memo:label>a</memo:label><memo:messageUUID>",
        &["MEMO-S-002", "MEMO-S-004"],
    );
    all.add("licenseNumber of eight", RECIPIENT_END, format!("{RECIPIENT_END}<memo:ContentData><dmv:MotorVehicle xmlns:dmv=\"https://motorregister.skat.dk/\"><dmv:licenseNumber>12345678</dmv:licenseNumber></dmv:MotorVehicle></memo:ContentData>"), &["MEMO-S-008"]);
    all.0
}

/// Vectors whose change is another for each version.
fn vectors_of_one_version() -> Vec<(SchemaSet, &'static str, String, Broken)> {
    use SchemaSet::{V1_1, V1_2};
    let (one, two) = (minimum_1_1(), minimum_1_2());
    let mandatory = "<memo:mandatory>false</memo:mandatory>";
    let legal = "<memo:legalNotification>false</memo:legalNotification>";
    let mut all = vec![
        (V1_1, "as it is", one.clone(), VALID),
        (V1_2, "as it is", two.clone(), VALID),
        (V1_1, "mandatory absent", change(&one, mandatory, ""), &["MEMO-S-003"][..]),
        (V1_1, "legalNotification absent", change(&one, legal, ""), &["MEMO-S-003"]),
        (
            V1_1,
            "memoSchVersion absent",
            change(&one, " memoSchVersion=\"1.1.0\"", ""),
            &["MEMO-S-005"],
        ),
        (
            V1_2,
            "memoSchVersion present",
            change(&two, " memoVersion", " memoSchVersion=\"1.1.0\" memoVersion"),
            &["MEMO-S-006"],
        ),
        (V1_1, "memoVersion 1.10", change(&one, "\"1.1\"", "\"1.10\""), VALID),
        (V1_1, "memoVersion no number", change(&one, "\"1.1\"", "\"1.1.0\""), &["MEMO-S-007"]),
        (V1_1, "memoVersion absent", change(&one, " memoVersion=\"1.1\"", ""), &["MEMO-S-005"]),
        (V1_1, "memoSchVersion too long", change(&one, "1.1.0", &"1".repeat(257)), &["MEMO-S-008"]),
    ];
    for (set, message) in [(V1_1, &one), (V1_2, &two)] {
        let start = message.find("\n<memo:MessageBody>").expect("the minimum has a body");
        let end = message.find("\n</memo:Message>").expect("the minimum has an end");
        all.push((
            set,
            "no MessageBody",
            format!("{}{}", &message[..start], &message[end..]),
            VALID,
        ));
        let default = message.replace("memo:", "").replace("xmlns:memo=", "xmlns=");
        let default = default.replace(
            "xmlns=\"https://DigitalPost.dk/MeMo-1\"",
            "xmlns=\"https://DigitalPost.dk/MeMo-1\" xmlns:x=\"a\"",
        );
        all.push((set, "default namespace instead of prefix", default, VALID));
    }
    for value in ["1", " false ", ""] {
        let changed = format!("<memo:mandatory>{value}</memo:mandatory>");
        all.push((V1_1, "mandatory in another spelling", change(&one, mandatory, &changed), VALID));
    }
    all.push((
        V1_1,
        "mandatory TRUE",
        change(&one, mandatory, "<memo:mandatory>TRUE</memo:mandatory>"),
        &["MEMO-S-007"],
    ));
    all
}

/// All vectors as documents, with the rules each breaks.
fn documents(set: SchemaSet) -> Vec<(String, String, Broken)> {
    let base = if set == SchemaSet::V1_1 { minimum_1_1() } else { minimum_1_2() };
    let shared = vectors().into_iter().map(|vector| {
        let broken = if set == SchemaSet::V1_1 { vector.v1_1 } else { vector.v1_2 };
        (vector.name, change(&base, vector.from, &vector.to), broken)
    });
    let own = vectors_of_one_version().into_iter().filter(|vector| vector.0 == set);
    shared
        .chain(own.map(|(_, name, document, broken)| (name.to_owned(), document, broken)))
        .collect()
}

#[test]
fn every_vector_breaks_the_rules_it_should_and_no_other() {
    for set in [SchemaSet::V1_1, SchemaSet::V1_2] {
        for (name, document, broken) in documents(set) {
            let reading = read_bytes(document.as_bytes());
            assert_eq!(rules(&reading), broken, "{set:?} {name}: {document}");
            assert_eq!(reading.message.is_some(), broken.is_empty(), "{set:?} {name}");
        }
    }
}

#[test]
fn a_version_that_is_neither_1_1_nor_1_2_is_checked_as_the_nearest_lower() {
    for (document, expected) in [
        (change(&minimum_1_2(), "\"1.2\"", "\"9\""), &["MEMO-R-002"][..]),
        (change(&minimum_1_1(), "\"1.1\"", "\"1.0\""), &["MEMO-R-002"]),
        (
            change(&minimum_1_2(), "\"1.2\"", "\"1.15\""),
            &["MEMO-R-002", "MEMO-S-005", "MEMO-S-003", "MEMO-S-003"],
        ),
    ] {
        let reading = read_bytes(document.as_bytes());
        assert_eq!(rules(&reading), expected);
        assert!(reading.message.is_none() && reading.glimpse.version.is_none());
    }
}

/// Where one published copy of the schemas, or the referee, says something else.
fn known_difference(set: SchemaSet, name: &str) -> bool {
    // The published 1.1 package limits a notice to 150 characters, the official library's copy to 160.
    let longer_notice = name.contains("(151 characters)") || name.contains("(160 characters)");
    set == SchemaSet::V1_1 && longer_notice && name.starts_with("notification")
}

#[test]
fn the_official_schema_agrees_on_every_vector() {
    for set in [SchemaSet::V1_1, SchemaSet::V1_2] {
        let Some(referee) = Referee::new(set) else { return };
        let vectors = documents(set);
        let texts: Vec<&str> = vectors.iter().map(|vector| vector.1.as_str()).collect();
        let mut differ = Vec::new();
        for ((name, _, broken), valid) in vectors.iter().zip(referee.verdicts(&texts)) {
            if valid != broken.is_empty() && !known_difference(set, name) {
                differ.push(format!("{set:?} {name}: official {valid}"));
            }
        }
        assert!(differ.is_empty(), "{differ:#?}");
    }
}

#[test]
fn a_message_with_every_element_of_every_class_is_valid_here_and_there() {
    for (set, version) in
        [(SchemaSet::V1_1, MemoVersion::V1_1), (SchemaSet::V1_2, MemoVersion::V1_2)]
    {
        let document = every::every_element(version);
        assert_eq!(rules(&read_bytes(document.as_bytes())), VALID, "{document}");
        if let Some(referee) = Referee::new(set) {
            assert_eq!(referee.verdicts(&[document]), [true]);
        }
    }
}

/// A class, all classes within it, and how deep they go.
fn walk(class: &'static ClassSchema, visit: &mut dyn FnMut(&'static ClassSchema)) -> usize {
    visit(class);
    let within = class.elements.iter().map(|element| match element.kind {
        Kind::Class(class) => walk(class, visit),
        Kind::Value(_) => 1,
    });
    1 + within.max().unwrap_or(0)
}

#[test]
fn the_schema_table_has_the_classes_and_the_depth_of_the_standard() {
    let mut names = std::collections::BTreeSet::new();
    let depth = walk(Message::schema(), &mut |class| {
        names.insert(class.name);
        assert!(class.elements.len() <= 18, "the reader counts children in an array of 18");
        for (index, element) in class.elements.iter().enumerate() {
            let twice = class.elements[..index]
                .iter()
                .any(|other| (other.name, other.namespace) == (element.name, element.namespace));
            assert!(!twice, "{} twice in {}", element.name, class.name);
        }
    });
    assert_eq!(depth, 7, "the format needs seven levels");
    assert_eq!(names.len(), 42, "27 classes of memo itself and 15 of other namespaces");
}
