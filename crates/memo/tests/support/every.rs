//! A message with every element of every class, made by walking the schema table.

use brevdue_memo::schema::{ClassSchema, Kind, Namespace, UNBOUNDED};
use brevdue_memo::{MemoVersion, Message};

/// The message; repeated elements stand as often as they may, at most twice.
pub(crate) fn every_element(version: MemoVersion) -> String {
    let mut document = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<memo:Message");
    for namespace in Namespace::ALL {
        document.push_str(&format!(" xmlns:{}=\"{}\"", namespace.prefix(), namespace.uri()));
    }
    document.push_str(&format!(" memoVersion=\"{version}\""));
    if version == MemoVersion::V1_1 {
        document.push_str(" memoSchVersion=\"1.1.0\"");
    }
    document.push_str(">\n");
    children(Message::schema(), version, 1, &mut document);
    document.push_str("</memo:Message>\n");
    document
}

fn children(class: &ClassSchema, version: MemoVersion, depth: usize, document: &mut String) {
    let mut chosen = false;
    for element in class.elements.iter().filter(|element| element.occurs.since <= version) {
        if element.occurs.choice && std::mem::replace(&mut chosen, true) {
            continue;
        }
        let times = if element.occurs.max == UNBOUNDED { 2 } else { element.occurs.max.min(2) };
        for _ in 0..times {
            let indent = "\t".repeat(depth);
            let name = format!("{}:{}", element.namespace.prefix(), element.name);
            document.push_str(&format!("{indent}<{name}>"));
            match element.kind {
                Kind::Value(value) => document.push_str(sample_of(value.name)),
                Kind::Class(class) => {
                    document.push('\n');
                    children(class, version, depth + 1, document);
                    document.push_str(&indent);
                }
            }
            document.push_str(&format!("</{name}>\n"));
        }
    }
}

fn sample_of(kind: &str) -> &'static str {
    match kind {
        "Text256" | "Text512" | "Notification" => "Tilbud om børnehaveplads",
        "Text7" => "AB12345",
        "Uri256" => "https://selvbetjening.kommunen.example/plads",
        "Language" => "da",
        "PNumber" => "1234567890",
        "GlnNumber" => "5798000012345",
        "Uuid4" => "8c2ea15d-61fb-4ba9-9366-42f8b194c114",
        "DateTime" => "2025-09-30T12:00:00Z",
        "Date" => "2025-09-15",
        "Boolean" => "true",
        "MessageType" => "DIGITALPOST",
        "Base64" => "VGhpcyBpcyBhIHRlc3Q=",
        other => panic!("no sample of {other}"),
    }
}
