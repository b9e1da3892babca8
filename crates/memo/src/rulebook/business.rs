//! Rules beside the schema that need nothing but the message: its parties, notices, place in a
//! conversation, and delivery. Documents, actions and content data are in `documents`.

use super::*;

rules! {
    source Inferred "the official examples and integrations in production use";

    // The message and its versions.
    ROOT_IS_MESSAGE = "MEMO-R-001" Business Error (All Confirmed "the official MeMo schemas and examples" as "MEMO-S-001") {
        "rodelementet er ikke memo:Message" / "the root element is not memo:Message",
        "brug Message i navnerummet https://DigitalPost.dk/MeMo-1 som rod; skemaet alene ville tillade andre"
            / "use Message in namespace https://DigitalPost.dk/MeMo-1 as the root; the schema alone would allow others"
    }
    UNKNOWN_VERSION = "MEMO-R-002" Business Error (All Confirmed "Digital Post, «Varsling og høring af MeMo v1.2», 23 February 2024") {
        "memoVersion er hverken 1.1 eller 1.2; kontrolleret som {}" / "memoVersion is neither 1.1 nor 1.2; checked as {}",
        "send version 1.1 eller 1.2" / "send version 1.1 or 1.2"
    }
    SCHEMA_VERSION = "MEMO-R-003" Business Warning (V1_1 Inferred "the official examples and libraries, which all write it so") {
        "memoSchVersion er ikke 1.1.0" / "memoSchVersion is not 1.1.0",
        "skriv memoSchVersion=\"1.1.0\" i Message" / "write memoSchVersion=\"1.1.0\" in Message"
    }
    NO_SCHEMA_VERSION = "MEMO-R-004" Business Error (V1_2 Confirmed "Digital Post, «Varsling og høring af MeMo v1.2», 23 February 2024, and the schema" as "MEMO-S-006") {
        "memoSchVersion findes ikke i version 1.2" / "memoSchVersion does not exist in version 1.2",
        "fjern attributten memoSchVersion fra Message" / "remove attribute memoSchVersion from Message"
    }
    EMPTY_TEXT = "MEMO-R-005" Business Warning (All Inferred "integrations in production use, which refuse empty labels") {
        "{} er tom eller kun blanktegn" / "{} is empty or white space only",
        "skriv værdien; skemaet kræver elementet, fordi det vises eller bruges til at finde vej"
            / "write the value; the schema asks for the element because it is shown or needed to find the way"
    }

    // Parties.
    ID_TYPE = "MEMO-R-012" Business Error (All Confirmed "digitaliser.dk, «MeMo», list of changes in version 1.1; lower case as the official .NET library writes it") {
        "idType er {}" / "idType is {}",
        "skriv CPR for en person og CVR for en virksomhed eller myndighed, med store bogstaver og uden blanktegn"
            / "write CPR for a person and CVR for a company or an authority, in upper case without white space"
    }
    PARTY_ID = "MEMO-R-013" Business Error (All Confirmed "digitaliser.dk, «MeMo», list of changes in version 1.1 (lengths); Digital Post, the published API (digits)") {
        "{} er ikke {}: {}" / "{} is not {}: {}",
        "skriv et CPR-nummer med 10 cifre og et CVR-nummer med 8, uden bindestreg, blanktegn eller DK; gem numre som tekst, ellers går foranstillede nuller tabt"
            / "write a CPR number with 10 digits and a CVR number with 8, without hyphen, space or DK; keep numbers as text, else leading zeros are lost"
    }
    CVR_CHECK_DIGIT = "MEMO-R-014" Business Info (All Inferred "CVR numbers in use; the official examples use numbers that fail it" off) {
        "{} opfylder ikke modulus 11, som alle CVR-numre i brug gør" / "{} does not satisfy modulus 11, as all CVR numbers in use do",
        "slå virksomheden op i CVR; CPR-numre kontrolleres ikke, for siden 2007 findes gyldige numre uden kontrolciffer"
            / "look the company up in the CVR register; CPR numbers are not checked, since 2007 valid ones exist without a check digit"
    }
    PERSON_CONTACT_POINT = "MEMO-R-015" Business Warning (All Inferred "contact points belong to organisations; the official Full examples have one all the same" off) {
        "en modtager med idType CPR har et ContactPoint" / "a recipient with idType CPR has a ContactPoint",
        "fjern ContactPoint; kontaktpunkter hører til myndigheder og virksomheder"
            / "remove ContactPoint; contact points belong to authorities and companies"
    }
    REPRESENTATIVE = "MEMO-R-016" Business Warning (V1_2 Inferred "the official Full example 1.2 and integrations in production use") {
        "Representative med representativeID: {}" / "Representative with representativeID: {}",
        "skriv idType CPR med et id på 10 cifre eller CVR med 8, og et label"
            / "write idType CPR with an id of 10 digits or CVR with 8, and a label"
    }
    REPRESENTATIVE_EMPTY = "MEMO-R-017" Business Warning (V1_2 Inferred "an empty element says nothing") {
        "Representative er tom" / "Representative is empty",
        "skriv representativeID, idType og label, eller fjern elementet"
            / "write representativeID, idType and label, or remove the element"
    }
    CONTACT_POINT = "MEMO-R-018" Business Warning (All Inferred "the published API types it so") {
        "contactPointID er ikke en UUID" / "contactPointID is not a UUID",
        "brug kontaktpunktets UUID fra kontaktstrukturen, med bindestreger og uden klammer"
            / "use the contact point's UUID from the contact structure, with hyphens and without braces"
    }

    // NemSMS.
    SMS_WITHOUT_TEXT = "MEMO-R-020" Business Error (All Inferred "integrations in production use") {
        "en NemSMS har ingen tekst i notification" / "a NemSMS has no text in notification",
        "skriv SMS'ens tekst i notification, højst 160 tegn" / "write the text of the SMS in notification, at most 160 characters"
    }
    LETTER_WITHOUT_BODY = "MEMO-R-021" Business Error (All Inferred "the schema lets MessageBody be absent for the sake of NemSMS") {
        "en meddelelse af typen DIGITALPOST har ingen MessageBody" / "a message of type DIGITALPOST has no MessageBody",
        "tilføj MessageBody med createdDateTime og et MainDocument; en SMS har messageType NEMSMS"
            / "add MessageBody with createdDateTime and a MainDocument; an SMS has messageType NEMSMS"
    }
    SMS_WITH_BODY = "MEMO-R-022" Business Warning (All Inferred "integrations in production use") {
        "en NemSMS har en MessageBody, som ingen ser" / "a NemSMS has a MessageBody that nobody sees",
        "fjern MessageBody, eller brug messageType DIGITALPOST" / "remove MessageBody, or use messageType DIGITALPOST"
    }
    NOT_IN_SMS = "MEMO-R-023" Business Warning (All Inferred "an SMS cannot carry it") {
        "{} har ingen mening i en NemSMS" / "{} has no meaning in a NemSMS",
        "fjern elementet, eller sæt det til false; en SMS kan ikke besvares, videresendes, forkyndes eller være obligatorisk"
            / "remove the element, or set it to false; an SMS cannot be answered, forwarded, served as a legal document or be mandatory"
    }
    SMS_LABEL = "MEMO-R-024" Business Error (All Confirmed "the official MeMo schemas 1.1 and 1.2" as "MEMO-S-003") {
        "label mangler; den kræves også i en NemSMS" / "label is missing; a NemSMS needs it too",
        "tilføj label efter messageUUID, messageID og messageCode" / "add label after messageUUID, messageID and messageCode"
    }

    // Notices.
    CPR_IN_NOTICE = "MEMO-R-030" Business Warning (All Choice "digst.dk, «MeMo»: no sensitive personal data in notices; what to look for is our own choice") {
        "{} har noget, der ligner et CPR-nummer: ti cifre, eller seks og fire med bindestreg"
            / "{} holds what looks like a CPR number: ten digits, or six and four with a hyphen",
        "skriv ingen personnumre i beskeder; de sendes som SMS og e-mail uden kryptering"
            / "write no personal numbers in notices; they go out as SMS and e-mail without encryption"
    }
    LONG_NOTICE = "MEMO-R-031" Business Warning (V1_1 Confirmed "the two published copies of schema 1.1: one says 150 characters, the other 160") {
        "notification har {} tegn; ét offentliggjort skema 1.1 tillader {}, et andet 160"
            / "notification has {} characters; one published schema 1.1 allows {}, another 160",
        "forkort beskeden, så den klarer begge skemaer" / "shorten the notice, so that it passes both schemas"
    }
    SECOND_NOTICE_ALONE = "MEMO-R-032" Business Info (All Inferred "the second notice adds to the first") {
        "additionalNotification står uden notification" / "additionalNotification stands without notification",
        "skriv den første besked i notification" / "write the first notice in notification"
    }
    SMS_ALPHABET = "MEMO-R-033" Business Warning (All Choice "3GPP TS 23.038, GSM 7 bit default alphabet; that it matters here is our own choice" off) {
        "notification har tegn uden for GSM-alfabetet, så en SMS rummer 70 tegn i stedet for 160"
            / "notification has characters outside the GSM alphabet, so that an SMS holds 70 characters instead of 160",
        "brug bogstaver, cifre og almindelige tegn; æ, ø og å er i alfabetet, krøllede anførselstegn og tankestreger er ikke"
            / "use letters, digits and common signs; æ, ø and å are in the alphabet, curly quotes and dashes are not"
    }

    // Answers and forwarding.
    DEADLINE_WITHOUT_REPLY = "MEMO-R-040" Business Warning (All Inferred "a deadline for an answer needs an answer") {
        "replyByDateTime står uden reply=true" / "replyByDateTime stands without reply=true",
        "sæt reply til true, eller fjern replyByDateTime" / "set reply to true, or remove replyByDateTime"
    }
    DEADLINE_BEFORE_CREATION = "MEMO-R-041" Business Warning (All Inferred "nobody can answer before the letter is written") {
        "replyByDateTime er ikke senere end createdDateTime" / "replyByDateTime is not later than createdDateTime",
        "ret fristen for svar; begge tider er i UTC" / "correct the deadline for answers; both times are in UTC"
    }
    ANSWERS_ITSELF = "MEMO-R-042" Business Warning (All Inferred "the official Full examples") {
        "replyUUID er den samme som messageUUID i samme ReplyData" / "replyUUID equals messageUUID in the same ReplyData",
        "skriv i replyUUID den meddelelse, der svares på; udelad den i samtalens første"
            / "write the message that is answered in replyUUID; leave it out in the first of a conversation"
    }
    CONVERSATION = "MEMO-R-043" Business Warning (All Inferred "the official Full examples") {
        "ReplyData hænger ikke sammen: {}" / "the ReplyData do not fit together: {}",
        "hver meddelelse i samtalen har én ReplyData, hvis replyUUID peger på den meddelelse, den svarede på"
            / "each message of the conversation has one ReplyData, whose replyUUID points to the message it answered"
    }
    FORWARDS_ITSELF = "MEMO-R-044" Business Info (All Inferred "a forwarded message is another message; the official Full examples break this") {
        "ForwardData/messageUUID er meddelelsens egen messageUUID" / "ForwardData/messageUUID is the message's own messageUUID",
        "skriv den oprindelige meddelelses UUID i ForwardData, og giv denne en ny"
            / "write the original message's UUID in ForwardData, and give this one a new one"
    }
    FORWARDED_BEFORE_WRITTEN = "MEMO-R-045" Business Info (All Inferred "the original is older than the message that forwards it") {
        "originalMessageDateTime er senere end createdDateTime" / "originalMessageDateTime is later than createdDateTime",
        "skriv, hvornår den oprindelige meddelelse blev modtaget" / "write when the original message was received"
    }
    REPLY_WITHOUT_CONTACT_POINT = "MEMO-R-046" Business Warning (All Inferred "Digital Post, the published API") {
        "reply er true, men afsenderen (CVR) har intet ContactPoint" / "reply is true, but the sender (CVR) has no ContactPoint",
        "tilføj ContactPoint i Sender, så svaret finder det rette sted i organisationen"
            / "add ContactPoint in Sender, so that the answer finds the right place in the organisation"
    }

    // Delivery.
    DELIVERED_TOO_LATE = "MEMO-R-061" Business Info (All Inferred "a deadline that has passed when the letter comes") {
        "{} ligger før doNotDeliverUntilDate, så fristen er udløbet, når brevet leveres"
            / "{} lies before doNotDeliverUntilDate, so that the deadline has passed when the letter is delivered",
        "lever tidligere, eller ryk fristen" / "deliver earlier, or move the deadline"
    }
    DATE_WITH_ZONE = "MEMO-R-062" Business Warning (All Inferred "no source writes one") {
        "doNotDeliverUntilDate har en tidszone" / "doNotDeliverUntilDate has a time zone",
        "skriv datoen alene, fx 2025-09-15, uden Z eller +01:00" / "write the date alone, e.g. 2025-09-15, without Z or +01:00"
    }
    MANDATORY_AND_LEGAL = "MEMO-R-072" Business Warning (All Inferred "Digital Post, the published API: mailboxes know one kind at a time") {
        "mandatory og legalNotification er begge true" / "mandatory and legalNotification are both true",
        "sæt kun den ene: forkyndelse er legalNotification, post til fritagne er mandatory"
            / "set only one: service of a legal document is legalNotification, mail to exempt recipients is mandatory"
    }
    PERMISSION_OF_PERSON = "MEMO-R-073" Business Warning (All Inferred "only authorities have these permissions") {
        "{} er true, men afsenderen er en person (idType CPR)" / "{} is true, but the sender is a person (idType CPR)",
        "sæt elementet til false, eller send fra myndighedens CVR-nummer"
            / "set the element to false, or send from the authority's CVR number"
    }
    POST_TYPE = "MEMO-R-080" Business Warning (All Inferred "digitaliser.dk, «MeMo»; the official examples and integrations in production use") {
        "postType er hverken MYNDIGHEDSPOST eller VIRKSOMHEDSPOST{}" / "postType is neither MYNDIGHEDSPOST nor VIRKSOMHEDSPOST{}",
        "skriv en af de to med store bogstaver, eller udelad elementet" / "write one of the two in upper case, or leave the element out"
    }
}
