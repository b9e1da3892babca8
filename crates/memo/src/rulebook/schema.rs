//! What breaks the official schema of the message's version.

use super::*;

rules! {
    source Confirmed "the official MeMo schemas 1.1 and 1.2";

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
        "skriv memoVersion=\"1.2\" på Message, eller memoVersion=\"1.1\" memoSchVersion=\"1.1.0\""
            / "write memoVersion=\"1.2\" on Message, or memoVersion=\"1.1\" memoSchVersion=\"1.1.0\""
    }
    ATTRIBUTE_NOT_ALLOWED = "MEMO-S-006" Schema Error {
        "attributten {} er ikke tilladt her" / "attribute {} is not allowed here",
        "fjern attributten; memoSchVersion findes ikke i version 1.2"
            / "remove the attribute; memoSchVersion does not exist in version 1.2"
    }
    WRONG_FORM = "MEMO-S-007" Schema Error {
        "{} er ikke {}" / "{} is not {}",
        "skriv værdien i den form; lad et bibliotek kode filers indhold som almindelig Base64 (med + og /, ikke - og _)"
            / "write the value in that form; let a library encode the content of files as standard Base64 (with + and /, not - and _)"
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
}
