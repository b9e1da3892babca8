//! Documents of messages, their files, and what a reader can do with them.

use uuid::Uuid;

use super::Message;

words! {
    /// What a document is.
    DocumentType { Main Additional Technical }
    /// How far an action has come.
    ActionStatusCode { Received Started Completed FailedWithError Cancelled }
}

shapes! {
    /// A document: one letter in one or more formats.
    Document {
        id: Uuid,
        version: i64,
        document_type: DocumentType,
        #[schema(max_length = 256)]
        document_id: String,
        #[schema(max_length = 256)]
        label: String,
        files: Vec<File>,
        actions: Vec<Action>,
    }

    /// A file of a document.
    File {
        id: Uuid,
        version: i64,
        #[schema(min_length = 1, max_length = 256)]
        encoding_format: String,
        #[schema(min_length = 1, max_length = 256)]
        filename: String,
        #[schema(pattern = "^[a-zA-Z]{2}$")]
        language: String,
        file_size: u64,
    }

    /// A file whose content has just been put there.
    FileContent {
        id: Uuid,
        version: i64,
        file_size: u64,
        message: Message,
    }

    /// What a reader can do: follow a link, go to an appointment.
    Action {
        id: Uuid,
        version: i64,
        label: String,
        action_code: String,
        action_start_time: String,
        action_end_time: String,
        entry_point_url: String,
        description: String,
        #[serde(rename = "reservationUUID")]
        reservation_uuid: Uuid,
        reservation_abstract: String,
        location: String,
        reservation_start_time: String,
        reservation_end_time: String,
        organizer_mail: String,
        organizer_name: String,
        action_status: ActionStatus,
    }

    /// How far an action has come, as the sender's system tells it.
    ActionStatus {
        id: Uuid,
        version: i64,
        created_date_time: String,
        last_updated: String,
        status_code_last_updated: String,
        status_code: ActionStatusCode,
        note: String,
    }

    /// The documents of a message.
    DocumentListResult {
        documents: Vec<Document>,
    }

    /// The files of a document.
    FileListResult {
        files: Vec<File>,
    }
}
