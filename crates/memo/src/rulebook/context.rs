//! Rules that need registers, permissions, the contact structure or a clock.

use super::*;

rules! {
    source Inferred "the published API";

    NOT_ENTITLED = "MEMO-R-019" Context Error (All Inferred "Digital Post, the published API knows NOT_ALLOWED; integrations in production use ask first") {
        "{}" / "{}",
        "få afsendersystemet tilknyttet afsenderens CVR-nummer; send til en modtager, der ikke er tilmeldt, på anden vis"
            / "have the sender system connected to the sender's CVR number; reach a recipient who is not registered another way"
    }
    DELIVERY_IN_THE_PAST = "MEMO-R-060" Context Warning (All Inferred "a day to wait for is ahead") {
        "doNotDeliverUntilDate er en dag, der er gået" / "doNotDeliverUntilDate is a day that has passed",
        "ret datoen, eller udelad den for at levere straks" / "correct the date, or leave it out to deliver at once"
    }
    CREATED_IN_THE_FUTURE = "MEMO-R-063" Context Warning (All Choice "our own; so is the tolerance of a day") {
        "createdDateTime ligger mere end {} sekunder ude i fremtiden" / "createdDateTime lies more than {} seconds in the future",
        "skriv tiden i UTC med Z, og stil afsendersystemets ur" / "write the time in UTC with Z, and set the clock of the sender system"
    }
    LEGAL_NOTIFICATION_NOT_ENTITLED = "MEMO-R-070" Context Error (All Confirmed "Digital Post, the published API") {
        "legalNotification er true, men afsenderen må ikke forkynde" / "legalNotification is true, but the sender may not serve legal documents",
        "sæt legalNotification til false, eller få myndigheden oprettet til forkyndelse"
            / "set legalNotification to false, or have the authority set up for serving legal documents"
    }
    MANDATORY_NOT_ENTITLED = "MEMO-R-071" Context Error (All Confirmed "Digital Post, the published API") {
        "mandatory er true, men afsenderen må ikke sende obligatorisk post" / "mandatory is true, but the sender may not send mandatory mail",
        "sæt mandatory til false, eller få myndigheden oprettet til obligatorisk post"
            / "set mandatory to false, or have the authority set up for mandatory mail"
    }
    ACTION_IN_THE_PAST = "MEMO-R-108" Context Info (All Inferred "a deadline is ahead") {
        "handlingens endDateTime er passeret" / "the action's endDateTime has passed",
        "ret fristen, eller fjern handlingen" / "correct the deadline, or remove the action"
    }
    CONTACT_POINT_LIMITS = "MEMO-R-129" Context Warning (All Confirmed "Digital Post, the published API: memoSizeThresholdMB and allowedNumberOfAttachments of a contact point") {
        "meddelelsen har {} {}; modtagerens kontaktpunkt tager højst {}" / "the message has {} {}; the recipient's contact point takes at most {}",
        "send mindre eller færre bilag, eller vælg et andet kontaktpunkt" / "send smaller or fewer attachments, or choose another contact point"
    }
    OTHER_UUID = "MEMO-R-172" Context Error (All Confirmed "Digital Post, the published API") {
        "messageUUID er en anden end den, meddelelsen er meldt med" / "messageUUID differs from the one the message was announced by",
        "brug meddelelsens egen messageUUID i kaldet" / "use the message's own messageUUID in the call"
    }
    UUID_USED = "MEMO-R-173" Context Error (All Inferred "it is the identity in receipts and mailboxes") {
        "messageUUID er brugt af en tidligere meddelelse" / "messageUUID has been used by an earlier message",
        "giv hver ny meddelelse en ny UUID af version 4; den samme kun, når den samme meddelelse sendes igen"
            / "give each new message a new UUID of version 4; the same only when the same message is sent again"
    }
}
