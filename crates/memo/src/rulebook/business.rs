//! Rules beside the schema that need nothing but the message.

use super::*;

rules! {
    source Inferred "examples, libraries and the published API";

    UNKNOWN_VERSION = "MEMO-R-002" Business Error (All Confirmed "Digital Post, «Varsling og høring af MeMo v1.2», 23 February 2024") {
        "memoVersion er hverken 1.1 eller 1.2; kontrolleret som {}" / "memoVersion is neither 1.1 nor 1.2; checked as {}",
        "send version 1.1 eller 1.2" / "send version 1.1 or 1.2"
    }
    FILENAME = "MEMO-R-010" Business Error (All Confirmed "Digital Post, «Øget validering af filnavne og URI i Actions», 15 November 2024") {
        "filnavnet har et tegn, som Digital Post afviser" / "the file name has a character that Digital Post refuses",
        "brug ikke < > : \" / \\ | ? *, linjeskift eller særlige blanktegn i filnavne"
            / "do not use < > : \" / \\ | ? *, line breaks or special spaces in file names"
    }
    ENTRY_POINT = "MEMO-R-011" Business Error (All Confirmed "Digital Post, «Øget validering af filnavne og URI i Actions», 15 November 2024") {
        "adressen i en handling er ikke en absolut https-adresse" / "the address of an action is not an absolute https address",
        "skriv adressen med https:// og værtsnavn" / "write the address with https:// and a host"
    }
    CONTACT_POINT = "MEMO-R-018" Business Warning (All Inferred "the published API types it so") {
        "contactPointID er ikke en UUID" / "contactPointID is not a UUID",
        "brug kontaktpunktets UUID fra kontaktstrukturen" / "use the contact point's UUID from the contact structure"
    }
    FILE_TYPE = "MEMO-R-121" Business Warning (All Choice "our own list; the official one was out of reach") {
        "filens type står ikke på Brevdues egen liste over tilladte filtyper"
            / "the file's type is not on Brevdue's own list of allowed file types",
        "send PDF, ren tekst, HTML, RTF, et kontordokument eller et billede, med passende endelse"
            / "send PDF, plain text, HTML, RTF, an office document or a picture, with a fitting extension"
    }
    MESSAGE_TOO_LARGE = "MEMO-R-127" Business Error (All Inferred "Bekendtgørelse om størrelse på filer i Digital Post; how it is measured is our own choice") {
        "meddelelsen fylder {} byte, over grænsen på {}" / "the message has {} bytes, over the limit of {}",
        "gør filerne mindre, eller fordel dem på flere meddelelser"
            / "make the files smaller, or spread them over several messages"
    }
}
