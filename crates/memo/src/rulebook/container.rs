//! What is wrong with a container, or with a message's place in it.
//!
//! The ids go by tens: 001 what is no container, 010 its compression, 020 its archive, 030 limits, 040 one
//! entry of it.

use super::*;

rules! {
    source Choice "our own; the layout is that of the official libraries";

    CONTAINER_EMPTY = "MEMO-C-001" Container Error {
        "containeren er tom" / "the container is empty",
        "send en tar.lzma med mindst én meddelelse" / "send a .tar.lzma with at least one message"
    }
    CONTAINER_IS_ZIP = "MEMO-C-002" Container Error (All Confirmed "the published API takes .tar.lzma alone") {
        "det er et zip-arkiv og ikke en container" / "this is a zip archive, not a container",
        "pak meddelelserne som .tar.lzma, f.eks. med brevdue memo pack" / "pack the messages as .tar.lzma, e.g. with brevdue memo pack"
    }
    CONTAINER_IS_7Z = "MEMO-C-003" Container Error (All Confirmed "the published API takes .tar.lzma alone") {
        "det er et 7z-arkiv og ikke en container" / "this is a 7z archive, not a container",
        "pak meddelelserne som .tar.lzma; 7z bruger samme kompression i en anden indpakning"
            / "pack the messages as .tar.lzma; 7z uses the same compression in another wrapping"
    }
    CONTAINER_IS_XML = "MEMO-C-004" Container Error (All Confirmed "the published API") {
        "det er XML og ikke en container" / "this is XML, not a container",
        "send en enkelt meddelelse som application/xml, uden container" / "send a single message as application/xml, without a container"
    }
    CONTAINER_UNKNOWN = "MEMO-C-005" Container Error {
        "det er ikke et tar-arkiv i en kompression, vi kender" / "this is no tar archive in a compression we know",
        "brug LZMA i det gamle format (xz --format=lzma); xz, gzip, zstd og ukomprimeret tar læses også"
            / "use LZMA in the old format (xz --format=lzma); xz, gzip, zstd and plain tar are read too"
    }
    CONTAINER_NOT_TAR = "MEMO-C-006" Container Error (All Confirmed "the published API takes .tar.lzma alone") {
        "det komprimerede er ikke et tar-arkiv" / "what is compressed is not a tar archive",
        "læg meddelelserne i et tar-arkiv, og komprimer arkivet" / "put the messages into a tar archive, and compress the archive"
    }
    STREAM_CUT_OFF = "MEMO-C-010" Container Error {
        "de komprimerede data er afkortet før deres slutning" / "the compressed data is cut off before its end",
        "send containeren igen, og se efter, at den er skrevet helt færdig" / "send the container again, and see that it was written to its end"
    }
    STREAM_DAMAGED = "MEMO-C-011" Container Error {
        "de komprimerede data er beskadiget" / "the compressed data is damaged",
        "pak og send containeren igen; overfør den binært" / "pack and send the container again; transfer it as binary"
    }
    STREAM_TRAILING = "MEMO-C-012" Container Error {
        "der er data efter slutningen af de komprimerede data" / "there is data after the end of the compressed data",
        "send én container ad gangen med intet efter den" / "send one container at a time, with nothing after it"
    }
    ARCHIVE_CUT_OFF = "MEMO-C-020" Container Error {
        "arkivet er afkortet: det mangler sin slutning" / "the archive is cut off: its end is missing",
        "afslut arkivet med to blokke af 512 nuller, som tar gør" / "end the archive with two blocks of 512 zeros, as tar does"
    }
    ARCHIVE_TRAILING = "MEMO-C-021" Container Error {
        "der er data efter arkivets slutning" / "there is data after the end of the archive",
        "føj ikke arkiver sammen ende mod ende; pak alle meddelelser i ét" / "do not join archives end to end; pack all messages into one"
    }
    ENTRY_HEADER_DAMAGED = "MEMO-C-022" Container Error {
        "et tar-hoved er beskadiget" / "a tar header is damaged",
        "pak containeren igen; kontrolsum og tal skal passe" / "pack the container again; its checksum and numbers must fit"
    }
    PAX_DAMAGED = "MEMO-C-023" Container Error {
        "arkivets pax-attributter er beskadiget" / "the pax attributes of the archive are damaged",
        "pak containeren igen, helst som ren ustar" / "pack the container again, preferably as plain ustar"
    }
    NAME_WITHOUT_ENTRY = "MEMO-C-024" Container Error {
        "arkivet slutter med et navn uden en fil" / "the archive ends with a name without a file",
        "pak containeren igen" / "pack the container again"
    }
    DICTIONARY_TOO_LARGE = "MEMO-C-030" Container Error {
        "kompressionen kræver en ordbog på {} byte; grænsen er {}" / "the compression asks for a dictionary of {} bytes; the limit is {}",
        "pak med en ordbog på 16 MiB, som de officielle biblioteker" / "pack with a dictionary of 16 MiB, as the official libraries do"
    }
    UNPACKED_TOO_LARGE = "MEMO-C-031" Container Error {
        "containeren fylder mere udpakket end grænsen på {} byte" / "the container holds more unpacked than the limit of {} bytes",
        "del meddelelserne i flere containere" / "split the messages into several containers"
    }
    RATIO_TOO_HIGH = "MEMO-C-032" Container Error {
        "der kommer mere ud af containeren end {} gange dens størrelse" / "more comes out of the container than {} times its size",
        "del containeren; ens bilag i mange breve kan ligne en bombe" / "split the container; equal attachments in many letters can look like a bomb"
    }
    TOO_MANY_FILES = "MEMO-C-033" Container Error {
        "containeren har flere end {} filer" / "the container has more than {} files",
        "del meddelelserne i flere containere" / "split the messages into several containers"
    }
    TOO_MANY_DIRECTORIES = "MEMO-C-034" Container Error {
        "containeren har flere end {} mapper" / "the container has more than {} directories",
        "læg meddelelserne i arkivet uden mapper" / "put the messages into the archive without directories"
    }
    ENTRY_TOO_LARGE = "MEMO-C-035" Container Error {
        "filen har {} byte, over grænsen på {}" / "the file has {} bytes, over the limit of {}",
        "gør brevet mindre, eller del bilagene på flere breve" / "make the letter smaller, or split its attachments over several letters"
    }
    ENTRY_NAME_TOO_LONG = "MEMO-C-036" Container Error {
        "et navn eller pax-attributter i arkivet fylder mere end {} byte" / "a name or pax attributes in the archive have more than {} bytes",
        "kald filen messageUUID.xml" / "call the file messageUUID.xml"
    }
    ENTRY_WITHOUT_NAME = "MEMO-C-040" Container Error {
        "filen har intet navn" / "the file has no name",
        "kald filen messageUUID.xml" / "call the file messageUUID.xml"
    }
    ENTRY_NAME_CONTROLS = "MEMO-C-041" Container Error {
        "filens navn har styretegn" / "the file's name has control characters",
        "kald filen messageUUID.xml" / "call the file messageUUID.xml"
    }
    ENTRY_NAME_ABSOLUTE = "MEMO-C-042" Container Error {
        "filens navn er en absolut sti" / "the file's name is an absolute path",
        "kald filen messageUUID.xml, uden mapper og drev" / "call the file messageUUID.xml, without directories or a drive"
    }
    ENTRY_NAME_UPWARD = "MEMO-C-043" Container Error {
        "filens navn har .. i sig" / "the file's name has .. in it",
        "kald filen messageUUID.xml, uden mapper" / "call the file messageUUID.xml, without directories"
    }
    ENTRY_NAME_NOT_UTF8 = "MEMO-C-044" Container Error {
        "filens navn er ikke UTF-8" / "the file's name is not UTF-8",
        "kald filen messageUUID.xml" / "call the file messageUUID.xml"
    }
    ENTRY_NAME_NOT_XML = "MEMO-C-045" Container Error {
        "filens navn slutter ikke på .xml" / "the file's name does not end in .xml",
        "læg kun meddelelser i containeren, kaldt messageUUID.xml; bilag hører til inde i en meddelelse"
            / "put only messages into the container, called messageUUID.xml; attachments belong inside a message"
    }
    ENTRY_IS_LINK = "MEMO-C-046" Container Error {
        "det er en henvisning til en anden fil" / "this is a link to another file",
        "pak filerne selv, f.eks. med tar --dereference" / "pack the files themselves, e.g. with tar --dereference"
    }
    ENTRY_IS_DEVICE = "MEMO-C-047" Container Error {
        "det er en enhed eller et rør og ikke en fil" / "this is a device or a pipe, not a file",
        "pak kun almindelige filer" / "pack plain files only"
    }
    ENTRY_UNUSUAL = "MEMO-C-048" Container Error {
        "det er en usædvanlig slags fil, f.eks. en med huller" / "this is an unusual kind of file, e.g. a sparse one",
        "pak kun almindelige filer" / "pack plain files only"
    }
    DIRECTORY_PASSED_OVER = "MEMO-C-050" Container Info (All Confirmed "the official .NET library writes one flat level") {
        "mappen er sprunget over" / "the directory was passed over",
        "læg meddelelserne i arkivet uden mapper" / "put the messages into the archive without directories"
    }
    NO_MESSAGES = "MEMO-C-051" Container Warning {
        "containeren har ingen meddelelser" / "the container holds no messages",
        "læg mindst én meddelelse i den" / "put at least one message into it"
    }
    NAME_TWICE = "MEMO-C-052" Container Error {
        "filen har samme navn som nr. {}; den, der pakker ud, kan miste en af dem"
            / "the file has the same name as number {}; whoever unpacks may lose one of the two",
        "kald hver fil messageUUID.xml" / "call each file messageUUID.xml"
    }
    UUID_TWICE = "MEMO-R-170" Container Error (All Inferred "messageUUID is the identity of a message") {
        "meddelelsen har samme messageUUID som nr. {} i containeren" / "the message has the same messageUUID as number {} of the container",
        "giv hver meddelelse en UUID af sin egen" / "give each message a UUID of its own"
    }
    NAME_IS_NOT_UUID = "MEMO-R-171" Container Warning (All Confirmed "the official .NET library names all its files so") {
        "filens navn er ikke messageUUID.xml" / "the file's name is not messageUUID.xml",
        "kald filen efter meddelelsens messageUUID" / "call the file by the message's messageUUID"
    }
}
