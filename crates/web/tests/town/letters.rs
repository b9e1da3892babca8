//! Letters of the town.

use brevdue_memo::letter::{DraftFile, LetterDraft};
use brevdue_memo::{
    Action, AdditionalDocument, CaseId, Content, ContentData, EntryPoint, File, MemoVersion,
    Message, Reservation, TechnicalDocument, Timestamp, UtcDateTime, Uuid4,
};
use uuid::Uuid;

use super::{KOMMUNE_CVR, METTE_CPR, cpr, cvr, timestamp};

pub(crate) const CONTACT_POINT: Uuid = Uuid::from_u128(0x241d39f6_998e_4929_b198_ccacbbf4b330);

/// A UUID of version 4 with this number in it.
pub(crate) fn uuid(number: u64) -> Uuid {
    Uuid::from_u64_pair(0x8c2e_a15d_61fb_4000, (0b10 << 62) | number)
}

/// A draft from the authority to Mette, written an hour ago.
pub(crate) fn draft(number: u64, label: &str) -> LetterDraft {
    let created = Timestamp::from_millis(timestamp(super::NOW).as_millis() - 3_600_000);
    let mut draft = LetterDraft::new(
        MemoVersion::V1_2,
        uuid(number),
        created,
        (cvr(KOMMUNE_CVR), "Aalund Kommune"),
        (cpr(METTE_CPR), Some("Mette Hansen")),
        label,
    );
    draft.sender_contact_point = Some(brevdue_memo::ContactPoint {
        contact_group: None,
        contact_point_id: CONTACT_POINT.to_string(),
        label: Some("Pladsanvisningen".into()),
        contact_info: Vec::new(),
    });
    draft
}

pub(crate) fn at(text: &str) -> UtcDateTime {
    timestamp(text).into()
}

pub(crate) fn link(code: &str, label: &str, end: Option<&str>, url: &str) -> Action {
    Action {
        label: label.into(),
        action_code: code.into(),
        start_date_time: None,
        end_date_time: end.map(at),
        reservation: None,
        entry_point: Some(EntryPoint { url: url.into() }),
    }
}

pub(crate) fn appointment(number: u64, from: &str, until: &str) -> Action {
    Action {
        label: "Læg besøget i kalenderen".into(),
        action_code: "AFTALE".into(),
        start_date_time: None,
        end_date_time: None,
        reservation: Some(Reservation {
            description: "Opstart i Tusindfryd. Tag skiftetøj med.".into(),
            reservation_uuid: Uuid4::from(uuid(number)),
            abstract_text: "Første dag i Tusindfryd".into(),
            location: "Gl. Landevej 61, 9999 Aalund, Rød stue".into(),
            start_date_time: at(from),
            end_date_time: at(until),
            organizer_mail: Some("tusindfryd@aalund.example".into()),
            organizer_name: Some("Jette Birk".into()),
        }),
        entry_point: None,
    }
}

pub(crate) fn file(name: &str, media_type: &str, bytes: &[u8]) -> File {
    File {
        encoding_format: media_type.into(),
        filename: name.into(),
        language: "da".into(),
        content: Content::Held(bytes.to_vec()),
    }
}

pub(crate) const HTML: &str = "<!DOCTYPE html><html><head><title>Tilbud</title><script>alert('hej')</script></head><body>\
<h1>Tilbud om plads i Tusindfryd</h1>\
<p>Kære Mette</p>\
<p>Vi kan tilbyde Emilie en plads i børnehaven <strong>Tusindfryd</strong> fra den 1. december 2026. \
Svar os senest fredag, om du tager imod pladsen. Gør du ikke det, går tilbuddet videre til den næste på listen.</p>\
<table border=\"1\"><caption>Det koster det</caption><tr><th scope=\"col\">Plads</th><th scope=\"col\">Pris om måneden</th></tr>\
<tr><td>Børnehave, fuld tid</td><td>1.980 kr.</td></tr><tr><td>Frokost</td><td>620 kr.</td></tr></table>\
<p>Læs mere om <a href=\"https://aalund.example/boern\">dagtilbud i Aalund</a>.</p>\
<p>Venlig hilsen<br>Pladsanvisningen, Aalund Kommune</p></body></html>";

/// A PDF of one page that viewers can show.
pub(crate) fn pdf(text: &str) -> Vec<u8> {
    let content = format!("BT /F1 24 Tf 72 720 Td ({text}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
    ];
    let mut pdf = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(pdf.len());
        pdf.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", number + 1).as_bytes());
    }
    let start = pdf.len();
    pdf.extend_from_slice(b"xref\n0 5\n0000000000 65535 f \n");
    for place in places {
        pdf.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes());
    }
    pdf.extend_from_slice(
        format!("trailer << /Size 5 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").as_bytes(),
    );
    pdf
}

/// The smallest PNG: one grey point.
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55\0\0\0\nIDATx\x9cch\0\0\0\x82\0\x81\xddC\x6a\xf4\0\0\0\0IEND\xaeB`\x82";

/// A letter with everything: an HTML and a PDF main document, attachments, a technical file, every
/// kind of action, an answer wanted by Friday.
pub(crate) fn offer() -> Message {
    let mut draft = draft(1, "Tilbud om plads i børnehaven Tusindfryd");
    draft.message_id = Some("AK-2026-4711".into());
    draft.reply = true;
    draft.reply_by = Some(timestamp("2026-11-27T11:00:00.000Z"));
    draft.files = vec![
        DraftFile {
            filename: "Tilbud.html".into(),
            encoding_format: "text/html".into(),
            content: HTML.as_bytes().to_vec(),
        },
        DraftFile {
            filename: "Tilbud.pdf".into(),
            encoding_format: "application/pdf".into(),
            content: pdf("Tilbud om plads i Tusindfryd"),
        },
    ];
    draft.actions = vec![
        link("INFORMATION", "Om Tusindfryd", None, "https://tusindfryd.aalund.example/om"),
        link(
            "BEKRAEFT",
            "Tag imod pladsen",
            Some("2026-11-26T11:00:00.000Z"),
            "https://selvbetjening.aalund.example/plads/bekræft",
        ),
        appointment(900, "2026-12-01T08:00:00.000Z", "2026-12-01T10:00:00.000Z"),
        link(
            "BETALING",
            "Betal depositum",
            Some("2026-11-30T23:00:00.000Z"),
            "https://betaling.aalund.example/4711",
        ),
        link(
            "FORBEREDELSE",
            "Udfyld barnets kort",
            Some("2026-11-23T22:00:00.000Z"),
            "https://selvbetjening.aalund.example/kort",
        ),
        link(
            "SELVBETJENING",
            "Søg om fripladstilskud",
            None,
            "https://selvbetjening.aalund.example/friplads",
        ),
        link(
            "TILMELDING",
            "Tilmeld jer forældremødet",
            Some("2026-11-20T11:00:00.000Z"),
            "https://tusindfryd.aalund.example/moede",
        ),
        link(
            "UNDERSKRIV",
            "Underskriv samtykke",
            Some("2027-01-15T11:00:00.000Z"),
            "https://underskrift.aalund.example/samtykke",
        ),
    ];
    let mut message = draft.build().expect("within the limits");
    message.header.mandatory = Some(true);
    message.header.content_data = Some(ContentData {
        case_id: Some(CaseId { case_id: "2026-11-0815".into(), case_system: "Aalund ESDH".into() }),
        ..empty_content_data()
    });
    let body = message.body.as_mut().expect("a letter has a body");
    body.additional_documents = vec![
        AdditionalDocument {
            additional_document_id: None,
            label: Some("Velkommen i Tusindfryd".into()),
            files: vec![
                file(
                    "Velkommen.txt",
                    "text/plain",
                    "Kære forældre\n\nVi glæder os til at se jer.\nDørene åbner kl. 6.30.\n"
                        .as_bytes(),
                ),
                file("Huset.png", "image/png", PNG),
            ],
            actions: Vec::new(),
        },
        AdditionalDocument {
            additional_document_id: None,
            label: Some("Takster 2027".into()),
            files: vec![
                file("Takster 2027.pdf", "application/pdf", &pdf("Takster 2027")),
                file(
                    "Takster.xlsx",
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                    b"PK\x03\x04 not really",
                ),
            ],
            actions: Vec::new(),
        },
    ];
    body.technical_documents = vec![TechnicalDocument {
        technical_document_id: None,
        label: Some("Sagsdata".into()),
        files: vec![file("sag.xml", "text/xml", b"<sag nummer=\"2026-11-0815\"/>")],
    }];
    message
}

fn empty_content_data() -> ContentData {
    ContentData {
        cpr_data: None,
        cvr_data: None,
        motor_vehicle: None,
        property_number: None,
        case_id: None,
        kle_data: None,
        form_data: None,
        production_unit: None,
        education: None,
        address: None,
        unstructured_address: None,
        additional_content_data: Vec::new(),
    }
}

/// A letter in which everything a stranger can write tries to do harm.
pub(crate) fn hostile() -> Message {
    let mut draft = draft(2, "<script>alert('titel')</script>");
    draft.sender_label = "\"><img src=x onerror=alert('afsender')>".into();
    draft.reply = true;
    draft.files = vec![DraftFile {
        filename: "brev.html".into(),
        encoding_format: "text/html".into(),
        content: b"<p>Hej<script>alert('brev')</script><img src=\"https://ond.example/spor.gif\" onerror=\"alert(1)\">\
            <a href=\"javascript:alert('link')\">klik</a><a href=\"https://god.example/\">god</a></p>"
            .to_vec(),
    }];
    let mut message = draft.build().expect("within the limits");
    let body = message.body.as_mut().expect("a letter has a body");
    // Put in afterwards: a builder refuses what strangers send.
    body.main_document.actions = vec![
        link("BETALING", "<b>Betal</b>", None, "https://bank.example/?a=\"onmouseover=\"alert(1)"),
        link("INFORMATION", "Usikker", None, "http://ond.example/"),
        link("NYKODE", "Noget nyt", None, "https://god.example/ny"),
    ];
    body.additional_documents = vec![AdditionalDocument {
        additional_document_id: None,
        label: Some("</h3><script>alert('bilag')</script>".into()),
        files: vec![
            file("faktura\u{202e}fdp.exe", "application/octet-stream", b"MZ"),
            file("ikke-en.pdf", "application/pdf", b"<html><script>alert('pdf')</script></html>"),
            file("tekst.txt", "text/plain", b"<script>alert('tekst')</script>"),
            file(
                "billede.svg",
                "image/svg+xml",
                b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            ),
            file("side.html", "text/html; charset=utf-8", b"<p>side</p>"),
        ],
        actions: Vec::new(),
    }];
    message
}

/// A plain letter.
pub(crate) fn plain(number: u64, label: &str) -> Message {
    let mut draft = draft(number, label);
    draft.text = Some("Kære Mette\n\nDet er hele brevet.\n\nVenlig hilsen\nAalund Kommune".into());
    draft.build().expect("within the limits")
}
