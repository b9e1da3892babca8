//! Exemptions from Digital Post.

use uuid::Uuid;

use super::{shapes, words};

words! {
    /// How far an exemption has come.
    ExemptionStatus {
        /// Taken down.
        Created
        /// In force.
        Processed
    }
}

shapes! {
    /// An exemption.
    Exemption {
        /// Id.
        id: Option<Uuid>,
        /// Named in `If-Match`.
        version: Option<i64>,
        /// Of a person.
        cpr_number: Option<String>,
        /// Of a company.
        cvr_number: Option<String>,
        /// Where paper goes.
        recipient: Option<MassPrintRecipient>,
        /// Since when.
        #[schema(format = DateTime)]
        date: Option<String>,
        /// Unread letters since then are printed.
        #[schema(format = DateTime)]
        send_letters_received_from_date: Option<String>,
        /// Who took it down.
        organisation: Option<String>,
        /// Whether unread letters are printed and sent on.
        forward_to_address: Option<bool>,
        /// Whether somebody else asked for it.
        exempt_by_proxy: Option<bool>,
        /// How far it has come.
        exemption_status: Option<ExemptionStatus>,
    }
    /// Where paper goes.
    MassPrintRecipient {
        /// Name.
        #[schema(max_length = 256)]
        name: Option<String>,
        /// Postcode.
        #[schema(max_length = 16)]
        zip_code: Option<String>,
        /// ISO 3166: two letters.
        #[schema(pattern = "^[A-Z]{2}$")]
        country_code: Option<String>,
        /// The printer's name for it.
        #[schema(max_length = 64)]
        identity: Option<String>,
        /// First line.
        #[schema(max_length = 256)]
        address1_text: Option<String>,
        /// Second line.
        #[schema(max_length = 256)]
        address2_text: Option<String>,
        /// Third line.
        #[schema(max_length = 256)]
        address3_text: Option<String>,
    }
    /// An exemption to be made or changed. The number is that of a registered contact and stays as it is.
    ExemptionCommand {
        /// Of a person; or
        #[schema(pattern = r"^\d{10}$")]
        cpr_number: Option<String>,
        /// of a company.
        #[schema(pattern = r"^\d{8}$")]
        cvr_number: Option<String>,
        /// Where paper goes; required with `forwardToAddress`.
        recipient: Option<MassPrintRecipient>,
        /// Since when; not in the future. Now, when left out.
        #[schema(format = DateTime)]
        date: Option<String>,
        /// Who takes it down.
        #[schema(max_length = 256)]
        organisation: Option<String>,
        /// Whether unread letters are printed and sent on.
        forward_to_address: Option<bool>,
        /// Whether somebody else asks for it.
        exempt_by_proxy: Option<bool>,
    }
}
