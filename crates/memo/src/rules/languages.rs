//! Codes of languages.

use super::Report;
use super::values::trimmed;
use crate::finding::Word;
use crate::outline::Element;
use crate::rulebook;

/// Every code of ISO 639-1 in use, sorted, each two letters and a space.
const CODES: &str = "\
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv \
    cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho \
    hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku \
    kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn \
    no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm \
    sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi \
    vo wa wo xh yi yo za zh zu \
";

/// MEMO-R-125: checks a `language`.
pub(super) fn language(element: Element<'_>, report: &mut Report<'_>) {
    let Some(code) = trimmed(element) else { return };
    if is_language(code) {
        return;
    }
    let why = if is_language(&code.to_ascii_lowercase()) {
        Word::Phrase("ikke skrevet med små bogstaver", "not written in lower case")
    } else {
        Word::Phrase("ingen kode for et sprog i ISO 639-1", "no code of a language in ISO 639-1")
    };
    report.at(element, &rulebook::LANGUAGE, &[why]);
}

fn is_language(code: &str) -> bool {
    let letter = |byte: &u8| byte.is_ascii_lowercase();
    code == "da"
        || (code.len() == 2
            && code.as_bytes().iter().all(letter)
            && CODES.split(' ').any(|known| known == code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_two_lower_case_letters_of_iso_639_1() {
        for code in ["da", "en", "de", "kl", "fo", "aa", "zu"] {
            assert!(is_language(code), "{code}");
        }
        for code in ["DA", "dk", "d", "", "xx", "dan", "d "] {
            assert!(!is_language(code), "{code}");
        }
    }
}
