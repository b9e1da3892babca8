//! Messages as reading clients see them.

use uuid::Uuid;

use super::{ContentData, Document, ForwardData, Recipient, RecipientIdType, ReplyData, Sender};

words! {
    /// What weight a message has.
    MessageKind { Regular Mandatory LegalNotification }
    /// Where a message stands.
    MessageState { Draft Sent Received }
}

shapes! {
    /// A message. Lists leave out what stands in the letter itself: documents, content and reply data.
    Message {
        id: Uuid,
        version: i64,
        transaction_id: String,
        created_date_time: String,
        last_updated: String,
        message_date_time: String,
        mailbox_id: Uuid,
        folder_id: Uuid,
        message_type: MessageKind,
        message_state: MessageState,
        #[schema(max_length = 256)]
        message_identifier: String,
        #[schema(max_length = 256)]
        message_code: String,
        memo_created_date_time: String,
        received_date_time: String,
        #[schema(max_length = 256)]
        label: String,
        forward: bool,
        reply: bool,
        reply_by_date_time: String,
        flag: bool,
        legally_notified: bool,
        legally_notified_date_time: String,
        read: bool,
        welcome_message: bool,
        error_message: bool,
        sender: Sender,
        recipient: Recipient,
        #[schema(no_recursion)]
        documents: Vec<Document>,
        reply_data: Vec<ReplyData>,
        forward_data: ForwardData,
        content_data: ContentData,
        send_date_time: String,
        #[schema(max_length = 4000)]
        note: String,
        post_type: String,
    }

    /// What an owner changes of a message; what is left out stays.
    MessagePatchCommand {
        folder_id: Uuid,
        #[schema(max_length = 256)]
        message_code: String,
        #[schema(max_length = 256)]
        label: String,
        flag: bool,
        legally_notified: bool,
        read: bool,
        recipient: Recipient,
        #[schema(max_length = 4000)]
        note: String,
    }
}

/// To whom a message is passed on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForwardCommand {
    /// CPR or CVR number, or a mail address.
    #[schema(min_length = 1, max_length = 256)]
    pub recipient_id: String,
    /// What it is.
    pub recipient_id_type: RecipientIdType,
    /// Contact point of an authority.
    pub contact_point_id: Option<Uuid>,
    /// Words to the recipient.
    #[schema(max_length = 512)]
    pub comment: Option<String>,
    /// The sender's name as the recipient shall see it.
    #[schema(max_length = 256)]
    pub sender_label: Option<String>,
    /// The recipient's name.
    #[schema(max_length = 256)]
    pub recipient_label: Option<String>,
}

envelopes! {
    /// Messages that were found.
    MessageSearchResult { messages: Message }
}
