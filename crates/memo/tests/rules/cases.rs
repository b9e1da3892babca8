//! The table of cases: rule, a message that breaks it, what is found, a message that keeps it.

use brevdue_memo::Answer::No;
use brevdue_memo::Severity::{self, Error, Info, Warning};

use crate::letters::{HTML, Known, PDF, base64, letter, letter_1_1, sms, without_representative};
use crate::support;

pub(crate) struct Case {
    pub(crate) rule: &'static str,
    pub(crate) broken: String,
    /// Everything that is found: rule, severity, path.
    pub(crate) found: Vec<(&'static str, Severity, &'static str)>,
    pub(crate) context: Known,
    pub(crate) kept: String,
    pub(crate) kept_context: Known,
}

/// A rule broken in one place by a change; kept by another change of the same letter.
fn case(
    rule: &'static str,
    base: fn() -> String,
    breaks: (&str, &str),
    (severity, path): (Severity, &'static str),
    keeps: (&str, &str),
) -> Case {
    Case {
        rule,
        broken: support::change(&base(), breaks.0, breaks.1),
        found: vec![(rule, severity, path)],
        context: Known::default(),
        kept: support::change(&base(), keeps.0, keeps.1),
        kept_context: Known::default(),
    }
}

impl Case {
    /// More is found: before it or after it in the document.
    fn found(self, found: &[(&'static str, Severity, &'static str)]) -> Self {
        Self { found: found.to_vec(), ..self }
    }

    fn knowing(mut self, known: fn(&mut Known)) -> Self {
        known(&mut self.context);
        self
    }

    /// The rule is kept because something else is known.
    fn kept_knowing(mut self, known: fn(&mut Known)) -> Self {
        known(&mut self.kept_context);
        self
    }
}

const NOTHING: (&str, &str) = ("<memo:Message ", "<memo:Message ");
const HEADER: &str = "Message/MessageHeader";

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = of_message();
    cases.extend(of_parties());
    cases.extend(of_sms_and_notices());
    cases.extend(of_replies_and_delivery());
    cases.extend(of_actions());
    cases.extend(of_documents());
    cases.extend(of_content());
    cases.extend(of_content_data());
    cases.extend(of_context());
    cases
}

fn of_message() -> Vec<Case> {
    let header_label = "<memo:label>Plads i børnehave</memo:label>";
    vec![
        Case {
            kept: letter(),
            ..case("MEMO-R-001", letter, ("<memo:Message ", "<memo:Brev "), (Error, ""), NOTHING)
        }
        .broken_by(|document| document.replace("</memo:Message>", "</memo:Brev>"))
        .found(&[("MEMO-S-001", Error, "Brev")]),
        case(
            "MEMO-R-002",
            letter,
            ("memoVersion=\"1.2\"", "memoVersion=\"1.3\""),
            (Error, "Message"),
            ("memoVersion=\"1.2\"", "memoVersion=\"1.20\""),
        ),
        case("MEMO-R-003", letter_1_1, ("1.1.0", "1.1.1"), (Warning, "Message"), NOTHING),
        case(
            "MEMO-R-004",
            letter,
            ("memoVersion=\"1.2\"", "memoVersion=\"1.2\" memoSchVersion=\"1.1.0\""),
            (Error, "Message"),
            NOTHING,
        )
        .found(&[("MEMO-S-006", Error, "Message")]),
        case(
            "MEMO-R-005",
            letter,
            (header_label, "<memo:label> </memo:label>"),
            (Warning, "Message/MessageHeader/label"),
            (header_label, "<memo:label>P</memo:label>"),
        ),
        case(
            "MEMO-R-005",
            letter,
            ("<memo:label>Ærøby Kommune</memo:label>", "<memo:label/>"),
            (Warning, "Message/MessageHeader/Sender/label"),
            NOTHING,
        ),
        case("MEMO-R-005", letter, ("<memo:idType>CPR", "<memo:idType>"), (Warning, ""), NOTHING)
            .found(&[
                ("MEMO-R-005", Warning, "Message/MessageHeader/Recipient/idType"),
                ("MEMO-R-012", Error, "Message/MessageHeader/Recipient/idType"),
            ]),
        case(
            "MEMO-R-005",
            letter,
            (">0101010000</memo:recipientID>", "> </memo:recipientID>"),
            (Warning, ""),
            NOTHING,
        )
        .found(&[
            ("MEMO-R-005", Warning, "Message/MessageHeader/Recipient/recipientID"),
            ("MEMO-R-013", Error, "Message/MessageHeader/Recipient/recipientID"),
        ]),
        case(
            "MEMO-R-005",
            letter,
            (">Plads.pdf<", "><"),
            (Warning, "Message/MessageBody/MainDocument/File[1]/filename"),
            NOTHING,
        ),
        case("MEMO-R-005", letter, (">application/pdf<", "><"), (Warning, ""), NOTHING).found(&[
            ("MEMO-R-005", Warning, "Message/MessageBody/MainDocument/File[1]/encodingFormat"),
            ("MEMO-R-122", Error, "Message/MessageBody/MainDocument/File[1]/encodingFormat"),
        ]),
        case(
            "MEMO-R-005",
            letter,
            (">Svar</memo:label>", "></memo:label>"),
            (Warning, "Message/MessageBody/MainDocument/Action[2]/label"),
            NOTHING,
        ),
        case(
            "MEMO-R-005",
            letter,
            (">SELVBETJENING<", "><"),
            (Warning, "Message/MessageBody/MainDocument/Action[2]/actionCode"),
            NOTHING,
        ),
    ]
}

impl Case {
    fn broken_by(mut self, change: impl Fn(String) -> String) -> Self {
        self.broken = change(self.broken);
        self
    }
}

fn of_parties() -> Vec<Case> {
    let recipient_id = "Message/MessageHeader/Recipient/recipientID";
    let sender_id = "Message/MessageHeader/Sender/senderID";
    let id_type = "Message/MessageHeader/Recipient/idType";
    let representative = "Message/MessageHeader/Sender/Representative";
    let representative_id = "Message/MessageHeader/Sender/Representative/representativeID";
    let contact_point =
        "<memo:contactPointID>241d39f6-998e-4929-b198-ccacbbf4b330</memo:contactPointID>";
    vec![
        case("MEMO-R-012", letter, (">CPR<", ">cpr<"), (Warning, id_type), NOTHING),
        case("MEMO-R-012", letter, (">CPR<", ">CPR <"), (Error, id_type), NOTHING),
        case("MEMO-R-012", letter, (">CPR<", ">MyndighedsID<"), (Error, id_type), NOTHING),
        case("MEMO-R-012", letter, (">CPR<", ">EMAIL<"), (Error, id_type), NOTHING),
        case(
            "MEMO-R-013",
            letter,
            (">0101010000</memo:recipientID>", ">101010000</memo:recipientID>"),
            (Error, recipient_id),
            NOTHING,
        ),
        case(
            "MEMO-R-013",
            letter,
            (">0101010000</memo:recipientID>", ">010101-0000</memo:recipientID>"),
            (Error, recipient_id),
            NOTHING,
        ),
        case(
            "MEMO-R-013",
            letter,
            (">13748136</memo:senderID>", ">DK13748136</memo:senderID>"),
            (Error, sender_id),
            NOTHING,
        ),
        case(
            "MEMO-R-013",
            letter,
            (">13748136</memo:senderID>", ">0101010000</memo:senderID>"),
            (Error, sender_id),
            NOTHING,
        ),
        case(
            "MEMO-R-013",
            letter,
            (">0101010000</grd:cprNumber>", ">00101010000</grd:cprNumber>"),
            (Error, "Message/MessageHeader/ContentData/CPRdata/cprNumber"),
            NOTHING,
        ),
        case(
            "MEMO-R-013",
            letter,
            (">0101010000</grd:cprNumber>", ">[cpr]</grd:cprNumber>"),
            (Warning, "Message/MessageHeader/ContentData/CPRdata/cprNumber"),
            NOTHING,
        ),
        case(
            "MEMO-R-013",
            letter,
            (">13748136</grd:cvrNumber>", ">3748136</grd:cvrNumber>"),
            (Warning, "Message/MessageHeader/ContentData/CVRdata/cvrNumber"),
            (">0101010000</grd:cprNumber>", ">0101010001</grd:cprNumber>"),
        ),
        case(
            "MEMO-R-014",
            letter,
            (">13748136</memo:senderID>", ">13748137</memo:senderID>"),
            (Info, sender_id),
            NOTHING,
        ),
        case(
            "MEMO-R-014",
            letter,
            (">13748136</grd:cvrNumber>", ">12345678</grd:cvrNumber>"),
            (Info, "Message/MessageHeader/ContentData/CVRdata/cvrNumber"),
            NOTHING,
        ),
        case(
            "MEMO-R-015",
            letter,
            (
                "<memo:idType>CPR</memo:idType>",
                &format!(
                    "<memo:idType>CPR</memo:idType><memo:ContactPoint>{contact_point}</memo:ContactPoint>"
                ),
            ),
            (Warning, "Message/MessageHeader/Recipient/ContactPoint"),
            NOTHING,
        ),
        case(
            "MEMO-R-016",
            letter,
            ("<memo:representativeID>13748136", "<memo:representativeID>1374813"),
            (Warning, representative_id),
            ("<memo:representativeID>13748136</memo:representativeID>", ""),
        ),
        case(
            "MEMO-R-016",
            letter,
            ("<memo:label>Trykkeriet</memo:label>", ""),
            (Warning, representative),
            NOTHING,
        ),
        case(
            "MEMO-R-016",
            || {
                without_representative(
                    "<memo:Representative><memo:representativeID>13748136</memo:representativeID><memo:label>T</memo:label></memo:Representative>",
                )
            },
            NOTHING,
            (Warning, representative),
            ("</memo:representativeID>", "</memo:representativeID><memo:idType>CVR</memo:idType>"),
        ),
        case(
            "MEMO-R-017",
            || without_representative("<memo:Representative></memo:Representative>"),
            NOTHING,
            (Warning, representative),
            ("<memo:Representative>", "<memo:Representative><memo:label>Trykkeriet</memo:label>"),
        ),
        case(
            "MEMO-R-018",
            letter,
            (contact_point, "<memo:contactPointID>22.33.44.55</memo:contactPointID>"),
            (Warning, "Message/MessageHeader/Sender/ContactPoint/contactPointID"),
            (
                contact_point,
                "<memo:contactPointID>241D39F6-998E-1929-B198-CCACBBF4B330</memo:contactPointID>",
            ),
        ),
        case(
            "MEMO-R-018",
            letter,
            (
                "</memo:originalSender>",
                "</memo:originalSender><memo:contactPointID>7</memo:contactPointID>",
            ),
            (Warning, "Message/MessageHeader/ForwardData/contactPointID"),
            NOTHING,
        ),
        case(
            "MEMO-R-018",
            letter,
            ("</memo:replyUUID>", "</memo:replyUUID><memo:contactPointID>7</memo:contactPointID>"),
            (Warning, "Message/MessageHeader/ReplyData[2]/contactPointID"),
            NOTHING,
        ),
    ]
}

fn of_sms_and_notices() -> Vec<Case> {
    let notice = "Message/MessageHeader/notification";
    let sms_text = "Din tid er i morgen kl. 9";
    let letter_text = "Der er nyt om pladsen";
    let body = "</memo:MessageHeader>\n<memo:MessageBody><memo:createdDateTime>2026-03-01T12:00:00Z</memo:createdDateTime><memo:MainDocument><memo:File><memo:encodingFormat>text/plain</memo:encodingFormat><memo:filename>A.txt</memo:filename><memo:language>da</memo:language><memo:content>QQ==</memo:content></memo:File></memo:MainDocument></memo:MessageBody>";
    let without_body = |document: String| {
        let (start, rest) = document.split_once("<memo:MessageBody>").unwrap();
        let (_, end) = rest.split_once("</memo:MessageBody>").unwrap();
        format!("{start}{end}")
    };
    let (long, longer) = ("x".repeat(150), "x".repeat(151));
    let second = "<memo:additionalNotification>";
    vec![
        case("MEMO-R-020", sms, (&format!("<memo:notification>{sms_text}</memo:notification>"), ""), (Error, HEADER), NOTHING),
        case("MEMO-R-020", sms, (sms_text, " "), (Error, notice), (sms_text, "x")),
        case("MEMO-R-021", letter, NOTHING, (Error, "Message"), NOTHING).broken_by(without_body),
        case("MEMO-R-022", sms, ("</memo:MessageHeader>", body), (Warning, "Message/MessageBody"), NOTHING),
        case("MEMO-R-023", sms, ("</memo:notification>", "</memo:notification><memo:reply>true</memo:reply>"), (Warning, ""), ("</memo:notification>", "</memo:notification><memo:reply>false</memo:reply><memo:mandatory>false</memo:mandatory>"))
            .found(&[("MEMO-R-023", Warning, "Message/MessageHeader/reply"), ("MEMO-R-046", Warning, "Message/MessageHeader/Sender")]),
        case("MEMO-R-023", sms, ("</memo:notification>", "</memo:notification><memo:mandatory>true</memo:mandatory>"), (Warning, "Message/MessageHeader/mandatory"), NOTHING),
        case("MEMO-R-023", sms, ("</memo:Recipient>", "</memo:Recipient><memo:ReplyData><memo:messageUUID>8c2ea15d-61fb-4ba9-9366-42f8b194c001</memo:messageUUID></memo:ReplyData>"), (Warning, "Message/MessageHeader/ReplyData[1]"), NOTHING),
        case("MEMO-R-024", sms, ("<memo:label>Din tid</memo:label>", ""), (Error, HEADER), NOTHING).found(&[("MEMO-S-003", Error, HEADER)]),
        case("MEMO-R-030", letter, (letter_text, "Om 010101-0000"), (Warning, notice), (letter_text, "Ring 12 34 56 78 om 2026-03-20")),
        case("MEMO-R-030", letter, ("Se brevet fra Ærøby", "Nr. 0101010000"), (Warning, "Message/MessageHeader/additionalNotification"), NOTHING),
        case("MEMO-R-031", letter_1_1, (letter_text, &longer), (Warning, notice), (letter_text, &long)),
        case("MEMO-R-031", letter_1_1, (letter_text, &"ø".repeat(151)), (Warning, notice), (letter_text, &"ø".repeat(150))),
        case("MEMO-R-032", letter, (&format!("<memo:notification>{letter_text}</memo:notification>"), ""), (Info, "Message/MessageHeader/additionalNotification"), (second, second)),
        case("MEMO-R-033", sms, (sms_text, "Din tid – i morgen"), (Warning, notice), (sms_text, "Kære Åse {nr. 7} koster 5 €")),
    ]
}

fn of_replies_and_delivery() -> Vec<Case> {
    let reply_by = "Message/MessageHeader/replyByDateTime";
    let not_until = "Message/MessageHeader/doNotDeliverUntilDate";
    let second_reply = "<memo:messageUUID>8c2ea15d-61fb-4ba9-9366-42f8b194c002</memo:messageUUID>";
    let reply_uuid = "<memo:replyUUID>8c2ea15d-61fb-4ba9-9366-42f8b194c001</memo:replyUUID>";
    let first_reply =
        "<memo:ReplyData><memo:messageUUID>8c2ea15d-61fb-4ba9-9366-42f8b194c001</memo:messageUUID>";
    let circle = first_reply.to_owned()
        + "<memo:replyUUID>8C2EA15D-61FB-4BA9-9366-42F8B194C002</memo:replyUUID>";
    let point = |document: String| {
        let (start, rest) = document.split_once("<memo:ContactPoint>").unwrap();
        let (_, end) = rest.split_once("</memo:ContactPoint>").unwrap();
        format!("{start}{end}")
    };
    let mandatory = "<memo:mandatory>false";
    let legal = "<memo:legalNotification>false";
    vec![
        case(
            "MEMO-R-040",
            letter,
            ("<memo:reply>true", "<memo:reply>false"),
            (Warning, reply_by),
            ("<memo:reply>true", "<memo:reply>1"),
        ),
        case(
            "MEMO-R-040",
            letter,
            ("<memo:reply>true</memo:reply>", ""),
            (Warning, reply_by),
            NOTHING,
        ),
        case(
            "MEMO-R-041",
            letter,
            ("2026-03-01T12:00:00Z", "2026-04-01T12:00:00Z"),
            (Warning, reply_by),
            ("2026-04-01T12:00:00Z", "2026-03-20T12:00:00.5Z"),
        )
        .knowing(|known| known.now = None),
        case(
            "MEMO-R-042",
            letter,
            (
                second_reply,
                "<memo:messageUUID>8C2EA15D-61FB-4BA9-9366-42F8B194C003</memo:messageUUID>",
            ),
            (Warning, "Message/MessageHeader/ReplyData[2]/replyUUID"),
            NOTHING,
        )
        .broken_by(|document| {
            document.replace(
                reply_uuid,
                "<memo:replyUUID>8c2ea15d-61fb-4ba9-9366-42f8b194c003</memo:replyUUID>",
            )
        }),
        case(
            "MEMO-R-043",
            letter,
            (
                second_reply,
                "<memo:messageUUID>8c2ea15d-61fb-4ba9-9366-42f8b194c001</memo:messageUUID>",
            ),
            (Warning, "Message/MessageHeader/ReplyData[2]/messageUUID"),
            (reply_uuid, "<memo:replyUUID>8c2ea15d-61fb-4ba9-9366-42f8b194cfff</memo:replyUUID>"),
        )
        .broken_by(|document| document.replace(reply_uuid, "")),
        case(
            "MEMO-R-043",
            letter,
            (first_reply, &circle),
            (Warning, "Message/MessageHeader/ReplyData[2]/replyUUID"),
            NOTHING,
        ),
        case(
            "MEMO-R-044",
            letter,
            (
                "<memo:ForwardData><memo:messageUUID>8c2ea15d-61fb-4ba9-9366-42f8b194c001",
                "<memo:ForwardData><memo:messageUUID>8C2EA15D-61FB-4BA9-9366-42F8B194C114",
            ),
            (Info, "Message/MessageHeader/ForwardData/messageUUID"),
            NOTHING,
        ),
        case(
            "MEMO-R-045",
            letter,
            ("2026-02-20T12:00:00Z", "2026-03-01T12:00:01Z"),
            (Info, "Message/MessageHeader/ForwardData/originalMessageDateTime"),
            ("2026-02-20T12:00:00Z", "2026-03-01T12:00:00Z"),
        ),
        case(
            "MEMO-R-046",
            letter,
            NOTHING,
            (Warning, "Message/MessageHeader/Sender"),
            ("<memo:mandatory>", "<memo:mandatory>"),
        )
        .broken_by(point),
        case(
            "MEMO-R-061",
            letter,
            ("2026-04-01T12:00:00Z", "2026-03-09T23:59:00Z"),
            (Info, reply_by),
            ("2026-04-01T12:00:00Z", "2026-03-10T00:00:00Z"),
        ),
        case(
            "MEMO-R-061",
            letter,
            ("2026-03-25T00:00:00Z", "2026-03-09T00:00:00Z"),
            (Info, ""),
            ("2026-03-25T00:00:00Z", "2026-03-11T00:00:00Z"),
        )
        .found(&[
            ("MEMO-R-104", Warning, "Message/MessageBody/MainDocument/Action[2]"),
            ("MEMO-R-061", Info, "Message/MessageBody/MainDocument/Action[2]/endDateTime"),
        ]),
        case(
            "MEMO-R-062",
            letter,
            ("2026-03-10<", "2026-03-10+01:00<"),
            (Warning, not_until),
            ("2026-03-10<", " 2026-03-10 <"),
        ),
        case(
            "MEMO-R-072",
            letter,
            (mandatory, "<memo:mandatory>true"),
            (Warning, "Message/MessageHeader/legalNotification"),
            (mandatory, "<memo:mandatory>true"),
        )
        .broken_by(|document| document.replace(legal, "<memo:legalNotification>true")),
        case(
            "MEMO-R-073",
            letter,
            (mandatory, "<memo:mandatory>true"),
            (Warning, "Message/MessageHeader/mandatory"),
            (mandatory, "<memo:mandatory>true"),
        )
        .broken_by(|document| {
            document.replace(
                "<memo:senderID>13748136</memo:senderID><memo:idType>CVR",
                "<memo:senderID>0101010000</memo:senderID><memo:idType>CPR",
            )
        }),
        case(
            "MEMO-R-080",
            letter,
            (">MYNDIGHEDSPOST<", ">PRIVATPOST<"),
            (Warning, "Message/MessageHeader/postType"),
            (">MYNDIGHEDSPOST<", ">VIRKSOMHEDSPOST<"),
        ),
        case(
            "MEMO-R-080",
            letter,
            (">MYNDIGHEDSPOST<", ">Myndighedspost<"),
            (Warning, "Message/MessageHeader/postType"),
            NOTHING,
        ),
    ]
}

fn of_actions() -> Vec<Case> {
    let first = "Message/MessageBody/MainDocument/Action[1]";
    let second = "Message/MessageBody/MainDocument/Action[2]";
    let url = "Message/MessageBody/MainDocument/Action[2]/EntryPoint/url";
    let address = "https://aeroeby.example/svar";
    let entry_point =
        "<memo:EntryPoint><memo:url>https://aeroeby.example/svar</memo:url></memo:EntryPoint>";
    let reservation = "<memo:Reservation><memo:description>M</memo:description><memo:reservationUUID>8C2EA15D-61FB-4BA9-9366-42F8B194D001</memo:reservationUUID><memo:abstract>M</memo:abstract><memo:location>R</memo:location><memo:startDateTime>2026-03-20T09:00:00Z</memo:startDateTime><memo:endDateTime>2026-03-20T10:00:00Z</memo:endDateTime></memo:Reservation>";
    let other_reservation = reservation.replace("D001", "D002");
    let with_action = |reservation: &str| {
        format!(
            "</memo:EntryPoint></memo:Action><memo:Action><memo:label>Kom</memo:label><memo:actionCode>AFTALE</memo:actionCode>{reservation}</memo:Action>"
        )
    };
    let action_end = "</memo:EntryPoint></memo:Action>";
    let technical = |action: &str| {
        format!(
            "</memo:AdditionalDocument><memo:TechnicalDocument><memo:File><memo:encodingFormat>text/xml</memo:encodingFormat><memo:filename>A.xml</memo:filename><memo:language>da</memo:language><memo:content>QQ==</memo:content></memo:File>{action}</memo:TechnicalDocument>"
        )
    };
    let action = "<memo:Action><memo:label>A</memo:label><memo:actionCode>INFORMATION</memo:actionCode></memo:Action>";
    vec![
        case(
            "MEMO-R-011",
            letter,
            (address, "http://aeroeby.example/svar"),
            (Error, url),
            (address, "https://aeroeby.example:8443/spørgeskema.html"),
        ),
        case(
            "MEMO-R-011",
            letter,
            (address, "HTTPS://aeroeby.example/svar"),
            (Warning, url),
            (address, " https://aeroeby.example/svar "),
        ),
        case("MEMO-R-011", letter, (address, ""), (Error, url), NOTHING),
        case("MEMO-R-011", letter, (address, "/svar"), (Error, url), NOTHING),
        case("MEMO-R-011", letter, (address, "https:///svar"), (Error, url), NOTHING),
        case(
            "MEMO-R-100",
            letter,
            (">SELVBETJENING<", ">FORMULAR<"),
            (Warning, "Message/MessageBody/MainDocument/Action[2]/actionCode"),
            (">SELVBETJENING<", ">BEKRAEFT<"),
        ),
        case(
            "MEMO-R-100",
            letter,
            (">AFTALE<", ">aftale<"),
            (Warning, "Message/MessageBody/MainDocument/Action[1]/actionCode"),
            NOTHING,
        ),
        case("MEMO-R-101", letter, (">SELVBETJENING<", ">AFTALE<"), (Error, second), NOTHING),
        case("MEMO-R-102", letter, (entry_point, ""), (Warning, second), NOTHING),
        case(
            "MEMO-R-103",
            letter,
            (">AFTALE<", ">INFORMATION<"),
            (Warning, "Message/MessageBody/MainDocument/Action[1]/Reservation"),
            NOTHING,
        ),
        case(
            "MEMO-R-104",
            letter,
            ("2026-03-11T00:00:00Z", "2026-03-25T00:00:01Z"),
            (Warning, second),
            ("2026-03-11T00:00:00Z", "2026-03-25T00:00:00Z"),
        ),
        case(
            "MEMO-R-105",
            letter,
            ("2026-03-20T09:00:00Z", "2026-03-20T10:00:00Z"),
            (Warning, "Message/MessageBody/MainDocument/Action[1]/Reservation"),
            ("2026-03-20T09:00:00Z", "2026-03-20T09:59:59.999Z"),
        ),
        case(
            "MEMO-R-106",
            letter,
            ("</memo:AdditionalDocument>", &technical(action)),
            (Error, ""),
            ("</memo:AdditionalDocument>", &technical("")),
        )
        .found(&[
            ("MEMO-R-130", Info, "Message/MessageBody/TechnicalDocument[1]"),
            ("MEMO-S-002", Error, "Message/MessageBody/TechnicalDocument[1]/Action"),
        ]),
        case(
            "MEMO-R-107",
            letter,
            ("boern@aeroeby.example", "Børnehaven"),
            (Warning, "Message/MessageBody/MainDocument/Action[1]/Reservation/organizerMail"),
            ("boern@aeroeby.example", "børn@ærøby.example"),
        ),
        case(
            "MEMO-R-109",
            letter,
            (action_end, &with_action(reservation)),
            (Warning, "Message/MessageBody/MainDocument/Action[3]/Reservation/reservationUUID"),
            (action_end, &with_action(&other_reservation)),
        ),
        case(
            "MEMO-R-108",
            letter,
            ("2026-03-25T00:00:00Z", "2026-03-19T00:00:00Z"),
            (Info, "Message/MessageBody/MainDocument/Action[2]/endDateTime"),
            NOTHING,
        )
        .knowing(|known| known.now = "2026-03-19T00:00:00.001Z".parse().ok())
        .found(&[
            ("MEMO-R-060", Warning, "Message/MessageHeader/doNotDeliverUntilDate"),
            ("MEMO-R-108", Info, "Message/MessageBody/MainDocument/Action[2]/endDateTime"),
        ])
        .kept_knowing(|known| known.now = "2026-03-25T00:00:00Z".parse().ok()),
        case("MEMO-R-101", letter, NOTHING, (Error, first), NOTHING).broken_by(|document| {
            let (start, rest) = document.split_once("<memo:Reservation>").unwrap();
            let (_, end) = rest.split_once("</memo:Reservation>").unwrap();
            format!("{start}{end}")
        }),
    ]
}

fn of_documents() -> Vec<Case> {
    let name = "Message/MessageBody/MainDocument/File[1]/filename";
    let format = "Message/MessageBody/MainDocument/File[1]/encodingFormat";
    let attachment = "<memo:AdditionalDocument><memo:File><memo:encodingFormat>text/plain</memo:encodingFormat><memo:filename>A.txt</memo:filename><memo:language>da</memo:language><memo:content>QQ==</memo:content></memo:File></memo:AdditionalDocument>";
    let many = |count: usize| format!("{}<memo:AdditionalDocument>", attachment.repeat(count));
    let technical = "</memo:AdditionalDocument><memo:TechnicalDocument><memo:File><memo:encodingFormat>text/xml</memo:encodingFormat><memo:filename>A.xml</memo:filename><memo:language>da</memo:language><memo:content>QQ==</memo:content></memo:File></memo:TechnicalDocument>";
    let tiff = base64(b"II*\0\x08\0\0\0");
    let pictures = move |document: String| {
        document
            .replacen("<memo:encodingFormat>application/pdf</memo:encodingFormat><memo:filename>Plads.pdf", "<memo:encodingFormat>image/tiff</memo:encodingFormat><memo:filename>P.tif", 1)
            .replacen(&base64(PDF), &tiff, 1)
            .replacen("<memo:encodingFormat>text/html</memo:encodingFormat><memo:filename>Plads.html", "<memo:encodingFormat>image/tiff</memo:encodingFormat><memo:filename>Plads.tif", 1)
            .replacen(&base64(HTML), &tiff, 1)
    };
    vec![
        case(
            "MEMO-R-010",
            letter,
            ("Plads.pdf", "Plads: 1.pdf"),
            (Error, name),
            ("Plads.pdf", "Plads (1) &amp; æøå.pdf"),
        ),
        case("MEMO-R-010", letter, ("Plads.pdf", "Plads\u{A0}1.pdf"), (Error, name), NOTHING),
        case("MEMO-R-010", letter, ("Plads.pdf", "Plads&#10;1.pdf"), (Error, name), NOTHING),
        case("MEMO-R-010", letter, ("Plads.pdf", " Plads.pdf"), (Warning, name), NOTHING),
        case("MEMO-R-010", letter, ("Plads.pdf", "Plads\u{2029}1.pdf"), (Warning, name), NOTHING),
        case(
            "MEMO-R-120",
            letter,
            (
                "<memo:AdditionalDocument>",
                "<memo:AdditionalDocument></memo:AdditionalDocument><memo:AdditionalDocument>",
            ),
            (Error, ""),
            NOTHING,
        )
        .found(&[("MEMO-S-003", Error, "Message/MessageBody/AdditionalDocument[1]")]),
        case(
            "MEMO-R-121",
            letter,
            (">application/pdf<", ">application/octet-stream<"),
            (Warning, format),
            (">application/pdf<", ">Application/PDF; version=1.7<"),
        ),
        case(
            "MEMO-R-121",
            letter,
            (
                "<memo:encodingFormat>text/html</memo:encodingFormat><memo:filename>Plads.html",
                "<memo:encodingFormat>text/csv</memo:encodingFormat><memo:filename>Plads.csv",
            ),
            (Warning, "Message/MessageBody/MainDocument/File[2]/encodingFormat"),
            ("</memo:AdditionalDocument>", technical),
        ),
        case(
            "MEMO-R-122",
            letter,
            (">application/pdf<", ">pdf<"),
            (Error, format),
            (">text/html<", ">text/html; charset=\"utf-8\"<"),
        ),
        case(
            "MEMO-R-123",
            letter,
            ("Plads.pdf", "Plads.docx"),
            (Warning, name),
            ("Plads.pdf", "Plads.PDF"),
        ),
        case(
            "MEMO-R-123",
            letter,
            ("Plads.pdf", "Plads"),
            (Warning, name),
            ("Plads.html", "Plads.htm"),
        ),
        case(
            "MEMO-R-125",
            letter,
            ("<memo:language>da", "<memo:language>DA"),
            (Warning, "Message/MessageBody/MainDocument/File[1]/language"),
            ("<memo:language>da", "<memo:language>kl"),
        ),
        case(
            "MEMO-R-125",
            letter,
            ("<memo:language>da", "<memo:language>dk"),
            (Warning, "Message/MessageBody/MainDocument/File[1]/language"),
            NOTHING,
        ),
        case(
            "MEMO-R-128",
            letter,
            ("<memo:AdditionalDocument>", &many(10)),
            (Warning, "Message/MessageBody/AdditionalDocument[11]"),
            ("<memo:AdditionalDocument>", &many(9)),
        ),
        case(
            "MEMO-R-130",
            letter,
            ("</memo:AdditionalDocument>", technical),
            (Info, "Message/MessageBody/TechnicalDocument[1]"),
            NOTHING,
        ),
        case(
            "MEMO-R-131",
            letter,
            NOTHING,
            (Warning, "Message/MessageBody/MainDocument"),
            (
                "<memo:encodingFormat>text/html</memo:encodingFormat><memo:filename>Plads.html",
                "<memo:encodingFormat>image/tiff</memo:encodingFormat><memo:filename>Plads.tif",
            ),
        )
        .broken_by(pictures),
        case(
            "MEMO-R-133",
            letter,
            ("Plads.html", "Plads.pdf"),
            (Warning, ""),
            ("Kort.pdf", "Plads.pdf"),
        )
        .found(&[
            ("MEMO-R-123", Warning, "Message/MessageBody/MainDocument/File[2]/filename"),
            ("MEMO-R-133", Warning, "Message/MessageBody/MainDocument/File[2]/filename"),
        ]),
        case("MEMO-R-127", letter, NOTHING, (Error, "Message"), NOTHING)
            .broken_by(|document| document + &" ".repeat(99_500_001)),
    ]
}

fn of_content() -> Vec<Case> {
    let path = "Message/MessageBody/MainDocument/File[1]/content";
    let html_path = "Message/MessageBody/MainDocument/File[2]/content";
    let (pdf, html) = (base64(PDF), base64(HTML));
    let of_pdf = |bytes: &[u8]| base64(bytes);
    let png = |bytes: &[u8]| {
        let content = base64(bytes);
        move |document: String| {
            document
                .replacen(
                    "<memo:encodingFormat>text/html</memo:encodingFormat><memo:filename>Plads.html",
                    "<memo:encodingFormat>image/png</memo:encodingFormat><memo:filename>Plads.png",
                    1,
                )
                .replacen(&base64(HTML), &content, 1)
        }
    };
    let mut cases = vec![
        case("MEMO-R-124", letter, (&pdf, ""), (Warning, path), (&pdf, &of_pdf(PDF))),
        case(
            "MEMO-R-126",
            letter,
            (&pdf, &of_pdf(b"This is a test")),
            (Warning, path),
            (&pdf, &of_pdf(b"%PDF-1.4\n%%EOF\n\n")),
        ),
        case("MEMO-R-126", letter, (&pdf, &of_pdf(&PDF[..PDF.len() - 3])), (Info, path), NOTHING),
        case("MEMO-R-126", letter, NOTHING, (Warning, html_path), NOTHING)
            .broken_by(png(b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR")),
        case("MEMO-R-126", letter, NOTHING, (Warning, html_path), NOTHING)
            .broken_by(png(b"GIF89a")),
    ];
    for bad in [
        "<script>a</script>",
        "<p onclick='a'>",
        "<a href='javascript:a'>",
        "<form></form>",
        "<iframe></iframe>",
        "<embed>",
        "<img src='https://aeroeby.example/a.png'>",
    ] {
        // Long enough to be read in several pieces.
        let long = format!("{}{bad}", "<p>Kære Åse</p>\n".repeat(5_000));
        for content in [bad, &long] {
            cases.push(case(
                "MEMO-R-132",
                letter,
                (&html, &base64(content.as_bytes())),
                (Warning, html_path),
                (&html, &base64(b"<img src='data:image/gif;base64,R0'>")),
            ));
        }
        cases.push(case(
            "MEMO-R-132",
            letter,
            (&html, &base64(long.as_bytes()).replace("PHA+", "PH\r\nA+")),
            (Warning, html_path),
            NOTHING,
        ));
    }
    cases
}

fn of_content_data() -> Vec<Case> {
    let data = "Message/MessageHeader/ContentData";
    let attention = "Message/MessageHeader/Sender/AttentionData";
    let second_address = "</grd:Address><grd:UnstructuredAddress><grd:unstructured>Torvet 1</grd:unstructured></grd:UnstructuredAddress>";
    let unstructured = "Message/MessageHeader/Sender/AttentionData/UnstructuredAddress";
    let pair = "<memo:AdditionalContentData><memo:contentDataName>n</memo:contentDataName><memo:contentDataValue>v</memo:contentDataValue></memo:AdditionalContentData>";
    let pairs = |count: usize| format!("{}</memo:ContentData>", pair.repeat(count));
    let info = "<memo:ContactInfo><memo:label>Sag</memo:label><memo:value>7</memo:value></memo:ContactInfo>";
    let address = "<grd:Address><grd:city>Ærøby</grd:city></grd:Address>";
    vec![
        case(
            "MEMO-R-140",
            letter_1_1,
            ("</grd:Address>", second_address),
            (Warning, unstructured),
            (
                address,
                "<grd:UnstructuredAddress><grd:unstructured>Torvet 1</grd:unstructured></grd:UnstructuredAddress>",
            ),
        ),
        case(
            "MEMO-R-140",
            letter,
            ("</grd:Address>", second_address),
            (Info, unstructured),
            NOTHING,
        ),
        case(
            "MEMO-R-150",
            letter,
            ("27.36.04", "27.36"),
            (Warning, "Message/MessageHeader/ContentData/KLEdata/subjectKey"),
            ("27.36.04", "00.00.00"),
        ),
        case(
            "MEMO-R-150",
            letter,
            (">G01<", ">[Tekst]<"),
            (Warning, "Message/MessageHeader/ContentData/KLEdata/activityFacet"),
            ("</form:version>", "</form:version><form:activityFacet>Tekst</form:activityFacet>"),
        ),
        case(
            "MEMO-R-151",
            letter,
            ("54.15.10.05", "54.15.10"),
            (Warning, "Message/MessageHeader/ContentData/FORMdata/taskKey"),
            ("54.15.10.05", "00.00.00.00"),
        ),
        case(
            "MEMO-R-152",
            letter,
            (">1012345678<", ">+12345<"),
            (
                Warning,
                "Message/MessageHeader/Sender/AttentionData/ProductionUnit/productionUnitNumber",
            ),
            (">1012345678<", "> 1012345678 <"),
        ),
        case(
            "MEMO-R-153",
            letter,
            (">5790000000012<", ">579000000001<"),
            (
                Warning,
                "Message/MessageHeader/Sender/AttentionData/GlobalLocationNumber/globalLocationNumber",
            ),
            (">5790000000012<", ">4006381333931<"),
        ),
        case(
            "MEMO-R-153",
            letter,
            (">5790000000012<", ">5790000000013<"),
            (
                Info,
                "Message/MessageHeader/Sender/AttentionData/GlobalLocationNumber/globalLocationNumber",
            ),
            NOTHING,
        ),
        case(
            "MEMO-R-154",
            letter,
            (">12345678<", ">DK12345678<"),
            (Warning, "Message/MessageHeader/Sender/AttentionData/SEnumber/seNumber"),
            (">12345678<", ">87654321<"),
        ),
        case(
            "MEMO-R-155",
            letter,
            (">AB12345<", ">AB 12 345<"),
            (Error, ""),
            (">AB12345<", ">FØRSTE1<"),
        )
        .found(&[(
            "MEMO-S-008",
            Error,
            "Message/MessageHeader/ContentData/MotorVehicle/licenseNumber",
        )]),
        case(
            "MEMO-R-156",
            letter,
            ("</memo:ContentData>", &pairs(11)),
            (Error, ""),
            ("</memo:ContentData>", &pairs(10)),
        )
        .found(&[(
            "MEMO-S-004",
            Error,
            "Message/MessageHeader/ContentData/AdditionalContentData[11]",
        )]),
        case("MEMO-R-156", letter, (info, &info.repeat(3)), (Error, ""), (info, &info.repeat(2)))
            .found(&[(
                "MEMO-S-004",
                Error,
                "Message/MessageHeader/Sender/ContactPoint/ContactInfo[3]",
            )]),
        case(
            "MEMO-R-157",
            letter,
            ("post@aeroeby.example", "www.aeroeby.example"),
            (Warning, "Message/MessageHeader/Sender/AttentionData/EMail/emailAddress"),
            ("post@aeroeby.example", "a.b+c@aeroeby.example"),
        ),
        case(
            "MEMO-R-158",
            letter,
            (address, "<grd:Address/>"),
            (Warning, "Message/MessageHeader/Sender/AttentionData/Address"),
            (address, ""),
        ),
        case("MEMO-R-158", letter, NOTHING, (Warning, data), NOTHING)
            .broken_by(|document| emptied(&document, "ContentData")),
        case("MEMO-R-158", letter, NOTHING, (Warning, attention), NOTHING)
            .broken_by(|document| emptied(&document, "AttentionData")),
    ]
}

/// The document with nothing in the first class of this name.
fn emptied(document: &str, class: &str) -> String {
    let (start, rest) = document.split_once(&format!("<memo:{class}>")).unwrap();
    let (_, end) = rest.split_once(&format!("</memo:{class}>")).unwrap();
    format!("{start}<memo:{class}></memo:{class}>{end}")
}

fn of_context() -> Vec<Case> {
    let recipient_point = (
        "<memo:idType>CPR</memo:idType>",
        "<memo:idType>CPR</memo:idType><memo:ContactPoint><memo:contactPointID>241d39f6-998e-4929-b198-ccacbbf4b331</memo:contactPointID></memo:ContactPoint>",
    );
    let point = "Message/MessageHeader/Recipient/ContactPoint";
    let point_id = "Message/MessageHeader/Recipient/ContactPoint/contactPointID";
    let mandatory = ("<memo:mandatory>false", "<memo:mandatory>true");
    let legal = ("<memo:legalNotification>false", "<memo:legalNotification>true");
    let uuid = "Message/MessageHeader/messageUUID";
    vec![
        case(
            "MEMO-R-019",
            letter,
            NOTHING,
            (Error, "Message/MessageHeader/Sender/senderID"),
            NOTHING,
        )
        .knowing(|known| known.may_send = No),
        case(
            "MEMO-R-019",
            letter,
            NOTHING,
            (Error, "Message/MessageHeader/Recipient/recipientID"),
            NOTHING,
        )
        .knowing(|known| known.registered = No),
        case(
            "MEMO-R-060",
            letter,
            NOTHING,
            (Warning, "Message/MessageHeader/doNotDeliverUntilDate"),
            NOTHING,
        )
        .knowing(|known| known.now = "2026-03-11T00:00:00Z".parse().ok())
        .kept_knowing(|known| known.now = "2026-03-10T23:59:59Z".parse().ok()),
        case(
            "MEMO-R-063",
            letter,
            NOTHING,
            (Warning, "Message/MessageBody/createdDateTime"),
            NOTHING,
        )
        .knowing(|known| known.now = "2026-02-28T11:59:59Z".parse().ok())
        .kept_knowing(|known| known.now = "2026-02-28T12:00:00Z".parse().ok()),
        case(
            "MEMO-R-070",
            letter,
            legal,
            (Error, "Message/MessageHeader/legalNotification"),
            legal,
        )
        .knowing(|known| known.may_serve = No),
        case("MEMO-R-071", letter, mandatory, (Error, "Message/MessageHeader/mandatory"), NOTHING)
            .knowing(|known| known.may_send_mandatory = No)
            .kept_knowing(|known| known.may_send_mandatory = No),
        case("MEMO-R-129", letter, recipient_point, (Warning, ""), recipient_point)
            .found(&[("MEMO-R-015", Warning, point), ("MEMO-R-129", Warning, point_id)])
            .knowing(|known| known.limits.message_bytes = Some(1_000)),
        case("MEMO-R-129", letter, recipient_point, (Warning, ""), NOTHING)
            .found(&[("MEMO-R-015", Warning, point), ("MEMO-R-129", Warning, point_id)])
            .knowing(|known| known.limits.additional_documents = Some(0))
            .kept_knowing(|known| known.limits.additional_documents = Some(0)),
        case("MEMO-R-172", letter, NOTHING, (Error, uuid), NOTHING)
            .knowing(|known| known.announced = "8c2ea15d-61fb-4ba9-9366-42f8b194c115".parse().ok())
            .kept_knowing(|known| known.announced = None),
        case("MEMO-R-173", letter, NOTHING, (Error, uuid), NOTHING)
            .knowing(|known| known.used = brevdue_memo::Answer::Yes),
    ]
}
