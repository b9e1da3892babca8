//! Mailboxes, their folders, and what is counted in them.

use uuid::Uuid;

use super::Access;

words! {
    /// Whose a mailbox is.
    OwnerType { Citizen Organisation }
    /// Whether mail goes in and out.
    StatusType { Active Inactive Closed }
    /// What a folder is for.
    FolderType { Inbox Drafts Sent Deleted UserDefined }
    /// Kind of a number.
    IdType { Cpr Cvr }
}

shapes! {
    /// A mailbox.
    Mailbox {
        id: Uuid,
        version: i64,
        transaction_id: String,
        created_date_time: String,
        last_updated: String,
        last_accessed_date: String,
        owner_type: OwnerType,
        owner_identity_id: Uuid,
        owner_name: String,
        owner_external_id: String,
        status_type: StatusType,
        status_date: String,
        recipient_system_available: bool,
        exempt: bool,
        reminded: bool,
        access: Access,
    }

    /// A folder of a mailbox.
    Folder {
        id: Uuid,
        version: i64,
        transaction_id: String,
        created_date_time: String,
        last_updated: String,
        mailbox_id: Uuid,
        parent_folder_id: Uuid,
        folder_type: FolderType,
        #[schema(min_length = 1, max_length = 256)]
        name: String,
    }

    /// How much is in a folder.
    FolderMessageSummary {
        folder: Folder,
        message_count: MessageCount,
    }

    /// A number of messages.
    MessageCount {
        label: String,
        unread_messages: u64,
        total_messages: u64,
        latest_message_from: String,
    }

    /// Every folder with how much is in it.
    FolderMessageSummaryResult {
        folder_message_summaries: Vec<FolderMessageSummary>,
    }

    /// Who has written to a mailbox, and how much.
    SenderInformation {
        sender_id: String,
        sender_id_type: IdType,
        message_count_list: Vec<MessageCount>,
        organisation_id: Uuid,
    }

    /// Everybody who has written to a mailbox.
    SenderInformationResult {
        sender_information: Vec<SenderInformation>,
    }

    /// Whether something has not been read.
    Unread {
        mailbox_id: Uuid,
        unread_regular_messages_exist: bool,
        from_date: String,
    }

    /// Somebody mail may be forwarded to.
    Trustee {
        id: String,
        id_type: IdType,
        name: String,
    }
}

envelopes! {
    /// Mailboxes that were found.
    MailboxSearchResult { mailboxes: Mailbox }
    /// Folders that were found.
    FolderSearchResult { folders: Folder }
    /// Trustees that were found.
    TrusteeSearchResult { trustees: Trustee }
}
