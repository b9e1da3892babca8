//! Messages that break no rule at all, and what is known beside them.

use brevdue_memo::context::ContactPointLimits;
use brevdue_memo::{Answer, Context, MessageType, PartyId, Timestamp, Uuid4};
use uuid::Uuid;

pub(crate) const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n";
pub(crate) const HTML: &[u8] = "<p>Kære Åse</p>".as_bytes();

pub(crate) fn base64(bytes: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(bytes)
}

const REPRESENTATIVE: &str = "<memo:Representative><memo:representativeID>13748136</memo:representativeID>\
    <memo:idType>CVR</memo:idType><memo:label>Trykkeriet</memo:label></memo:Representative>";

/// A letter of version 1.2 with an element for nearly every rule to look at.
pub(crate) fn letter() -> String {
    let (pdf, html) = (base64(PDF), base64(HTML));
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<memo:Message xmlns:memo="https://DigitalPost.dk/MeMo-1" xmlns:grd="https://data.gov.dk/model/core/" xmlns:gln="https://www.gs1.dk/gs1-standarder/identifikation/gln-global-location-number/" xmlns:kle="http://kle-online.dk/" xmlns:form="http://www.form-online.dk/" xmlns:dmv="https://motorregister.skat.dk/" memoVersion="1.2">
<memo:MessageHeader><memo:messageType>DIGITALPOST</memo:messageType><memo:messageUUID>8c2ea15d-61fb-4ba9-9366-42f8b194c114</memo:messageUUID><memo:label>Plads i børnehave</memo:label><memo:notification>Der er nyt om pladsen</memo:notification><memo:additionalNotification>Se brevet fra Ærøby</memo:additionalNotification><memo:reply>true</memo:reply><memo:replyByDateTime>2026-04-01T12:00:00Z</memo:replyByDateTime><memo:doNotDeliverUntilDate>2026-03-10</memo:doNotDeliverUntilDate><memo:mandatory>false</memo:mandatory><memo:legalNotification>false</memo:legalNotification><memo:postType>MYNDIGHEDSPOST</memo:postType>
<memo:Sender><memo:senderID>13748136</memo:senderID><memo:idType>CVR</memo:idType><memo:label>Ærøby Kommune</memo:label><memo:AttentionData><grd:ProductionUnit><grd:productionUnitNumber>1012345678</grd:productionUnitNumber></grd:ProductionUnit><gln:GlobalLocationNumber><gln:globalLocationNumber>5790000000012</gln:globalLocationNumber></gln:GlobalLocationNumber><memo:EMail><memo:emailAddress>post@aeroeby.example</memo:emailAddress></memo:EMail><grd:SEnumber><grd:seNumber>12345678</grd:seNumber></grd:SEnumber><grd:Address><grd:city>Ærøby</grd:city></grd:Address></memo:AttentionData><memo:ContactPoint><memo:contactPointID>241d39f6-998e-4929-b198-ccacbbf4b330</memo:contactPointID><memo:ContactInfo><memo:label>Sag</memo:label><memo:value>7</memo:value></memo:ContactInfo></memo:ContactPoint>{REPRESENTATIVE}</memo:Sender>
<memo:Recipient><memo:recipientID>0101010000</memo:recipientID><memo:idType>CPR</memo:idType></memo:Recipient>
<memo:ContentData><grd:CPRdata><grd:cprNumber>0101010000</grd:cprNumber></grd:CPRdata><grd:CVRdata><grd:cvrNumber>13748136</grd:cvrNumber></grd:CVRdata><dmv:MotorVehicle><dmv:licenseNumber>AB12345</dmv:licenseNumber></dmv:MotorVehicle><kle:KLEdata><kle:subjectKey>27.36.04</kle:subjectKey><kle:version>2026</kle:version><kle:activityFacet>G01</kle:activityFacet><kle:label>Plads</kle:label></kle:KLEdata><form:FORMdata><form:taskKey>54.15.10.05</form:taskKey><form:version>2.12</form:version><form:label>Plads</form:label></form:FORMdata></memo:ContentData>
<memo:ForwardData><memo:messageUUID>8c2ea15d-61fb-4ba9-9366-42f8b194c001</memo:messageUUID><memo:originalMessageDateTime>2026-02-20T12:00:00Z</memo:originalMessageDateTime><memo:originalSender>Ærøby Kommune</memo:originalSender></memo:ForwardData>
<memo:ReplyData><memo:messageUUID>8c2ea15d-61fb-4ba9-9366-42f8b194c001</memo:messageUUID></memo:ReplyData>
<memo:ReplyData><memo:messageUUID>8c2ea15d-61fb-4ba9-9366-42f8b194c002</memo:messageUUID><memo:replyUUID>8c2ea15d-61fb-4ba9-9366-42f8b194c001</memo:replyUUID></memo:ReplyData>
</memo:MessageHeader>
<memo:MessageBody><memo:createdDateTime>2026-03-01T12:00:00Z</memo:createdDateTime>
<memo:MainDocument>
<memo:File><memo:encodingFormat>application/pdf</memo:encodingFormat><memo:filename>Plads.pdf</memo:filename><memo:language>da</memo:language><memo:content>{pdf}</memo:content></memo:File>
<memo:File><memo:encodingFormat>text/html</memo:encodingFormat><memo:filename>Plads.html</memo:filename><memo:language>da</memo:language><memo:content>{html}</memo:content></memo:File>
<memo:Action><memo:label>Kom til møde</memo:label><memo:actionCode>AFTALE</memo:actionCode><memo:Reservation><memo:description>Møde</memo:description><memo:reservationUUID>8c2ea15d-61fb-4ba9-9366-42f8b194d001</memo:reservationUUID><memo:abstract>Møde</memo:abstract><memo:location>Rådhuset</memo:location><memo:startDateTime>2026-03-20T09:00:00Z</memo:startDateTime><memo:endDateTime>2026-03-20T10:00:00Z</memo:endDateTime><memo:organizerMail>boern@aeroeby.example</memo:organizerMail></memo:Reservation></memo:Action>
<memo:Action><memo:label>Svar</memo:label><memo:actionCode>SELVBETJENING</memo:actionCode><memo:startDateTime>2026-03-11T00:00:00Z</memo:startDateTime><memo:endDateTime>2026-03-25T00:00:00Z</memo:endDateTime><memo:EntryPoint><memo:url>https://aeroeby.example/svar</memo:url></memo:EntryPoint></memo:Action>
</memo:MainDocument>
<memo:AdditionalDocument><memo:label>Kort</memo:label><memo:File><memo:encodingFormat>application/pdf</memo:encodingFormat><memo:filename>Kort.pdf</memo:filename><memo:language>da</memo:language><memo:content>{pdf}</memo:content></memo:File></memo:AdditionalDocument>
</memo:MessageBody>
</memo:Message>
"#
    )
}

/// The same letter in version 1.1.
pub(crate) fn letter_1_1() -> String {
    letter()
        .replace("memoVersion=\"1.2\"", "memoVersion=\"1.1\" memoSchVersion=\"1.1.0\"")
        .replace(REPRESENTATIVE, "")
}

/// The same letter without its representative's children.
pub(crate) fn without_representative(by: &str) -> String {
    letter().replace(REPRESENTATIVE, by)
}

/// A text message.
pub(crate) fn sms() -> String {
    r#"<?xml version="1.0" encoding="UTF-8"?>
<memo:Message xmlns:memo="https://DigitalPost.dk/MeMo-1" memoVersion="1.2">
<memo:MessageHeader><memo:messageType>NEMSMS</memo:messageType><memo:messageUUID>8c2ea15d-61fb-4ba9-9366-42f8b194c114</memo:messageUUID><memo:label>Din tid</memo:label><memo:notification>Din tid er i morgen kl. 9</memo:notification>
<memo:Sender><memo:senderID>13748136</memo:senderID><memo:idType>CVR</memo:idType><memo:label>Ærøby Kommune</memo:label></memo:Sender>
<memo:Recipient><memo:recipientID>0101010000</memo:recipientID><memo:idType>CPR</memo:idType></memo:Recipient>
</memo:MessageHeader>
</memo:Message>
"#
    .to_owned()
}

/// A context that knows everything; as it stands, nothing speaks against a message.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) now: Option<Timestamp>,
    pub(crate) may_send: Answer,
    pub(crate) registered: Answer,
    pub(crate) may_serve: Answer,
    pub(crate) may_send_mandatory: Answer,
    pub(crate) limits: ContactPointLimits,
    pub(crate) used: Answer,
    pub(crate) announced: Option<Uuid4>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            now: "2026-03-02T00:00:00Z".parse().ok(),
            may_send: Answer::Yes,
            registered: Answer::Yes,
            may_serve: Answer::Yes,
            may_send_mandatory: Answer::Yes,
            limits: ContactPointLimits {
                message_bytes: Some(1_000_000),
                additional_documents: Some(1),
            },
            used: Answer::No,
            announced: "8C2EA15D-61FB-4BA9-9366-42F8B194C114".parse().ok(),
        }
    }
}

impl Context for Known {
    fn now(&self) -> Option<Timestamp> {
        self.now
    }
    fn may_send_for(&self, _: &PartyId) -> Answer {
        self.may_send
    }
    fn is_registered(&self, _: &PartyId, _: MessageType) -> Answer {
        self.registered
    }
    fn may_serve_legal_documents(&self, _: &PartyId) -> Answer {
        self.may_serve
    }
    fn may_send_mandatory(&self, _: &PartyId) -> Answer {
        self.may_send_mandatory
    }
    fn contact_point(&self, _: &PartyId, id: Uuid) -> Option<ContactPointLimits> {
        (id.to_string() == "241d39f6-998e-4929-b198-ccacbbf4b331").then_some(self.limits)
    }
    fn is_used(&self, _: &Uuid4) -> Answer {
        self.used
    }
    fn announced_uuid(&self) -> Option<Uuid4> {
        self.announced
    }
}
