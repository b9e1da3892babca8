//! Pages, and what is found in them.

use super::*;
use crate::catalogue::Catalogue;
use crate::change::Write;
use crate::fixture::{at, key};

fn requirement(addresses: &[&str]) -> Requirement {
    let id = requirement_id();
    let mut one =
        Catalogue::shipped().requirements.iter().find(|one| one.id == id).unwrap().clone();
    let addresses = addresses.iter().map(|one| (*one).to_owned()).collect();
    one.lists.insert(LIST.to_owned(), addresses);
    one
}

fn scanning() -> Scanning {
    Scanning::new(&requirement(&[".gammel.invalid", "https://www.borgernet.invalid/Post/"]))
}

fn found(scanning: &Scanning) -> Vec<(&str, &str)> {
    scanning.found.iter().map(|one| (one.page.as_str(), one.link.as_str())).collect()
}

#[test]
fn old_links_are_found_as_a_browser_would_see_them() {
    let page = r#"<!DOCTYPE html><html><head>
        <link rel="canonical" href="https://by.invalid/kontakt?x=1#top">
        <meta http-equiv="Refresh" content="5; URL='https://gammel.invalid/flyttet'">
        <script>var x = '<a href="https://gammel.invalid/i-script">';</script>
        <!-- <a href="https://gammel.invalid/i-kommentar"> -->
        <title><a href="https://gammel.invalid/i-titel"></title></head><body>
        <A HREF='HTTPS://Post.Gammel.INVALID/skriv?id=123#a'>Skriv</A>
        <a href=https://gammel.invalid:8443/&aelig;>Uden anf&oslash;rselstegn</a>
        <a href="//www.gammel.invalid/">Uden skema</a>
        <a href="https://ny.invalid/?til=https://gammel.invalid/">Ny</a>
        <a href="https://gammel.invalid.eksempel.invalid/">Ligner</a>
        <a href="https://www.borgernet.invalid/post/ny">Sti</a>
        <a href="https://www.borgernet.invalid/om">Anden sti</a>
        <a href="/kontakt">Egen</a> <a href="mailto:a@gammel.invalid">Mail</a>
        <form action="https://gammel.invalid/send"></form>
        <iframe src="https://gammel.invalid/ramme"></iframe></body></html>"#;
    let mut scanning = scanning();
    assert_eq!(scanning.page("kontakt.html", page.as_bytes()), Ok(7));
    let page = "https://by.invalid/kontakt";
    assert_eq!(
        found(&scanning),
        [
            (page, "https://gammel.invalid/flyttet"),
            (page, "https://post.gammel.invalid/skriv"),
            (page, "https://gammel.invalid:8443/%C3%A6"),
            (page, "https://www.gammel.invalid/"),
            (page, "https://www.borgernet.invalid/post/ny"),
            (page, "https://gammel.invalid/send"),
            (page, "https://gammel.invalid/ramme"),
        ]
    );
}

#[test]
fn a_page_goes_by_its_address_and_links_within_it_are_followed_from_there() {
    let short = b"<html><a href='/skriv'>x</a></html>";
    let mut scanning = scanning();
    assert_eq!(scanning.page("https://post.gammel.invalid/?a=b", short), Ok(1));
    assert_eq!(scanning.page("gemt.html", short), Ok(0), "nobody knows where it was");
    let saved =
        b"<!-- saved from url=(0028)https://www.gammel.invalid/ -->\n<html><a href='/skriv'>";
    assert_eq!(scanning.page("gemt.html", saved), Ok(1));
    assert_eq!(scanning.pages, 3);
    assert_eq!(
        found(&scanning),
        [
            ("https://post.gammel.invalid/", "https://post.gammel.invalid/skriv"),
            ("https://www.gammel.invalid/", "https://www.gammel.invalid/skriv"),
        ]
    );
}

#[test]
fn what_is_no_page_counts_as_not_read() {
    let mut scanning = scanning();
    let many = format!("<html>{}", "<a href=x>".repeat(PAGE_LINKS + 1));
    let endless = format!("<html><a{}>", " b".repeat(40_000));
    let large = vec![b' '; PAGE_BYTES + 1];
    for (bytes, why) in [
        (&b"%PDF-1.7 <</URI (https://gammel.invalid/)>>"[..], NotRead::NotHtml),
        (b"PK\x03\x04", NotRead::NotHtml),
        (b"", NotRead::NotHtml),
        (many.as_bytes(), NotRead::TooManyLinks),
        (endless.as_bytes(), NotRead::TooManyAttributes),
        (&large, NotRead::TooLarge),
    ] {
        assert_eq!(scanning.page("pjece.pdf", bytes), Err(why));
    }
    let scan = scanning.finish(at("2026-11-23T12:00:00Z"), None);
    assert_eq!((scan.pages, scan.unread_pages, scan.unread.len()), (0, 6, 6));
}

#[test]
fn a_large_picture_within_a_page_is_in_nobodys_way() {
    let picture = "AbC+".repeat(500_000);
    let page = format!(
        "<html><img src=\"data:image/png;base64,{picture}\"><a href='https://gammel.invalid'>x</a>"
    );
    assert_eq!(scanning().page("a.html", page.as_bytes()), Ok(1));
}

#[test]
fn pages_in_other_encodings_are_read() {
    let text = "<html><a href=\"https://gammel.invalid/\">Blåbær</a>";
    let wide: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let latin = b"<html>Bl\xe5b\xe6r <a href='https://gammel.invalid/'>";
    assert_eq!(scanning().page("a", &wide), Ok(1));
    assert_eq!(scanning().page("a", latin), Ok(1));
}

#[test]
fn nothing_is_kept_but_addresses_and_no_identity_number() {
    let page =
        "<html><body>Hemmeligt <a href='https://gammel.invalid/010170-1234/x?cpr=0101701234#n'>
        Vagn</a>";
    let mut scanning = scanning();
    scanning.page("side 0101701234.html", page.as_bytes()).unwrap();
    let scan = scanning.finish(at("2026-11-23T12:00:00Z"), Some(key("P-1")));
    let told = serde_json::to_string(&scan).unwrap();
    for secret in ["Hemmeligt", "Vagn", "1234", "cpr"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
    assert_eq!(scan.found[0].link, "https://gammel.invalid/######-####/x");
}

#[test]
fn found_links_are_bounded_and_counted() {
    let links: String =
        (0..500).map(|n| format!("<a href='https://gammel.invalid/{n}'>")).collect();
    let mut scanning = scanning();
    assert_eq!(scanning.page("a.html", format!("<html>{links}").as_bytes()), Ok(500));
    let scan = scanning.finish(at("2026-11-23T12:00:00Z"), None);
    assert_eq!((scan.old_links, scan.found.len()), (500, FOUND));
}

#[test]
fn a_sitemap_lists_pages() {
    let xml =
        b"<?xml version='1.0'?><urlset><url><loc> https://by.invalid/a?x=1&amp;y=2 </loc></url>
        <url><loc><![CDATA[https://by.invalid/b]]></loc></url></urlset>";
    assert_eq!(sitemap(xml).unwrap(), ["https://by.invalid/a?x=1&y=2", "https://by.invalid/b"]);
    assert_eq!(sitemap(b"<html><loc>x</loc></html>"), None);
}

#[test]
fn scans_are_kept_up_to_a_number_and_the_oldest_goes() {
    let mut programme = Programme::default();
    for number in 0..SCANS + 3 {
        let when = at("2026-01-01T00:00:00Z").plus_seconds(i64::try_from(number).unwrap());
        let scan = Scanning::new(&requirement(&["a.invalid"])).finish(when, None);
        for change in keeping(&programme, &scan) {
            let (body, expect) = match change.what {
                What::Add { body } => (Some(body), 0),
                What::Remove { version } => {
                    assert_eq!(change.key, key(&format!("LS-{:03}", number + 1 - SCANS)));
                    (None, version)
                }
                What::Edit { .. } => panic!("a scan is never edited"),
            };
            programme.put(&[Write { kind: change.kind, key: change.key, expect, body }]);
        }
    }
    assert_eq!(programme.all_held(Kind::LinkScan).count(), SCANS);
    let (newest, _) = newest(&programme).unwrap();
    assert_eq!(newest, key(&format!("LS-{:03}", SCANS + 3)));
}
