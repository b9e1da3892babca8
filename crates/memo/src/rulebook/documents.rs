//! Rules beside the schema that need nothing but the message: its actions, documents, files, and what it
//! says it is about.

use super::*;

rules! {
    source Inferred "the official examples";

    // Files and actions, announced together.
    FILENAME = "MEMO-R-010" Business Error (All Confirmed "Digital Post, «Øget validering af filnavne og URI i Actions», 15 November 2024") {
        "filnavnet har et tegn, som Digital Post afviser: {}" / "the file name has a character that Digital Post refuses: {}",
        "brug ikke < > : \" / \\ | ? *, linjeskift eller særlige blanktegn i filnavne"
            / "do not use < > : \" / \\ | ? *, line breaks or special spaces in file names"
    }
    ENTRY_POINT = "MEMO-R-011" Business Error (All Confirmed "Digital Post, «Øget validering af filnavne og URI i Actions», 15 November 2024; letter case is our own choice") {
        "adressen i en handling er ikke en absolut https-adresse: {}" / "the address of an action is not an absolute https address: {}",
        "skriv adressen med https:// og værtsnavn, fx https://www.kommunen.example/selvbetjening"
            / "write the address with https:// and a host, e.g. https://www.kommunen.example/selvbetjening"
    }

    // Actions.
    ACTION_CODE = "MEMO-R-100" Business Warning (All Confirmed "Vejledning til Actions og frister i MeMo, by way of integrations in production use; whether others are refused is unknown") {
        "actionCode er {}" / "actionCode is {}",
        "brug AFTALE, BEKRAEFT, BETALING, FORBEREDELSE, INFORMATION, SELVBETJENING, TILMELDING eller UNDERSKRIV"
            / "use AFTALE, BEKRAEFT, BETALING, FORBEREDELSE, INFORMATION, SELVBETJENING, TILMELDING or UNDERSKRIV"
    }
    APPOINTMENT_WITHOUT_RESERVATION = "MEMO-R-101" Business Error (All Inferred "the official Full example 1.1 and integrations in production use") {
        "en handling med koden AFTALE har ingen Reservation" / "an action with code AFTALE has no Reservation",
        "tilføj Reservation med description, reservationUUID, abstract, location, startDateTime og endDateTime"
            / "add Reservation with description, reservationUUID, abstract, location, startDateTime and endDateTime"
    }
    ACTION_WITHOUT_ENTRY_POINT = "MEMO-R-102" Business Warning (All Inferred "the official Full example 1.1 and integrations in production use; the schema asks for none") {
        "handlingen har ingen EntryPoint, så der er intet at åbne" / "the action has no EntryPoint, so that there is nothing to open",
        "tilføj EntryPoint med en https-adresse i url; kun AFTALE har en Reservation i stedet"
            / "add EntryPoint with an https address in url; only AFTALE has a Reservation instead"
    }
    RESERVATION_OF_OTHER_CODE = "MEMO-R-103" Business Warning (All Inferred "the official Full example 1.1") {
        "en handling med en anden kode end AFTALE har en Reservation" / "an action with a code other than AFTALE has a Reservation",
        "brug koden AFTALE, eller skriv EntryPoint i stedet for Reservation"
            / "use code AFTALE, or write EntryPoint instead of Reservation"
    }
    ACTION_ENDS_BEFORE_START = "MEMO-R-104" Business Warning (All Inferred "the official Full examples break this") {
        "handlingens startDateTime er senere end dens endDateTime" / "the action's startDateTime is later than its endDateTime",
        "byt om på tiderne, eller ret dem; endDateTime er fristen, der vises" / "swap the times, or correct them; endDateTime is the deadline shown"
    }
    APPOINTMENT_ENDS_BEFORE_START = "MEMO-R-105" Business Warning (All Inferred "an appointment takes time") {
        "aftalens startDateTime er ikke tidligere end dens endDateTime" / "the reservation's startDateTime is not earlier than its endDateTime",
        "ret aftalens tider; begge er i UTC" / "correct the times of the appointment; both are in UTC"
    }
    ACTION_IN_TECHNICAL_DOCUMENT = "MEMO-R-106" Business Error (All Confirmed "the official MeMo schemas 1.1 and 1.2" as "MEMO-S-002") {
        "Action står i et TechnicalDocument" / "Action stands in a TechnicalDocument",
        "flyt handlingen til MainDocument eller et AdditionalDocument" / "move the action to MainDocument or an AdditionalDocument"
    }
    ORGANIZER_MAIL = "MEMO-R-107" Business Warning (All Inferred "the element's name") {
        "organizerMail ligner ikke en e-mailadresse: {}" / "organizerMail does not look like an e-mail address: {}",
        "skriv én adresse, fx borgerservice@kommunen.example, uden navn og vinkelparenteser"
            / "write one address, e.g. borgerservice@kommunen.example, without name and angle brackets"
    }
    RESERVATION_TWICE = "MEMO-R-109" Business Warning (All Inferred "calendars know an appointment by it") {
        "reservationUUID bruges allerede af en anden Reservation i meddelelsen" / "reservationUUID is already used by another Reservation of the message",
        "giv hver aftale sin egen UUID; kalendere overskriver ellers den ene med den anden"
            / "give each appointment its own UUID; else calendars overwrite one with the other"
    }

    // Documents and files.
    DOCUMENTS_AND_FILES = "MEMO-R-120" Business Error (All Confirmed "the official MeMo schemas 1.1 and 1.2" as "MEMO-S-003" "MEMO-S-004") {
        "der er ikke netop ét MainDocument, eller et dokument har ingen File" / "there is not exactly one MainDocument, or a document has no File",
        "skriv ét MainDocument først i MessageBody, og mindst én File i hvert dokument"
            / "write one MainDocument first in MessageBody, and at least one File in each document"
    }
    FILE_TYPE = "MEMO-R-121" Business Warning (All Choice "our own list, since the content of «Tilladte filtyper i Digital Post» was out of reach") {
        "filens type står ikke på Brevdues egen liste over tilladte filtyper{}"
            / "the file's type is not on Brevdue's own list of allowed file types{}",
        "send PDF, ren tekst, HTML, RTF, et kontordokument eller et billede; XML, JSON og CSV kun i TechnicalDocument"
            / "send PDF, plain text, HTML, RTF, an office document or a picture; XML, JSON and CSV in TechnicalDocument only"
    }
    ENCODING_FORMAT = "MEMO-R-122" Business Error (All Inferred "the official examples; RFC 2045") {
        "encodingFormat har ikke formen type/undertype" / "encodingFormat does not have the form type/subtype",
        "skriv medietypen, fx application/pdf eller text/plain, uden blanktegn omkring og uden filendelse"
            / "write the media type, e.g. application/pdf or text/plain, without white space around it and not as an extension"
    }
    EXTENSION = "MEMO-R-123" Business Warning (All Inferred "viewers choose a program by the extension") {
        "filnavnets endelse passer ikke til encodingFormat; ventet: {}" / "the extension of the file name does not fit encodingFormat; expected: {}",
        "ret filnavnets endelse eller encodingFormat, så de siger det samme" / "correct the extension or encodingFormat, so that they say the same"
    }
    EMPTY_FILE = "MEMO-R-124" Business Warning (All Inferred "the schema allows it, but there is nothing to show") {
        "filens indhold er tomt" / "the file's content is empty",
        "skriv filens byte som Base64 i content, eller fjern filen; en tom fil opstår ofte, når en fil læses, før den er skrevet"
            / "write the file's bytes as Base64 in content, or remove the file; an empty one often comes from reading a file before it is written"
    }
    LANGUAGE = "MEMO-R-125" Business Warning (All Inferred "the official examples; ISO 639-1") {
        "language er {}" / "language is {}",
        "skriv sprogets to bogstaver, fx da, en eller de" / "write the two letters of the language, e.g. da, en or de"
    }
    SIGNATURE = "MEMO-R-126" Business Warning (All Choice "the formats' own descriptions; that it is checked is our own choice") {
        "indholdet {} {}" / "the content {} {}",
        "kontroller, at hele filen er kodet som Base64, og at encodingFormat er filens type"
            / "see that the whole file is encoded as Base64, and that encodingFormat is the file's type"
    }
    MESSAGE_TOO_LARGE = "MEMO-R-127" Business Error (All Inferred "Bekendtgørelse om størrelse på filer i Digital Post; how it is measured is our own choice") {
        "meddelelsen fylder {} byte, over grænsen på {}" / "the message has {} bytes, over the limit of {}",
        "gør filerne mindre, eller fordel dem på flere meddelelser; Base64 fylder en tredjedel mere end filen"
            / "make the files smaller, or spread them over several messages; Base64 takes a third more than the file"
    }
    TOO_MANY_ATTACHMENTS = "MEMO-R-128" Business Warning (All Confirmed "Bekendtgørelse om størrelse på filer i Digital Post, for the former solution; contact points set limits of their own") {
        "meddelelsen har {} AdditionalDocument, over grænsen på {}" / "the message has {} AdditionalDocument, over the limit of {}",
        "saml bilagene i færre dokumenter, eller fordel dem på flere meddelelser"
            / "gather the attachments in fewer documents, or spread them over several messages"
    }
    TECHNICAL_DOCUMENT = "MEMO-R-130" Business Info (All Confirmed "Digital Post, the published API") {
        "TechnicalDocument er kun til udveksling mellem systemer; mennesker ser det ikke"
            / "TechnicalDocument is for exchange between systems only; people do not see it",
        "læg det, som modtageren skal læse, i MainDocument eller AdditionalDocument"
            / "put what the recipient is to read in MainDocument or AdditionalDocument"
    }
    NOTHING_TO_SHOW = "MEMO-R-131" Business Warning (All Inferred "viewers show PDF, plain text and HTML") {
        "MainDocument har ingen fil, som alle kan vise: hverken PDF, ren tekst eller HTML"
            / "MainDocument has no file that all viewers show: neither PDF, plain text nor HTML",
        "tilføj en udgave i PDF, ren tekst eller HTML i MainDocument" / "add an edition in PDF, plain text or HTML in MainDocument"
    }
    HTML = "MEMO-R-132" Business Warning (All Choice "our own profile, since the content of «Principper for dokumenter og HTML i Digital Post» was out of reach") {
        "HTML-filen har {}" / "the HTML file has {}",
        "brug kun tekst, tabeller, almindelige links og indlejrede billeder (data:) og typografier; vis formularer og film bag et link i en handling"
            / "use only text, tables, plain links and inline pictures (data:) and styles; put forms and films behind a link in an action"
    }
    FILENAME_TWICE = "MEMO-R-133" Business Warning (All Inferred "the official Full example 1.1, which repeats names across documents alone") {
        "filnavnet bruges allerede af en anden fil i samme dokument" / "the file name is already used by another file of the same document",
        "giv hver fil i dokumentet sit eget navn" / "give each file of the document a name of its own"
    }

    // What the message is about.
    BOTH_ADDRESSES = "MEMO-R-140" Business Warning (All Confirmed "a remark in the official Full example 1.1; the one of 1.2 has both") {
        "UnstructuredAddress står sammen med Address{}" / "UnstructuredAddress stands together with Address{}",
        "behold kun den ene; Address, når adressen er delt op i felter" / "keep only one; Address, when the address is split into fields"
    }
    KLE = "MEMO-R-150" Business Warning (All Inferred "the official examples and the numbering of KLE") {
        "{} har ikke formen {}" / "{} does not have the form {}",
        "brug KLE-emnet, fx 27.36.04, og handlingsfacetten, fx G01, fra kle-online.dk"
            / "use the KLE subject, e.g. 27.36.04, and the facet, e.g. G01, of kle-online.dk"
    }
    FORM = "MEMO-R-151" Business Warning (All Inferred "the official examples 1.0 and 1.1") {
        "taskKey har ikke formen NN.NN.NN.NN" / "taskKey does not have the form NN.NN.NN.NN",
        "brug opgavens nøgle i FORM, fx 54.15.10.05" / "use the key of the task in FORM, e.g. 54.15.10.05"
    }
    PRODUCTION_UNIT = "MEMO-R-152" Business Warning (All Inferred "the schema's bound is ten nines") {
        "productionUnitNumber har ikke ti cifre" / "productionUnitNumber does not have ten digits",
        "skriv P-nummeret, som har ti cifre og begynder med 1" / "write the P number, which has ten digits and begins with 1"
    }
    LOCATION_NUMBER = "MEMO-R-153" Business Warning (All Inferred "GS1; the check digit is told as info, since the official examples fail it") {
        "globalLocationNumber {}" / "globalLocationNumber {}",
        "skriv GLN-nummeret (EAN) med alle 13 cifre; danske begynder ofte med 57980"
            / "write the GLN (EAN) with all 13 digits; Danish ones often begin with 57980"
    }
    SE_NUMBER = "MEMO-R-154" Business Warning (All Inferred "the official Full example 1.1") {
        "seNumber har ikke otte cifre" / "seNumber does not have eight digits",
        "skriv SE-nummeret med otte cifre, uden DK foran" / "write the SE number with eight digits, without DK before them"
    }
    LICENSE_NUMBER = "MEMO-R-155" Business Error (All Confirmed "the official MeMo schemas 1.1 and 1.2" as "MEMO-S-008") {
        "licenseNumber har over 7 tegn" / "licenseNumber has more than 7 characters",
        "skriv registreringsnummeret uden blanktegn, fx AB12345" / "write the registration number without spaces, e.g. AB12345"
    }
    TOO_MANY_PAIRS = "MEMO-R-156" Business Error (All Confirmed "the official MeMo schemas 1.1 and 1.2; Digital Post, the published API" as "MEMO-S-004") {
        "flere end ti AdditionalContentData, to ContactInfo eller fire AdditionalReplyData"
            / "more than ten AdditionalContentData, two ContactInfo or four AdditionalReplyData",
        "behold de vigtigste" / "keep the most important ones"
    }
    EMAIL = "MEMO-R-157" Business Warning (All Inferred "the element's name") {
        "emailAddress ligner ikke en e-mailadresse: {}" / "emailAddress does not look like an e-mail address: {}",
        "skriv én adresse, fx borgerservice@kommunen.example, uden navn og vinkelparenteser"
            / "write one address, e.g. borgerservice@kommunen.example, without name and angle brackets"
    }
    EMPTY_CLASS = "MEMO-R-158" Business Warning (All Inferred "an empty element says nothing") {
        "{} er tom" / "{} is empty",
        "udfyld elementet, eller fjern det" / "fill the element in, or remove it"
    }
}
