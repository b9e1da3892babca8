//! A status message as its receivers read it: `PKO_PostStatus`, in Base64, in an envelope.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use brevdue_exchange::municipal::{Channel, StatusMessage};

/// Kind of message: `PKO_PostStatus`.
const KIND: &str = "d2bed63c-4853-4008-b6e0-a74c15b15fbf";

pub(super) fn envelope(message: &StatusMessage) -> String {
    let id = message.id.uuid();
    let status = BASE64_STANDARD.encode(status(message));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Haendelsesbesked xmlns=\"urn:oio:besked:kuvert:1.0\" xmlns:s=\"urn:oio:sagdok:3.0.0\">\
         <BeskedId><s:UUIDIdentifikator>{id}</s:UUIDIdentifikator></BeskedId>\
         <BeskedVersion>1.0</BeskedVersion><Beskedkuvert><Filtreringsdata><Beskedtype>\
         <s:UUIDIdentifikator>{KIND}</s:UUIDIdentifikator></Beskedtype></Filtreringsdata>\
         </Beskedkuvert><Beskeddata><Base64>{status}</Base64></Beskeddata></Haendelsesbesked>"
    )
}

fn status(message: &StatusMessage) -> String {
    let word = match (message.arrived, message.channel) {
        (false, _) => "Fejlet",
        (true, Channel::Paper) => "Afleveret Fysisk Post",
        (true, Channel::NemSms) => "Afleveret NemSMS",
        (true, Channel::DigitalPost) => "Afleveret Digital Post",
    };
    let element = |name: &str, text: Option<String>| {
        text.map(|text| format!("<{name}>{}</{name}>", escaped(&text))).unwrap_or_default()
    };
    let error = message.error.as_ref().map(|(code, text)| {
        let (code, text) = (escaped(code), escaped(text));
        format!(
            "<FejlDetaljer><FejlKode>{code}</FejlKode><FejlTekst>{text}</FejlTekst></FejlDetaljer>"
        )
    });
    [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PKO_PostStatus \
         xmlns=\"http://serviceplatformen.dk/xml/print/PKO_PostStatus/1/types\">"
            .to_owned(),
        element("TransmissionId", message.transmission.map(|id| id.to_string())),
        element("MessageUUID", message.message_uuid.map(|id| id.to_string())),
        element("MessageId", message.message_id.clone()),
        element("AfsendelseIdentifikator", message.shipment.clone()),
        element("KanalKode", Some(message.channel.word().into())),
        element("TransaktionsDatoTid", Some(message.at.to_string())),
        element("TransaktionsStatusKode", Some(word.into())),
        element("CorrelationId", message.transaction.map(|id| id.to_string())),
        error.unwrap_or_default(),
        "</PKO_PostStatus>".to_owned(),
    ]
    .concat()
}

/// Text as XML; what XML cannot hold is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use brevdue_exchange::ReceiptId;
    use brevdue_exchange::municipal::StatusId;
    use brevdue_memo::Timestamp;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_refused_letter_is_told_with_its_reason() {
        let message = StatusMessage {
            id: StatusId::Receipt(ReceiptId(Uuid::from_u128(1))),
            transmission: Some(Uuid::from_u128(2)),
            message_uuid: Some(Uuid::from_u128(3)),
            message_id: Some("sag <7>".into()),
            shipment: None,
            channel: Channel::DigitalPost,
            at: Timestamp::from_millis(1_772_445_600_000),
            arrived: false,
            transaction: Some(Uuid::from_u128(4)),
            error: Some(("memo.invalid".into(), "a & b\u{1}".into())),
        };
        insta::assert_snapshot!(status(&message));
        let envelope = envelope(&message);
        let data = envelope.split("<Base64>").nth(1).unwrap().split('<').next().unwrap();
        assert_eq!(BASE64_STANDARD.decode(data).unwrap(), status(&message).into_bytes());
    }
}
