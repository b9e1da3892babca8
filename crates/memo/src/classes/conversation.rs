//! Where a message stands in a conversation: answers and forwarding.

use super::*;

classes! {
    /// ForwardData (Videresendelsesdata).
    ///
    /// Data on the original of a forwarded (videresendt) message.
    class ForwardData "ForwardData" in Memo {
        /// UUID of the original message.
        message_uuid: value Uuid4 "messageUUID" in Memo [required];
        /// When the original was received; lets clients show it correctly. Added in 1.1.
        original_message_date_time: value DateTime "originalMessageDateTime" in Memo [required];
        /// Name of the original sender.
        original_sender: value Text256 "originalSender" in Memo [required];
        /// Name of the original content owner.
        original_content_responsible: value Text256 "originalContentResponsible" in Memo [optional];
        /// Name of the original sender's representative; new in 1.2.
        original_representative: value Text256 "originalRepresentative" in Memo [optional since V1_2];
        /// Id of the contact point.
        contact_point_id: value Text256 "contactPointID" in Memo [optional];
        /// Remark to the new recipient.
        comment: value Text512 "comment" in Memo [optional];
    }

    /// ReplyData (Svardata).
    ///
    /// One step of a conversation.
    class ReplyData "ReplyData" in Memo {
        /// The sender system's id of that message.
        message_id: value Text256 "messageID" in Memo [optional];
        /// UUID of that message (child).
        message_uuid: value Uuid4 "messageUUID" in Memo [required];
        /// UUID of the message it answers (parent).
        reply_uuid: value Uuid4 "replyUUID" in Memo [optional];
        /// Who sent that message.
        sender_id: value Text256 "senderID" in Memo [optional];
        /// Who received it.
        recipient_id: value Text256 "recipientID" in Memo [optional];
        /// Case it belongs to.
        case_id: value Text256 "caseID" in Memo [optional];
        /// Id of the contact point.
        contact_point_id: value Text256 "contactPointID" in Memo [optional];
        /// System that made it.
        generating_system_id: value Text256 "generatingSystemID" in Memo [optional];
        /// Remark.
        comment: value Text512 "comment" in Memo [optional];
        /// Up to four label/value pairs that an answer must return.
        additional_reply_data: class AdditionalReplyData "AdditionalReplyData" in Memo [many 0..4];
    }

    /// AdditionalReplyData (Øvrige svardata).
    class AdditionalReplyData "AdditionalReplyData" in Memo {
        /// Name of the pair.
        label: value Text256 "label" in Memo [required];
        /// Its value.
        value: value Text256 "value" in Memo [required];
    }
}
