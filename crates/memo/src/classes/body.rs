//! The documents of a message and what its reader can do.

use super::*;

classes! {
    /// MessageBody (Meddelelsesindhold).
    ///
    /// Exactly one main document, then all additional, then all technical documents; the kinds may not be mixed.
    class MessageBody "MessageBody" in Memo {
        /// When the message was created.
        created_date_time: value DateTime "createdDateTime" in Memo [required];
        /// The letter itself.
        main_document: class MainDocument "MainDocument" in Memo [required];
        /// Attachments (bilag).
        additional_documents: class AdditionalDocument "AdditionalDocument" in Memo [many 0..UNBOUNDED];
        /// Machine-readable documents between systems.
        technical_documents: class TechnicalDocument "TechnicalDocument" in Memo [many 0..UNBOUNDED];
    }

    /// MainDocument (Hoveddokument).
    ///
    /// Earlier drafts (1.0) called the id element `documentID`; it is not valid in 1.1/1.2.
    class MainDocument "MainDocument" in Memo {
        /// The sender's id of the document.
        main_document_id: value Text256 "mainDocumentID" in Memo [optional];
        /// Title of the document.
        label: value Text256 "label" in Memo [optional];
        /// One or more files.
        files: class File "File" in Memo [many 1..UNBOUNDED];
        /// Actions (handlinger) offered to the recipient.
        actions: class Action "Action" in Memo [many 0..UNBOUNDED];
    }

    /// AdditionalDocument (Bilag).
    class AdditionalDocument "AdditionalDocument" in Memo {
        /// The sender's id of the document.
        additional_document_id: value Text256 "additionalDocumentID" in Memo [optional];
        /// Title of the document.
        label: value Text256 "label" in Memo [optional];
        /// One or more files.
        files: class File "File" in Memo [many 1..UNBOUNDED];
        /// Actions (handlinger) offered to the recipient.
        actions: class Action "Action" in Memo [many 0..UNBOUNDED];
    }

    /// TechnicalDocument (Teknisk dokument).
    ///
    /// For exchange between systems, not for ordinary messages. Has no Action.
    class TechnicalDocument "TechnicalDocument" in Memo {
        /// The sender's id of the document.
        technical_document_id: value Text256 "technicalDocumentID" in Memo [optional];
        /// Title of the document.
        label: value Text256 "label" in Memo [optional];
        /// One or more files.
        files: class File "File" in Memo [many 1..UNBOUNDED];
    }

    /// File (Fil).
    ///
    /// All four children are required, in this order.
    class File "File" in Memo {
        /// MIME type of the decoded content.
        encoding_format: value Text256 "encodingFormat" in Memo [required];
        /// File name with extension; forbidden characters in MEMO-R-010.
        filename: value Text256 "filename" in Memo [required or_empty];
        /// Two-letter language code.
        language: value Language "language" in Memo [required];
        /// The file, Base64.
        content: value Base64 "content" in Memo [required];
    }

    /// Action (Handling).
    ///
    /// Something the recipient can do. After the two texts and the two optional times comes at most one of Reservation and EntryPoint (or none).
    class Action "Action" in Memo {
        /// Text on the link or button.
        label: value Text256 "label" in Memo [required];
        /// Code of the kind of action; free text in the schema.
        action_code: value Text256 "actionCode" in Memo [required];
        /// From when the action is possible.
        start_date_time: value DateTime "startDateTime" in Memo [optional];
        /// Deadline (frist).
        end_date_time: value DateTime "endDateTime" in Memo [optional];
        /// Calendar appointment.
        reservation: class Reservation "Reservation" in Memo [optional choice];
        /// Link to an external solution.
        entry_point: class EntryPoint "EntryPoint" in Memo [optional choice];
    }

    /// Reservation (Aftale/reservation).
    ///
    /// Calendar appointment.
    class Reservation "Reservation" in Memo {
        /// What the appointment is about.
        description: value Text256 "description" in Memo [required];
        /// Identity of the appointment.
        reservation_uuid: value Uuid4 "reservationUUID" in Memo [required];
        /// Short description.
        abstract_text: value Text256 "abstract" in Memo [required];
        /// Where it is.
        location: value Text256 "location" in Memo [required];
        /// When it begins.
        start_date_time: value DateTime "startDateTime" in Memo [required];
        /// When it ends.
        end_date_time: value DateTime "endDateTime" in Memo [required];
        /// E-mail address of who invites.
        organizer_mail: value Text256 "organizerMail" in Memo [optional];
        /// Name of who invites.
        organizer_name: value Text256 "organizerName" in Memo [optional];
    }

    /// EntryPoint (Adgangspunkt).
    class EntryPoint "EntryPoint" in Memo {
        /// Absolute https address, MEMO-R-011.
        url: value Uri256 "url" in Memo [required];
    }
}
