//! The values of a letter that a wrong text cannot become: texts within their limit, addresses, numbers.
//!
//! Each is read from text with `parse`, in code and in a description alike, and what is refused is told
//! with the rule and what to do, never with the text itself.

use std::borrow::Cow;
use std::str::FromStr;

use serde::de::Deserializer;

use crate::reading::characters::is_allowed;
use crate::rules;

pub use super::times::point_in_time;
use super::written::parsed;

/// Why a text is not the value it should be. Never quotes it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Refused {
    /// What is wrong, with the limit where there is one.
    pub what: Cow<'static, str>,
    /// Whose rule it is, e.g. `MEMO-R-011`; see `docs/rules.md`.
    pub rule: Option<&'static str>,
    /// What to do.
    pub help: Cow<'static, str>,
}

impl Refused {
    pub(crate) fn new(
        what: impl Into<Cow<'static, str>>,
        rule: Option<&'static str>,
        help: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { what: what.into(), rule, help: help.into() }
    }
}

/// A text of 1 to `LIMIT` characters (code points) that is not blank and that XML can carry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Text<const LIMIT: usize = 256>(String);

impl<const LIMIT: usize> Text<LIMIT> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const LIMIT: usize> FromStr for Text<LIMIT> {
    type Err = Refused;
    fn from_str(text: &str) -> Result<Self, Refused> {
        let length = text.chars().count();
        if length > LIMIT {
            let what = format!("the text has {length} characters, over the limit of {LIMIT}");
            return Err(Refused::new(what, Some("MEMO-S-008"), "shorten it"));
        }
        if text.trim().is_empty() {
            let help = "write something, or leave the key out";
            return Err(Refused::new("the text is empty", Some("MEMO-R-005"), help));
        }
        if !text.chars().all(is_allowed) {
            let what = "the text holds a control character that XML cannot carry";
            return Err(Refused::new(what, None, "leave the character out"));
        }
        Ok(Self(text.to_owned()))
    }
}

/// Declares text types that are what their check lets through.
macro_rules! texts {
    ($( $(#[$meta:meta])* $Name:ident: $check:path, $rule:expr, $what:literal, $help:literal; )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $Name(String);

        impl $Name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $Name {
            type Err = Refused;
            fn from_str(text: &str) -> Result<Self, Refused> {
                match $check(text) {
                    Some(text) => Ok(Self(text)),
                    None => Err(Refused::new($what, $rule, $help)),
                }
            }
        }

        impl From<$Name> for String {
            fn from(text: $Name) -> String {
                text.0
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                parsed(from)
            }
        }
    )*};
}

texts! {
    /// Where an action leads: an absolute address with scheme `https` and a host, at most 256 characters.
    ///
    /// Source: Digital Post, «Øget validering af filnavne og URI i Actions», 15 November 2024.
    EntryPointUrl: entry_point_url, Some("MEMO-R-011"),
        "this is not an absolute https address of at most 256 characters",
        "write it with https:// and a host, e.g. https://betaling.example/regning";
    /// An e-mail address: a name, `@` and a domain with a dot, at most 256 characters.
    EmailAddress: email_address, Some("MEMO-R-157"),
        "this does not look like an e-mail address", "write it as name@domain.example";
    /// A KLE subject of the form `NN.NN.NN`.
    KleNumber: kle_number, Some("MEMO-R-150"),
        "a KLE number has the form NN.NN.NN", "look it up at kle-online.dk, e.g. 27.35.04";
    /// What is done about a KLE or FORM subject: a letter and two digits.
    ActivityFacet: activity_facet, Some("MEMO-R-150"),
        "an activity facet is a capital letter and two digits", "write it as e.g. G01";
    /// A FORM task of the form `NN.NN.NN.NN`.
    FormKey: form_key, Some("MEMO-R-151"),
        "a FORM task key has the form NN.NN.NN.NN", "look it up at form-online.dk, e.g. 18.10.05.05";
    /// A production unit (P-nummer): ten digits.
    ProductionUnitNumber: ten_digits, Some("MEMO-R-152"),
        "a production unit number is ten digits", "write the digits alone, in quotes";
    /// A tax unit (SE-nummer): eight digits.
    SeUnitNumber: eight_digits, Some("MEMO-R-154"),
        "an SE number is eight digits", "write the digits alone, in quotes";
    /// A location (GLN, EAN) of thirteen digits whose last one is the check digit of GS1.
    Gln: gln, Some("MEMO-R-153"),
        "a GLN is thirteen digits, the last of which checks the others", "write the digits alone, in quotes";
    /// A registration number of a vehicle: 1 to 7 capital letters and digits.
    PlateNumber: plate_number, Some("MEMO-R-155"),
        "a registration number is at most seven letters and digits", "write it without spaces, e.g. XY12345";
    /// A language by its two lower-case letters of ISO 639-1, e.g. `da`.
    LanguageCode: language_code, Some("MEMO-R-125"),
        "a language is two lower-case letters of ISO 639-1", "write da for Danish, en for English";
}

impl LanguageCode {
    /// Danish.
    pub fn danish() -> Self {
        Self("da".to_owned())
    }
}

impl<const LIMIT: usize> From<Text<LIMIT>> for String {
    fn from(text: Text<LIMIT>) -> String {
        text.0
    }
}

impl<'de, const LIMIT: usize> serde::Deserialize<'de> for Text<LIMIT> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        parsed(from)
    }
}

/// The scheme is written in lower case, as viewers expect it.
fn entry_point_url(text: &str) -> Option<String> {
    let fits = rules::entry_point_is_allowed(text)
        && text.chars().count() <= 256
        && text.chars().all(is_allowed);
    fits.then(|| format!("https{}", &text["https".len()..]))
}

fn email_address(text: &str) -> Option<String> {
    let (name, domain) = text.split_once('@')?;
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[]\\,;:\"@".contains(c);
    let labels = || domain.split('.');
    let fits = !name.is_empty()
        && name.chars().all(plain)
        && domain.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.')
        && labels().count() > 1
        && labels().all(|label| !label.is_empty())
        && text.chars().count() <= 256
        && text.chars().all(is_allowed);
    fits.then(|| text.to_owned())
}

fn kle_number(text: &str) -> Option<String> {
    pairs_of_digits(text, 3)
}

fn form_key(text: &str) -> Option<String> {
    pairs_of_digits(text, 4)
}

fn pairs_of_digits(text: &str, count: usize) -> Option<String> {
    let pair = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = text.split('.').count() == count && text.split('.').all(pair);
    fits.then(|| text.to_owned())
}

fn activity_facet(text: &str) -> Option<String> {
    match text.as_bytes() {
        [b'A'..=b'Z', b'0'..=b'9', b'0'..=b'9'] => Some(text.to_owned()),
        _ => None,
    }
}

fn digits(text: &str, count: usize) -> Option<String> {
    let fits = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.to_owned())
}

fn ten_digits(text: &str) -> Option<String> {
    digits(text, 10)
}

fn eight_digits(text: &str) -> Option<String> {
    digits(text, 8)
}

/// Source: GS1 General Specifications, check digit calculation.
fn gln(text: &str) -> Option<String> {
    let text = digits(text, 13)?;
    let weighted =
        |(index, digit): (usize, u8)| u32::from(digit - b'0') * if index % 2 == 0 { 1 } else { 3 };
    let sum: u32 = text.bytes().enumerate().map(weighted).sum();
    sum.is_multiple_of(10).then_some(text)
}

fn plate_number(text: &str) -> Option<String> {
    let letter = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || "ÆØÅ".contains(c);
    let fits = (1..=7).contains(&text.chars().count()) && text.chars().all(letter);
    fits.then(|| text.to_owned())
}

fn language_code(text: &str) -> Option<String> {
    (ISO_639_1.split(' ').any(|code| code == text)).then(|| text.to_owned())
}

/// Source: ISO 639-1.
const ISO_639_1: &str = "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu \
cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id \
ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi \
mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd \
se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa \
wo xh yi yo za zh zu";

/// A UUID of any version, with hyphens, as contact points have them.
pub(crate) fn any_uuid(text: &str) -> Result<uuid::Uuid, Refused> {
    if rules::contact_point_id_is_uuid(text)
        && let Ok(uuid) = uuid::Uuid::try_parse(text)
    {
        return Ok(uuid);
    }
    let help = "take it from the contact structure, with its hyphens";
    Err(Refused::new("a contact point's id is a UUID", Some("MEMO-R-018"), help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_only_made_of_a_text_that_fits_it() {
        fn fits<T: FromStr>(text: &str) -> bool {
            text.parse::<T>().is_ok()
        }
        for (name, fits, good, bad) in [
            (
                "url",
                fits::<EntryPointUrl> as fn(&str) -> bool,
                &["https://a.example", "HTTPS://a.example/æ"][..],
                &["http://a.example", "", "a.example", "https://", "https://a .example"][..],
            ),
            (
                "email",
                fits::<EmailAddress>,
                &["a@b.example", "fornavn.efternavn+x@b-c.example"],
                &["a", "@b.example", "a@b", "a@b..example", "a b@c.example", "a@b@c.example"],
            ),
            (
                "kle",
                fits::<KleNumber>,
                &["27.35.04"],
                &["27.35", "27.35.4", "27.35.04.01", "xx.35.04"],
            ),
            ("facet", fits::<ActivityFacet>, &["G01"], &["g01", "G1", "G011"]),
            ("form", fits::<FormKey>, &["18.10.05.05"], &["18.10.05"]),
            (
                "unit",
                fits::<ProductionUnitNumber>,
                &["1000000001"],
                &["100000000", "1 000 000 001"],
            ),
            ("gln", fits::<Gln>, &["5790000000005"], &["5790000000006", "579000000000"]),
            (
                "plate",
                fits::<PlateNumber>,
                &["XY12345", "ÆØ1"],
                &["", "XY123456", "xy12345", "X Y"],
            ),
            ("language", fits::<LanguageCode>, &["da", "kl"], &["DA", "d", "dan", "xx", "da en"]),
            ("text", fits::<Text<3>>, &["æøå", " a"], &["", " ", "æøåe", "\u{1}"]),
        ] {
            for text in good {
                assert!(fits(text), "{name}: {text}");
            }
            for text in bad {
                assert!(!fits(text), "{name}: {text}");
            }
        }
        assert_eq!(
            "HTTPS://a.example".parse::<EntryPointUrl>().unwrap().as_str(),
            "https://a.example"
        );
    }
}
