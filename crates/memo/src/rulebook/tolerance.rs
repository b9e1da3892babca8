//! How real messages bend the standard, one tolerance each: accepted and told, or refused by policy.
//!
//! One that is an error by default is not granted: the finding is then the schema's own.

use super::*;

rules! {
    source Confirmed "messages and libraries in the field; see `docs/deviations.md`";

    BYTE_ORDER_MARK = "MEMO-T-001" Tolerance Info {
        "dokumentet begynder med en byte order mark" / "the document begins with a byte order mark",
        "skriv UTF-8 uden byte order mark" / "write UTF-8 without a byte order mark"
    }
    DEFAULT_NAMESPACE = "MEMO-T-002" Tolerance Info {
        "et MeMo-navnerum er erklæret uden præfiks" / "a MeMo namespace is declared without a prefix",
        "erklær xmlns:memo og brug præfikset på alle elementer; mindst én modtager forstår kun navne med præfiks"
            / "declare xmlns:memo and use the prefix on all elements; at least one receiver understands only names with a prefix"
    }
    UNUSED_NAMESPACE = "MEMO-T-003" Tolerance Info {
        "et navnerum er erklæret, som ingen MeMo-klasse bruger" / "a namespace is declared that no class of MeMo uses",
        "fjern erklæringen; den gør ingen skade" / "remove the declaration; it does no harm"
    }
    UNUSUAL_SWITCH = "MEMO-T-004" Tolerance Info {
        "værdien er hverken true eller false, men en anden gyldig skrivemåde" / "the value is neither true nor false but another valid spelling",
        "skriv true eller false; det officielle Java-bibliotek læser ikke andet"
            / "write true or false; the official Java library reads nothing else"
    }
    LARGE_P_NUMBER = "MEMO-T-005" Tolerance Info {
        "P-nummeret er større end 2147483647" / "the P number is larger than 2147483647",
        "tallet er gyldigt, men det officielle Java-bibliotek kan ikke læse det"
            / "the number is valid, but the official Java library cannot read it"
    }
    NON_ASCII_ADDRESS = "MEMO-T-006" Tolerance Info {
        "adressen har bogstaver uden for ASCII" / "the address has letters outside ASCII",
        "skriv dem procentkodet (ø bliver %C3%B8), hvis modtagerens system ikke åbner adressen"
            / "write them percent-encoded (ø becomes %C3%B8) if the recipient's system does not open the address"
    }
    CDATA_SECTION = "MEMO-T-007" Tolerance Info {
        "dokumentet har et CDATA-afsnit" / "the document has a CDATA section",
        "skriv teksten med &lt; og &amp; i stedet; ikke alle læsere forstår CDATA"
            / "write the text with &lt; and &amp; instead; not every reader understands CDATA"
    }
    FRACTION_OF_SECOND = "MEMO-T-008" Tolerance Info {
        "tidspunktet har brøkdele af et sekund" / "the time has a fraction of a second",
        "skriv hele sekunder; det officielle Java-bibliotek smider brøkdelen væk"
            / "write whole seconds; the official Java library drops the fraction"
    }
    FILE_WITHOUT_NAME = "MEMO-T-009" Tolerance Error {
        "filen har intet filename" / "the file has no filename",
        "skriv filens navn med endelse; et bibliotek udelader feltet stiltiende, når værdien mangler"
            / "write the file's name with its extension; a library leaves the field out silently when the value is missing"
    }
    LOOSE_BASE64 = "MEMO-T-010" Tolerance Error {
        "indholdets Base64 mangler udfyldning (=) eller har ubrugte bit, der ikke er nul"
            / "the content's Base64 lacks padding (=) or has unused bits that are not zero",
        "kod indholdet igen med standardalfabetet og udfyldning" / "encode the content again with the standard alphabet and padding"
    }
    UTF_16 = "MEMO-T-011" Tolerance Warning {
        "dokumentet er i UTF-16" / "the document is in UTF-16",
        "gem eller send dokumentet som UTF-8; Digital Posts egne programmer skriver kun UTF-8"
            / "save or send the document as UTF-8; Digital Post's own programs write UTF-8 only"
    }
    SCHEMA_VERSION_IN_1_2 = "MEMO-T-012" Tolerance Error {
        "en meddelelse i version 1.2 har attributten memoSchVersion" / "a message in version 1.2 has the attribute memoSchVersion",
        "fjern memoSchVersion; den hører til version 1.1" / "remove memoSchVersion; it belongs to version 1.1"
    }
}
