//! Every rule a message can break, in one table: id, severity, what to say, how to mend it.
//!
//! `docs/rules.md` is made from this table. A `{}` in a text is filled with names, numbers and fixed
//! phrases, never with a value of the message.
//!
//! Sources: XML 1.0 (fifth edition) and Namespaces in XML 1.0 for `MEMO-X`; the official MeMo schemas
//! 1.1 and 1.2 for `MEMO-S`; the announcements of Digital Post for `MEMO-R`.

use crate::finding::Severity;

/// Which check finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// Not XML as Digital Post takes it, or over a limit; reading stops.
    Syntax,
    /// Not what the schema of the message's version says; reading goes on.
    Schema,
    /// Against a rule beside the schema.
    Business,
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// The stable id, e.g. `MEMO-S-003`.
    pub id: &'static str,
    /// How bad it is to break it.
    pub severity: Severity,
    /// Which check finds it.
    pub level: Level,
    /// The text of a finding in Danish.
    pub danish: &'static str,
    /// The text of a finding in English.
    pub english: &'static str,
    /// How to mend it, in Danish.
    pub fix_danish: &'static str,
    /// How to mend it, in English.
    pub fix_english: &'static str,
}

macro_rules! rules {
    ($( $NAME:ident = $id:literal $level:ident $severity:ident {
        $danish:literal / $english:literal,
        $fix_danish:literal / $fix_english:literal
    } )*) => {
        $(
            pub(crate) static $NAME: Rule = Rule {
                id: $id,
                severity: Severity::$severity,
                level: Level::$level,
                danish: $danish,
                english: $english,
                fix_danish: $fix_danish,
                fix_english: $fix_english,
            };
        )*

        /// All rules, in the order of their ids within each level.
        pub static RULES: &[&Rule] = &[$(&$NAME),*];
    };
}

rules! {
    NO_ELEMENT = "MEMO-X-001" Syntax Error {
        "dokumentet har intet element" / "the document holds no element",
        "send en MeMo-meddelelse; et tomt dokument opstår ofte, når en fil sendes, før den er skrevet"
            / "send a MeMo message; an empty document often comes from sending a file before it is written"
    }
    TRUNCATED = "MEMO-X-002" Syntax Error {
        "dokumentet slutter midt i {}" / "the document ends inside {}",
        "send hele dokumentet; se efter en afbrudt overførsel eller en fil, der ikke blev lukket"
            / "send the whole document; look for a transfer that broke off or a file that was not closed"
    }
    MALFORMED = "MEMO-X-003" Syntax Error {
        "opmærkningen er ikke velformet XML: {}" / "the markup is not well-formed XML: {}",
        "lad et XML-bibliotek skrive dokumentet i stedet for at sætte tekst sammen"
            / "let an XML library write the document instead of joining text"
    }
    MISMATCHED_TAGS = "MEMO-X-004" Syntax Error {
        "slutmærket passer ikke til startmærket for {}" / "the end tag does not match the start tag of {}",
        "luk elementerne i omvendt rækkefølge, med samme præfiks og navn"
            / "close elements in reverse order, with the same prefix and name"
    }
    OUTSIDE_ROOT = "MEMO-X-005" Syntax Error {
        "tekst står uden for rodelementet" / "text stands outside the root element",
        "fjern alt andet end kommentarer og blanktegn før og efter meddelelsen"
            / "remove everything but comments and white space before and after the message"
    }
    SECOND_ROOT = "MEMO-X-006" Syntax Error {
        "dokumentet har mere end ét rodelement" / "the document has more than one root element",
        "send én meddelelse pr. dokument, eller flere i en container"
            / "send one message per document, or several in a container"
    }
    DOCTYPE = "MEMO-X-007" Syntax Error {
        "dokumentet har en DOCTYPE, som altid afvises" / "the document has a DOCTYPE, which is always refused",
        "fjern DOCTYPE-linjen; MeMo beskrives af XML-skemaer" / "remove the DOCTYPE; MeMo is described by XML schemas"
    }
    UNKNOWN_ENTITY = "MEMO-X-008" Syntax Error {
        "en entitet er ikke erklæret; kun amp, lt, gt, quot og apos findes"
            / "an entity is not declared; only amp, lt, gt, quot and apos exist",
        "skriv tegnet selv i UTF-8 eller som tegnreference, for eksempel &#230;"
            / "write the character itself in UTF-8 or as a character reference, for example &#230;"
    }
    BAD_CHARACTER_REFERENCE = "MEMO-X-009" Syntax Error {
        "en tegnreference er misdannet eller nævner et tegn, som XML ikke tillader"
            / "a character reference is malformed or names a character that XML does not allow",
        "fjern tegnet; styretegn kan ikke stå i XML 1.0" / "remove the character; control characters cannot stand in XML 1.0"
    }
    BAD_CHARACTER = "MEMO-X-010" Syntax Error {
        "teksten har et tegn, som XML ikke tillader (U+{})" / "the text has a character that XML does not allow (U+{})",
        "fjern styretegn fra teksten, før den skrives som XML"
            / "remove control characters from the text before it is written as XML"
    }
    INVALID_UTF8 = "MEMO-X-011" Syntax Error {
        "dokumentet er ikke gyldig UTF-8 her" / "the document is not valid UTF-8 here",
        "skriv dokumentet i UTF-8; ISO 8859-1 og Windows-1252 læses ikke"
            / "write the document in UTF-8; ISO 8859-1 and Windows-1252 are not read"
    }
    UTF16 = "MEMO-X-012" Syntax Error {
        "dokumentet er i UTF-16 eller UTF-32; send UTF-8" / "the document is in UTF-16 or UTF-32; send UTF-8",
        "gem eller send dokumentet som UTF-8" / "save or send the document as UTF-8"
    }
    OTHER_ENCODING = "MEMO-X-013" Syntax Error {
        "XML-erklæringen nævner en anden tegnkodning end UTF-8" / "the XML declaration names an encoding other than UTF-8",
        "skriv dokumentet i UTF-8 og erklær encoding=\"UTF-8\"" / "write the document in UTF-8 and declare encoding=\"UTF-8\""
    }
    BAD_DECLARATION = "MEMO-X-014" Syntax Error {
        "XML-erklæringen er misdannet eller står ikke først" / "the XML declaration is malformed or does not stand first",
        "begynd dokumentet med <?xml version=\"1.0\" encoding=\"UTF-8\"?>, uden noget foran"
            / "start the document with <?xml version=\"1.0\" encoding=\"UTF-8\"?>, with nothing before it"
    }
    DUPLICATE_ATTRIBUTE = "MEMO-X-015" Syntax Error {
        "attributten {} står to gange på samme element" / "attribute {} stands twice on one element",
        "behold én af dem" / "keep one of them"
    }
    UNDECLARED_PREFIX = "MEMO-X-016" Syntax Error {
        "præfikset {} er ikke erklæret" / "prefix {} is not declared",
        "erklær præfikset med xmlns på rodelementet" / "declare the prefix with xmlns on the root element"
    }
    BAD_NAMESPACE = "MEMO-X-017" Syntax Error {
        "en navnerumserklæring er ikke tilladt: {}" / "a namespace declaration is not allowed: {}",
        "ret erklæringen; xml og xmlns er reserverede præfikser"
            / "correct the declaration; xml and xmlns are reserved prefixes"
    }
    CDATA_END_IN_TEXT = "MEMO-X-018" Syntax Error {
        "teksten har ]]>, som kun må afslutte et CDATA-afsnit" / "the text has ]]>, which may only end a CDATA section",
        "skriv ]]&gt;" / "write ]]&gt;"
    }
    BAD_COMMENT = "MEMO-X-019" Syntax Error {
        "en kommentar har -- i sin tekst" / "a comment has -- in its text",
        "fjern den dobbelte bindestreg" / "remove the double hyphen"
    }
    TOO_DEEP = "MEMO-X-020" Syntax Error {
        "elementerne ligger mere end {} inde i hinanden" / "elements stand more than {} inside each other",
        "MeMo behøver syv niveauer" / "MeMo needs seven levels"
    }
    TOO_MANY_ATTRIBUTES = "MEMO-X-021" Syntax Error {
        "et element har mere end {} attributter" / "an element has more than {} attributes",
        "MeMo behøver to attributter på roden og ingen andre steder"
            / "MeMo needs two attributes on the root and none elsewhere"
    }
    TOKEN_TOO_LONG = "MEMO-X-022" Syntax Error {
        "{} er længere end grænsen på {} byte" / "{} is longer than the limit of {} bytes",
        "kun indholdet af filer (content) må være langt" / "only the content of files may be long"
    }
    DOCUMENT_TOO_LONG = "MEMO-X-023" Syntax Error {
        "dokumentet er længere end grænsen på {} byte" / "the document is longer than the limit of {} bytes",
        "send færre eller mindre filer" / "send fewer or smaller files"
    }
    TOO_MANY_REPEATED = "MEMO-X-024" Syntax Error {
        "meddelelsen har mere end {} gentagne elementer" / "the message has more than {} repeated elements",
        "del meddelelsen i flere" / "split the message into several"
    }
    TOO_MUCH_TEXT = "MEMO-X-025" Syntax Error {
        "meddelelsens felter har tilsammen mere end {} byte tekst" / "the fields of the message have more than {} bytes of text together",
        "læg teksten i en fil" / "put the text into a file"
    }

    WRONG_ROOT = "MEMO-S-001" Schema Error {
        "rodelementet er ikke memo:Message: {}" / "the root element is not memo:Message: {}",
        "brug Message i navnerummet https://DigitalPost.dk/MeMo-1 som rod"
            / "use Message in namespace https://DigitalPost.dk/MeMo-1 as the root"
    }
    NOT_ALLOWED_HERE = "MEMO-S-002" Schema Error {
        "elementet {} er ikke tilladt her: {}" / "element {} is not allowed here: {}",
        "fjern elementet, eller flyt det til skemaets plads" / "remove the element, or move it to its place in the schema"
    }
    MISSING_ELEMENT = "MEMO-S-003" Schema Error {
        "det krævede element {} mangler" / "required element {} is missing",
        "tilføj elementet på skemaets plads" / "add the element in its place in the schema"
    }
    TOO_OFTEN = "MEMO-S-004" Schema Error {
        "elementet {} står flere gange end de tilladte {}" / "element {} stands more often than the {} allowed",
        "behold så mange, som skemaet tillader" / "keep as many as the schema allows"
    }
    MISSING_ATTRIBUTE = "MEMO-S-005" Schema Error {
        "den krævede attribut {} mangler" / "required attribute {} is missing",
        "tilføj attributten på Message; memoSchVersion hører til version 1.1 alene"
            / "add the attribute to Message; memoSchVersion belongs to version 1.1 alone"
    }
    ATTRIBUTE_NOT_ALLOWED = "MEMO-S-006" Schema Error {
        "attributten {} er ikke tilladt her" / "attribute {} is not allowed here",
        "fjern attributten; memoSchVersion findes ikke i version 1.2"
            / "remove the attribute; memoSchVersion does not exist in version 1.2"
    }
    WRONG_FORM = "MEMO-S-007" Schema Error {
        "{} er ikke {}" / "{} is not {}",
        "skriv værdien i den form, som typen kræver" / "write the value in the form its type asks for"
    }
    TOO_LONG = "MEMO-S-008" Schema Error {
        "{} har {} tegn, over grænsen på {}" / "{} has {} characters, over the limit of {}",
        "forkort teksten" / "shorten the text"
    }
    NOT_IN_LIST = "MEMO-S-009" Schema Error {
        "{} er ikke en af værdierne {}" / "{} is none of the values {}",
        "brug en af værdierne, med store bogstaver og uden blanktegn"
            / "use one of the values, in upper case without white space"
    }
    PATTERN = "MEMO-S-010" Schema Error {
        "{} følger ikke mønsteret: {}" / "{} does not follow the pattern: {}",
        "skriv UUID'er af version 4 uden klammer og tider i UTC med Z"
            / "write UUIDs of version 4 without braces, and times in UTC with Z"
    }
    ABOVE_MAXIMUM = "MEMO-S-011" Schema Error {
        "{} er større end {}" / "{} is larger than {}",
        "ret tallet; P-numre har ti cifre og GLN-numre tretten" / "correct the number; P numbers have ten digits and GLNs thirteen"
    }
    STRAY_TEXT = "MEMO-S-012" Schema Error {
        "{} har tekst, hvor kun elementer er tilladt" / "{} has text where only elements are allowed",
        "fjern teksten mellem elementerne" / "remove the text between the elements"
    }
    BOTH_ALTERNATIVES = "MEMO-S-013" Schema Error {
        "{} og {} kan ikke stå sammen" / "{} and {} cannot stand together",
        "del handlingen i to" / "make two actions of it"
    }
    OTHER_VERSION = "MEMO-S-014" Schema Error {
        "elementet {} findes først i version {}" / "element {} exists only from version {}",
        "fjern elementet, eller send meddelelsen som version 1.2" / "remove the element, or send the message as version 1.2"
    }

    UNKNOWN_VERSION = "MEMO-R-002" Business Error {
        "memoVersion er hverken 1.1 eller 1.2; kontrolleret som {}" / "memoVersion is neither 1.1 nor 1.2; checked as {}",
        "send version 1.1 eller 1.2" / "send version 1.1 or 1.2"
    }
    FILENAME = "MEMO-R-010" Business Error {
        "filnavnet har et tegn, som Digital Post afviser" / "the file name has a character that Digital Post refuses",
        "brug ikke < > : \" / \\ | ? *, linjeskift eller særlige blanktegn i filnavne"
            / "do not use < > : \" / \\ | ? *, line breaks or special spaces in file names"
    }
    ENTRY_POINT = "MEMO-R-011" Business Error {
        "adressen i en handling er ikke en absolut https-adresse" / "the address of an action is not an absolute https address",
        "skriv adressen med https:// og værtsnavn" / "write the address with https:// and a host"
    }
    CONTACT_POINT = "MEMO-R-018" Business Warning {
        "contactPointID er ikke en UUID" / "contactPointID is not a UUID",
        "brug kontaktpunktets UUID fra kontaktstrukturen" / "use the contact point's UUID from the contact structure"
    }
    FILE_TYPE = "MEMO-R-121" Business Warning {
        "filens type står ikke på Brevdues egen liste over tilladte filtyper"
            / "the file's type is not on Brevdue's own list of allowed file types",
        "send PDF, ren tekst, HTML, RTF, et kontordokument eller et billede, med passende endelse"
            / "send PDF, plain text, HTML, RTF, an office document or a picture, with a fitting extension"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_texts_follow_the_style() {
        for (index, rule) in RULES.iter().enumerate() {
            assert!(RULES[..index].iter().all(|other| other.id != rule.id), "{} twice", rule.id);
            let prefix = match rule.level {
                Level::Syntax => "MEMO-X-",
                Level::Schema => "MEMO-S-",
                Level::Business => "MEMO-R-",
            };
            assert!(rule.id.starts_with(prefix), "{}", rule.id);
            for text in [rule.danish, rule.english, rule.fix_danish, rule.fix_english] {
                assert!(!text.is_empty() && !text.ends_with('.'), "{}: {text}", rule.id);
            }
            assert_eq!(
                rule.danish.matches("{}").count(),
                rule.english.matches("{}").count(),
                "{}",
                rule.id
            );
        }
    }
}
