//! What a stranger can send, and the finding each gets: what, where, by whose rule.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::io::Read;

use brevdue_memo::{Language, Limits, Severity, read, read_header};
use support::{change, minimum_1_1, minimum_1_2, places, read_bytes, rules};

/// A document in which `with` takes the place of the title's text.
fn title(with: &str) -> String {
    change(&minimum_1_2(), "Pladsanvisning", with)
}

/// A document that begins with `prolog` instead of the XML declaration.
fn prolog(with: &str) -> String {
    change(&minimum_1_2(), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", with)
}

/// Marks the place where a finding should be.
const MARK: &str = "¦";

/// The document without its mark, and the line and column where it stood.
fn unmark(marked: &str) -> (String, String) {
    let (before, after) = marked.split_once(MARK).expect("a marked place");
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (format!("{before}{after}"), format!("{line}:{column}"))
}

#[test]
fn each_break_of_syntax_gets_its_finding_at_its_place() {
    let minimum = minimum_1_2();
    let cut_at = |what: &str| format!("{}{MARK}", &minimum[..minimum.find(what).unwrap()]);
    for (name, marked, rule) in [
        ("empty", MARK.to_owned(), "MEMO-X-001"),
        ("white space alone", " \n ¦".to_owned(), "MEMO-X-001"),
        ("a comment alone", "<!-- -->¦".to_owned(), "MEMO-X-001"),
        ("cut off between elements", cut_at("<memo:MessageBody"), "MEMO-X-002"),
        ("cut off in a tag", cut_at("MessageBody>"), "MEMO-X-002"),
        ("cut off in a text", cut_at("visning</memo:label"), "MEMO-X-002"),
        ("cut off in content", cut_at("IHRlc3Q="), "MEMO-X-002"),
        ("cut off before the last tag", cut_at("</memo:Message>\n"), "MEMO-X-002"),
        ("no markup", "¦hello".to_owned(), "MEMO-X-005"),
        ("not XML", "¦{\"a\": 1}".to_owned(), "MEMO-X-005"),
        ("bad tag", title("<¦ b/>"), "MEMO-X-003"),
        ("tag begins with a digit", title("<¦1/>"), "MEMO-X-003"),
        ("attribute without quotes", title("<b a=¦1/>"), "MEMO-X-003"),
        ("attribute without value", title("<b a¦/>"), "MEMO-X-003"),
        ("attributes without space", title("<b a='1'¦b='2'/>"), "MEMO-X-003"),
        ("< in an attribute", title("<b a='¦<'/>"), "MEMO-X-003"),
        ("two colons", title("<¦memo:a:b/>"), "MEMO-X-003"),
        ("& alone", title("a ¦& b"), "MEMO-X-003"),
        ("<! alone", title("¦<!ELEMENT a>"), "MEMO-X-003"),
        ("wrong end tag", title("<memo:b></¦memo:c>"), "MEMO-X-004"),
        (
            "end tag in other case",
            change(&minimum, "</memo:Message>", "</¦memo:message>"),
            "MEMO-X-004",
        ),
        ("end tag with another prefix", title("<memo:b></¦grd:b>"), "MEMO-X-004"),
        ("end tag with attributes", title("<memo:b></memo:b¦ a=''>"), "MEMO-X-003"),
        ("text after the root", format!("{minimum}¦slut"), "MEMO-X-005"),
        ("text before the root", prolog("¦hej\n"), "MEMO-X-005"),
        ("CDATA after the root", format!("{minimum}¦<![CDATA[]]>"), "MEMO-X-005"),
        ("reference after the root", format!("{minimum}¦&#32;"), "MEMO-X-005"),
        ("second root", format!("{minimum}¦<a/>"), "MEMO-X-006"),
        ("two messages", format!("{minimum}¦{}", prolog("")), "MEMO-X-006"),
        ("end tag after the root", format!("{minimum}¦</a>"), "MEMO-X-003"),
        ("DOCTYPE", prolog("¦<!DOCTYPE memo:Message>"), "MEMO-X-007"),
        ("DOCTYPE with entities", prolog("¦<!DOCTYPE a [<!ENTITY b \"c\">]>"), "MEMO-X-007"),
        ("entity", title("¦&aelig;"), "MEMO-X-008"),
        ("entity in an attribute", title("<b a='¦&b;'/>"), "MEMO-X-008"),
        ("reference to a control character", title("¦&#0;"), "MEMO-X-009"),
        ("reference to a surrogate", title("¦&#xD800;"), "MEMO-X-009"),
        ("reference beyond Unicode", title("¦&#x110000;"), "MEMO-X-009"),
        ("reference to U+FFFE", title("¦&#xFFFE;"), "MEMO-X-009"),
        ("reference with a capital X", title("¦&#X41;"), "MEMO-X-009"),
        ("reference without digits", title("¦&#;"), "MEMO-X-009"),
        ("control character", title("a¦\u{1}"), "MEMO-X-010"),
        ("U+FFFF", title("æ¦\u{FFFF}"), "MEMO-X-010"),
        ("control character in an attribute", title("<b a='¦\u{2}'/>"), "MEMO-X-010"),
        ("control character in a comment", title("<!-- ¦\u{3}-->"), "MEMO-X-010"),
        ("control character in CDATA", title("<![CDATA[¦\u{4}]]>"), "MEMO-X-010"),
        ("UTF-16 declared", prolog("¦<?xml version=\"1.0\" encoding=\"UTF-16\"?>"), "MEMO-X-012"),
        (
            "ISO 8859-1 declared",
            prolog("¦<?xml version='1.0' encoding='ISO-8859-1'?>"),
            "MEMO-X-013",
        ),
        ("declaration not first", prolog("\n¦<?xml version=\"1.0\"?>"), "MEMO-X-014"),
        ("declaration twice", format!("<?xml version=\"1.0\"?>¦{minimum}"), "MEMO-X-014"),
        ("declaration without version", prolog("¦<?xml encoding=\"UTF-8\"?>"), "MEMO-X-014"),
        ("XML 2.0", prolog("¦<?xml version=\"2.0\"?>"), "MEMO-X-014"),
        (
            "standalone perhaps",
            prolog("¦<?xml version=\"1.0\" standalone=\"perhaps\"?>"),
            "MEMO-X-014",
        ),
        (
            "attribute twice",
            change(&minimum, " memoVersion=\"1.2\"", " memoVersion=\"1.2\" ¦memoVersion=\"1.2\""),
            "MEMO-X-015",
        ),
        (
            "attribute twice by two prefixes",
            title("<b xmlns:x='u' xmlns:y='u' x:a='' ¦y:a=''/>"),
            "MEMO-X-015",
        ),
        ("namespace twice", title("<b xmlns:x='u' ¦xmlns:x='u'/>"), "MEMO-X-015"),
        ("prefix of an element", title("<¦x:b/>"), "MEMO-X-016"),
        ("prefix of an attribute", title("<b ¦x:a=''/>"), "MEMO-X-016"),
        ("prefix out of scope", title("<b xmlns:x='u'/><¦x:b/>"), "MEMO-X-016"),
        ("prefix bound to nothing", title("<b ¦xmlns:x=''/>"), "MEMO-X-017"),
        ("xml bound anew", title("<b ¦xmlns:xml='u'/>"), "MEMO-X-017"),
        ("xmlns bound", title("<b ¦xmlns:xmlns='u'/>"), "MEMO-X-017"),
        ("]]> in a text", title("a]]¦>b"), "MEMO-X-018"),
        ("-- in a comment", title("<!-- a ¦-- b -->"), "MEMO-X-019"),
        ("---> ends a comment", title("<!-- a ¦--->"), "MEMO-X-019"),
        ("instruction without a name", title("¦<? a?>"), "MEMO-X-003"),
    ] {
        let (document, place) = unmark(&marked);
        let reading = read_bytes(document.as_bytes());
        assert!(reading.message.is_none(), "{name}");
        let last = places(&reading).pop();
        assert_eq!(last, Some(format!("{rule} {place}")), "{name}");
    }
}

#[test]
fn wrong_bytes_are_found_where_they_stand() {
    let minimum = minimum_1_2().into_bytes();
    let at = minimum_1_2().find("visning").unwrap();
    let with = |bytes: &[u8]| [&minimum[..at], bytes, &minimum[at..]].concat();
    let utf16 = |big: bool, mark: bool| -> Vec<u8> {
        let units = mark
            .then_some(0xFEFF)
            .into_iter()
            .chain(minimum_1_2().encode_utf16().collect::<Vec<u16>>());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    for (name, document, expected) in [
        ("a byte of ISO 8859-1", with(b"\xE6"), "MEMO-X-011 3:161"),
        ("a lone continuation", with(b"\x80"), "MEMO-X-011 3:161"),
        ("an overlong form", with(b"\xC0\xAF"), "MEMO-X-011 3:161"),
        ("a surrogate", with(b"\xED\xA0\x80"), "MEMO-X-011 3:161"),
        (
            "a character cut off by the end",
            minimum[..at].iter().copied().chain(*b"\xC3").collect(),
            "MEMO-X-011 3:161",
        ),
        ("UTF-16 with mark, little endian", utf16(false, true), "MEMO-X-012 1:1"),
        ("UTF-16 with mark, big endian", utf16(true, true), "MEMO-X-012 1:1"),
        ("UTF-16 without mark, little endian", utf16(false, false), "MEMO-X-012 1:1"),
        ("UTF-16 without mark, big endian", utf16(true, false), "MEMO-X-012 1:1"),
        ("zeros", vec![0; 1000], "MEMO-X-012 1:1"),
    ] {
        let reading = read_bytes(&document);
        assert_eq!(places(&reading), [expected], "{name}");
    }
}

#[test]
fn a_document_of_the_right_shape_in_an_odd_dress_is_accepted() {
    let minimum = minimum_1_2();
    let other_prefix = minimum.replace("memo:", "m:").replace("xmlns:memo", "xmlns:m");
    let mixed =
        change(&minimum, "<memo:Message ", "<Message xmlns=\"https://DigitalPost.dk/MeMo-1\" ");
    let mixed = change(&mixed, "</memo:Message>", "</Message>");
    for (name, document) in [
        ("a byte order mark", format!("\u{FEFF}{minimum}")),
        ("a byte order mark without declaration", format!("\u{FEFF}{}", prolog(""))),
        ("no declaration", prolog("")),
        (
            "a declaration in lower case and single quotes",
            prolog("<?xml version='1.1' encoding='utf-8' standalone='no' ?>"),
        ),
        ("another prefix", other_prefix.replace("xmlns:m:", "xmlns:memo:")),
        ("default namespace on the root, prefix below, as the .NET library writes", mixed),
        (
            "comments and instructions around the root",
            format!("{}<!-- a --><?b c?>\n", prolog("<!-- a --><?b?>\n")),
        ),
        ("carriage returns", minimum.replace('\n', "\r\n")),
        ("white space in tags", change(&minimum, "</memo:Message>", "</memo:Message \t\r\n>")),
        (
            "an unused prefix with a letter outside ASCII",
            change(
                &minimum,
                " memoVersion",
                " xmlns:rid=\"https://www.nets.eu/løsninger\" memoVersion",
            ),
        ),
        (
            "references to characters",
            title("&#80;&#x6C;&amp;&lt;&gt;&quot;&apos;&#0000000000000065;"),
        ),
        (
            "namespace declared where it is used",
            title("&#230;").replace(" xmlns:grd=\"https://data.gov.dk/model/core/\"", ""),
        ),
    ] {
        let reading = read_bytes(document.as_bytes());
        assert_eq!(places(&reading), [""; 0], "{name}");
        assert!(reading.message.is_some(), "{name}");
        assert_eq!(reading.length_bytes, document.len() as u64, "{name}");
    }
}

#[test]
fn texts_are_read_as_xml_means_them() {
    for (written, meant) in [
        ("a&amp;b", "a&b"),
        ("a<![CDATA[<&>]]]]>b", "a<&>]]b"),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a&#13;b", "a\rb"),
        ("  a  ", "  a  "),
        ("a<!-- b -->c<?d?>e", "ace"),
        ("]]", "]]"),
        ("]]&gt;", "]]>"),
        ("\u{FEFF}æ\u{10FFFF}", "\u{FEFF}æ\u{10FFFF}"),
    ] {
        let message = read_bytes(title(written).as_bytes()).message.expect(written);
        assert_eq!(message.header.label, meant);
    }
}

#[test]
fn every_schema_finding_is_reported_not_only_the_first() {
    let document = minimum_1_1();
    let document =
        change(&document, "<memo:label>Pladsanvisning</memo:label>", "<memo:titel>a</memo:titel>");
    let document = change(&document, "<memo:mandatory>false", "<memo:mandatory>nej");
    let document = change(&document, "<memo:idType>CVR</memo:idType>", "");
    let document = change(&document, ">da<", ">dansk<");
    let document = change(&document, "VGhp", "****");
    let reading = read_bytes(document.as_bytes());
    let found: Vec<String> = reading.findings.list.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(found.join("\n"), @r"
    MEMO-S-002 at 3:142 in Message/MessageHeader/titel: element titel is not allowed here: unknown in this element
    MEMO-S-007 at 3:168 in Message/MessageHeader/mandatory: mandatory is not true, false, 1 or 0
    MEMO-S-003 at 3:343 in Message/MessageHeader/Sender: required element idType is missing
    MEMO-S-003 at 3:467 in Message/MessageHeader: required element label is missing
    MEMO-S-007 at 4:221 in Message/MessageBody/MainDocument/File[1]/language: language is not one or two letters
    MEMO-S-007 at 4:271 in Message/MessageBody/MainDocument/File[1]/content: content is not valid Base64: a character is not in its alphabet (A-Z a-z 0-9 + /)
    ");
    assert_eq!(
        reading.glimpse.message_uuid.map(|uuid| uuid.to_string()).as_deref(),
        Some("8C2EA15D-61FB-4BA9-9366-42F8B194C114")
    );
}

#[test]
fn a_wrong_root_is_one_finding_and_its_inside_is_still_checked_to_be_xml() {
    for (document, expected) in [
        ("<a/>", &["MEMO-S-001"][..]),
        ("<Message/>", &["MEMO-S-001"]),
        ("<m:Message xmlns:m='https://digitalpost.dk/MeMo-1'/>", &["MEMO-S-001"]),
        ("<m:File xmlns:m='https://DigitalPost.dk/MeMo-1'/>", &["MEMO-S-001"]),
        ("<a><b></a>", &["MEMO-S-001", "MEMO-X-004"]),
    ] {
        assert_eq!(rules(&read_bytes(document.as_bytes())), expected, "{document}");
    }
}

#[test]
fn findings_name_the_limit_and_the_excess_and_never_the_value() {
    let secret = "2211771212 hemmelig ".repeat(13);
    let reading = read_bytes(title(&secret).as_bytes());
    let finding = &reading.findings.list[0];
    assert_eq!(finding.text(Language::English), "label has 260 characters, over the limit of 256");
    assert_eq!(finding.text(Language::Danish), "label har 260 tegn, over grænsen på 256");
    assert_eq!(finding.severity, Severity::Error);
    let hostile =
        title("<memo:a2211771212/>").replace("<memo:language>da", "<memo:language>2211771212");
    for finding in &read_bytes(hostile.as_bytes()).findings.list {
        assert!(!format!("{finding:?}").contains("2211771212"), "{finding}");
    }
}

#[test]
fn nothing_is_collected_beyond_its_limit() {
    let long = "a".repeat(300 * 1024);
    let deep = format!("{}{}", "<memo:a>".repeat(100), "</memo:a>".repeat(100));
    let many: String = (0..100).map(|number| format!(" a{number}=''")).collect();
    let replies = "<memo:ReplyData><memo:messageUUID>8C2EA15D-61FB-4BA9-9366-42F8B194C114</memo:messageUUID></memo:ReplyData>".repeat(10_001);
    let after_recipient = |more: &str| {
        change(&minimum_1_2(), "</memo:Recipient>", &format!("</memo:Recipient>{more}"))
    };
    for (name, document, expected) in [
        ("a text", title(&long), "MEMO-X-022"),
        ("an attribute", title(&format!("<b a='{long}'/>")), "MEMO-X-022"),
        ("a tag without an end", title(&format!("<b {}", " ".repeat(300 * 1024))), "MEMO-X-022"),
        ("a comment", title(&format!("<!--{long}-->")), "MEMO-X-022"),
        ("an instruction", title(&format!("<?a {long}?>")), "MEMO-X-022"),
        ("a name", title(&format!("<{}/>", "a".repeat(2000))), "MEMO-X-022"),
        ("a CDATA section in a text", title(&format!("<![CDATA[{long}]]>")), "MEMO-X-022"),
        ("depth", title(&deep), "MEMO-X-020"),
        ("attributes", title(&format!("<b{many}/>")), "MEMO-X-021"),
        ("repeated elements", after_recipient(&replies), "MEMO-X-024"),
    ] {
        let found = rules(&read_bytes(document.as_bytes()));
        assert_eq!(found.last(), Some(&expected), "{name}: {found:?}");
    }
    let limits = Limits { document_bytes: 500, ..Limits::default() };
    assert_eq!(rules(&read(minimum_1_2().as_bytes(), &limits).unwrap()), ["MEMO-X-023"]);
    let limits = Limits { text_bytes: 50, ..Limits::default() };
    assert_eq!(rules(&read(minimum_1_2().as_bytes(), &limits).unwrap()), ["MEMO-X-025"]);
}

#[test]
fn findings_beyond_the_limit_are_counted_and_the_one_that_stops_the_reading_is_kept() {
    let limits = Limits { findings: 3, ..Limits::default() };
    let document = title("Titel")
        .replace("</memo:Recipient>", &format!("</memo:Recipient>{}", "<memo:b/>".repeat(10)));
    let reading = read(document.as_bytes(), &limits).unwrap();
    assert_eq!((reading.findings.list.len(), reading.findings.omitted), (3, 7));
    let reading = read(&document.as_bytes()[..document.len() - 20], &limits).unwrap();
    assert_eq!(rules(&reading), ["MEMO-S-002", "MEMO-S-002", "MEMO-X-002"]);
}

#[test]
fn white_space_and_unknown_elements_of_any_length_pass_in_constant_memory() {
    let spaces = " ".repeat(1 << 20);
    let unknown = format!("<memo:b>{}</memo:b>", "a".repeat(1 << 20));
    let document = change(
        &minimum_1_2(),
        "<memo:MessageBody>",
        &format!("{spaces}<memo:MessageBody>{unknown}"),
    );
    assert_eq!(rules(&read_bytes(document.as_bytes())), ["MEMO-S-002"]);
}

/// Gives one byte at a time, and an interruption before each.
struct Trickle<'a>(&'a [u8], bool);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
        buffer[0] = *first;
        self.0 = rest;
        Ok(1)
    }
}

#[test]
fn it_does_not_matter_how_the_bytes_arrive() {
    let good = format!(
        "\u{FEFF}{}",
        title("æ😀<![CDATA[a]]>&#230;\r\n").replace("VGhp", "VG\r\nh<!-- -->p")
    );
    for document in [
        good.clone(),
        good.replace("</memo:label>", "</memo:lable>"),
        good.replace("😀", "\u{FFFF}"),
    ] {
        let whole = read_bytes(document.as_bytes());
        let trickled = read(Trickle(document.as_bytes(), false), &Limits::default()).unwrap();
        assert_eq!(trickled.message, whole.message);
        assert_eq!(trickled.findings, whole.findings);
    }
}

#[test]
fn the_header_is_read_without_looking_at_what_follows() {
    let document = minimum_1_2();
    let end = document.find("</memo:MessageHeader>").unwrap() + "</memo:MessageHeader>".len();
    let header = read_header(&document.as_bytes()[..end], &Limits::default()).unwrap();
    assert_eq!(
        header.header,
        read_bytes(document.as_bytes()).message.map(|message| message.header)
    );
    let broken = read_header(&document.as_bytes()[..end - 30], &Limits::default()).unwrap();
    assert_eq!((broken.header, broken.findings.list[0].rule), (None, "MEMO-X-002"));
    // Enough of the source is left alone to leave a body of any size unread.
    let large = change(&document, "VGhpcyBpcyBhIHRlc3Q=", &"QUJD".repeat(1 << 18));
    let mut source = large.as_bytes();
    read_header(&mut source, &Limits::default()).unwrap();
    assert!(source.len() > 1_000_000);
}

#[test]
fn a_failing_source_is_an_error_not_a_finding() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::ConnectionReset.into())
        }
    }
    let document = minimum_1_2();
    let source = document.as_bytes()[..100].chain(Fails);
    assert_eq!(
        read(source, &Limits::default()).unwrap_err().kind(),
        std::io::ErrorKind::ConnectionReset
    );
}
