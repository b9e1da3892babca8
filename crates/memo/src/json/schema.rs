//! The JSON Schema of a message, made from the schema table.

use std::io::{self, BufWriter, Write};

use super::emitter::Emitter;
use super::{MEMO_SCH_VERSION, MEMO_VERSION, SCHEMA_HINT};
use crate::schema::{ClassSchema, ElementSchema, Kind, UNBOUNDED, ValueSchema};
use crate::{MemoVersion, Message};

/// Writes a JSON Schema (2020-12) of the messages of one version, for editors and generators of code.
///
/// It says of values what JSON Schema can; the check of the message itself says the rest.
///
/// # Errors
/// When `out` fails.
pub fn write_schema<W: Write>(version: MemoVersion, out: W) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    let mut writer = Writer { emitter: Emitter::new(&mut out), version };
    writer.schema()?;
    out.flush()
}

struct Writer<'w> {
    emitter: Emitter<'w>,
    version: MemoVersion,
}

impl Writer<'_> {
    fn schema(&mut self) -> io::Result<()> {
        self.emitter.begin(b'{')?;
        self.pair("$schema", "https://json-schema.org/draft/2020-12/schema")?;
        self.pair("title", &format!("MeMo {}", self.version))?;
        self.class(Message::schema(), true)?;
        self.emitter.name("$defs")?;
        self.emitter.begin(b'{')?;
        let mut classes = Vec::new();
        gather(Message::schema(), self.version, &mut classes);
        for class in classes {
            self.emitter.name(class.name)?;
            self.emitter.begin(b'{')?;
            self.class(class, false)?;
            self.emitter.end(b'}')?;
        }
        self.emitter.end(b'}')?;
        self.emitter.end(b'}')
    }

    fn pair(&mut self, name: &str, value: &str) -> io::Result<()> {
        self.emitter.name(name)?;
        self.emitter.string(value)
    }

    fn number(&mut self, name: &str, number: u32) -> io::Result<()> {
        self.emitter.name(name)?;
        self.emitter.word(&number.to_string())
    }

    fn strings(&mut self, name: &str, values: &[&str]) -> io::Result<()> {
        self.emitter.name(name)?;
        self.emitter.begin(b'[')?;
        values.iter().try_for_each(|value| self.emitter.string(value))?;
        self.emitter.end(b']')
    }

    /// The keywords of an object.
    fn class(&mut self, class: &ClassSchema, is_root: bool) -> io::Result<()> {
        self.pair("type", "object")?;
        self.emitter.name("properties")?;
        self.emitter.begin(b'{')?;
        if is_root {
            self.attributes()?;
        }
        let elements = || class.elements.iter().filter(|each| each.occurs.since <= self.version);
        let known: Vec<&ElementSchema> = elements().collect();
        for element in &known {
            self.emitter.name(element.name)?;
            self.emitter.begin(b'{')?;
            self.element(element)?;
            self.emitter.end(b'}')?;
        }
        self.emitter.end(b'}')?;
        let mut required = Vec::new();
        if is_root {
            required.push(MEMO_VERSION);
            if self.version == MemoVersion::V1_1 {
                required.push(MEMO_SCH_VERSION);
            }
        }
        let needed = known.iter().filter(|each| each.occurs.min_in(self.version) > 0);
        required.extend(needed.map(|each| each.name));
        self.strings("required", &required)?;
        let choice: Vec<&str> =
            known.iter().filter(|each| each.occurs.choice).map(|each| each.name).collect();
        if !choice.is_empty() {
            self.emitter.name("not")?;
            self.emitter.begin(b'{')?;
            self.strings("required", &choice)?;
            self.emitter.end(b'}')?;
        }
        self.emitter.name("additionalProperties")?;
        self.emitter.word("false")
    }

    fn attributes(&mut self) -> io::Result<()> {
        self.emitter.name(SCHEMA_HINT)?;
        self.emitter.begin(b'{')?;
        self.pair("type", "string")?;
        self.emitter.end(b'}')?;
        self.emitter.name(MEMO_VERSION)?;
        self.emitter.begin(b'{')?;
        self.pair("const", self.version.as_str())?;
        self.emitter.end(b'}')?;
        if self.version == MemoVersion::V1_1 {
            self.emitter.name(MEMO_SCH_VERSION)?;
            self.emitter.begin(b'{')?;
            self.pair("type", "string")?;
            self.number("maxLength", 256)?;
            self.emitter.end(b'}')?;
        }
        Ok(())
    }

    fn element(&mut self, element: &ElementSchema) -> io::Result<()> {
        if element.occurs.max == 1 {
            return self.kind(element.kind);
        }
        self.pair("type", "array")?;
        self.emitter.name("items")?;
        self.emitter.begin(b'{')?;
        self.kind(element.kind)?;
        self.emitter.end(b'}')?;
        self.number("minItems", element.occurs.min_in(self.version))?;
        if element.occurs.max != UNBOUNDED {
            self.number("maxItems", element.occurs.max)?;
        }
        Ok(())
    }

    fn kind(&mut self, kind: Kind) -> io::Result<()> {
        match kind {
            Kind::Class(class) => self.pair("$ref", &format!("#/$defs/{}", class.name)),
            Kind::Value(value) => self.value(value),
        }
    }

    /// A test holds every line here to what reading accepts.
    fn value(&mut self, value: ValueSchema) -> io::Result<()> {
        if value.name == "Boolean" {
            return self.pair("type", "boolean");
        }
        self.pair("type", "string")?;
        match value.name {
            "Text7" => self.number("maxLength", 7),
            "Notification" => self.number("maxLength", 160),
            "Text256" => self.number("maxLength", 256),
            "Text512" => self.number("maxLength", 512),
            "Language" => self.pair("pattern", "^[A-Za-z]{1,2}$"),
            "PNumber" | "GlnNumber" => self.pair("pattern", "^[+-]?[0-9]+$"),
            "Uuid4" => self.pair(
                "pattern",
                "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-4[0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}$",
            ),
            "DateTime" => self.pair(
                "pattern",
                "^-?[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z$",
            ),
            "Date" => {
                self.pair("pattern", "^-?[0-9]{4,}-[0-9]{2}-[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})?$")
            }
            "MessageType" => self.strings("enum", &["DIGITALPOST", "NEMSMS"]),
            "Base64" => self.pair("contentEncoding", "base64"),
            // An address may have white space around it that does not count for its length.
            _ => Ok(()),
        }
    }
}

/// Every class below one, each once, in the order of the table.
fn gather(
    class: &'static ClassSchema,
    version: MemoVersion,
    found: &mut Vec<&'static ClassSchema>,
) {
    for element in class.elements.iter().filter(|each| each.occurs.since <= version) {
        if let Kind::Class(class) = element.kind
            && !found.iter().any(|each| each.name == class.name)
        {
            found.push(class);
            gather(class, version, found);
        }
    }
}
