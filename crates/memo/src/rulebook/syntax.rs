//! What breaks XML as Digital Post takes it, or a limit of reading.

use super::*;

rules! {
    source Confirmed "XML 1.0 (fifth edition), Namespaces in XML 1.0 (third edition); limits are our own";

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
        "XML-erklæringen nævner en anden tegnkodning end UTF-8 eller end dokumentets egen"
            / "the XML declaration names an encoding other than UTF-8 or than the document's own",
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
        "erklær præfikset på Message, for eksempel xmlns:kle=\"http://kle-online.dk/\"; memo er https://DigitalPost.dk/MeMo-1, grd https://data.gov.dk/model/core/, form http://www.form-online.dk/, dmv https://motorregister.skat.dk/; docs/memo.md har resten"
            / "declare the prefix on Message, for example xmlns:kle=\"http://kle-online.dk/\"; memo is https://DigitalPost.dk/MeMo-1, grd https://data.gov.dk/model/core/, form http://www.form-online.dk/, dmv https://motorregister.skat.dk/; docs/memo.md has the rest"
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
}
