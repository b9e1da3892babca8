//! The message and its header.

use super::*;

classes! {
    /// MessageHeader (Meddelelseshoved).
    ///
    /// Metadata of the message.
    class MessageHeader "MessageHeader" in Memo {
        /// Kind of message: Digital Post or NemSMS.
        message_type: value MessageType "messageType" in Memo [required];
        /// Identity of this message; file name stem and REST parameter use it.
        message_uuid: value Uuid4 "messageUUID" in Memo [required];
        /// The sender system's own id for the message; free text (example form `MSG-12345`).
        message_id: value Text256 "messageID" in Memo [optional];
        /// Sender-defined code or name of the letter type (examples: `Pladsanvisning`, `Synsindkaldelse`).
        message_code: value Text256 "messageCode" in Memo [optional];
        /// Title (titel/emne) shown to the recipient.
        label: value Text256 "label" in Memo [required];
        /// Notice text (advisering) sent to the recipient, short enough for an SMS; in a NemSMS it is the message text. 160 characters; one published copy of schema 1.1 says 150.
        notification: value Notification "notification" in Memo [optional];
        /// Longer notice text.
        additional_notification: value Text256 "additionalNotification" in Memo [optional];
        /// Whether the recipient may answer (besvares). Absent and empty mean false.
        reply: value Boolean "reply" in Memo [optional];
        /// Deadline for an answer (svarfrist).
        reply_by_date_time: value DateTime "replyByDateTime" in Memo [optional];
        /// Date before which the message must not be delivered (valørdato). A sender can recall (tilbagekalde) a message before its value date.
        do_not_deliver_until_date: value Date "doNotDeliverUntilDate" in Memo [optional];
        /// Mandatory mail (obligatorisk post): may be delivered to recipients who are exempt (fritaget). Needs a permission. Empty means false; required in 1.1.
        mandatory: value Boolean "mandatory" in Memo [optional required_in V1_1];
        /// Service of legal documents (forkyndelse). Needs a permission. Empty means false; required in 1.1.
        legal_notification: value Boolean "legalNotification" in Memo [optional required_in V1_1];
        /// Distinguishes mail addressed to/from authorities and businesses; free text in the schema; known values are `MYNDIGHEDSPOST` and `VIRKSOMHEDSPOST`. Added in 1.1.
        post_type: value Text256 "postType" in Memo [optional];
        /// Who sends.
        sender: class Sender "Sender" in Memo [required];
        /// Who receives.
        recipient: class Recipient "Recipient" in Memo [required];
        /// What the message is about.
        content_data: class ContentData "ContentData" in Memo [optional];
        /// Present when the message is a forwarded one.
        forward_data: class ForwardData "ForwardData" in Memo [optional];
        /// One entry for each message in the conversation; see [`crate::reply`].
        reply_data: class ReplyData "ReplyData" in Memo [many 0..UNBOUNDED];
    }
}
