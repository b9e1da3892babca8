//! Organisations, their logo, and who wants to hear of changes to them.

use uuid::Uuid;

use super::{Target, search_results, shapes, words};

words! {
    /// What an organisation is.
    OrganisationType {
        /// A public authority.
        Authority
        /// A company.
        Company
    }
    /// Which kind of authority.
    OrganisationAuthorityType {
        /// The state.
        State
        /// A municipality.
        Municipality
        /// A region.
        Region
        /// Another.
        Other
    }
    /// Whether it takes part.
    OrganisationStatusType {
        /// It does.
        Active
        /// It does not for now.
        Inactive
        /// It is no more.
        Closed
    }
    /// Which organisations are told of.
    OrganisationSubscriptionOperation {
        /// All, whenever they change.
        AllOrganisations
        /// Those that are new.
        NewOrganisations
    }
}

/// Media types of a logo.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
pub enum OrganisationLogoMediaType {
    /// PNG.
    #[serde(rename = "image/png")]
    Png,
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
}

impl OrganisationLogoMediaType {
    /// As `Content-Type` spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }
}

shapes! {
    /// Somebody to ask.
    Person {
        /// Made by the exchange.
        id: Option<Uuid>,
        /// Made by the exchange.
        version: Option<i64>,
        /// Name.
        #[schema(max_length = 256)]
        name: Option<String>,
        /// E-mail address.
        #[schema(max_length = 256, pattern = r"^[^@\s]+@[^@\s]+$")]
        email: Option<String>,
        /// Telephone number.
        #[schema(max_length = 32, pattern = r"^\+?[0-9 ]+$")]
        phone_number: Option<String>,
    }
    /// An authority or a company.
    Organisation {
        /// Id.
        id: Option<Uuid>,
        /// Named in `If-Match`.
        version: Option<i64>,
        /// When it was registered.
        #[schema(format = DateTime)]
        created_date: Option<String>,
        /// When it was last changed.
        #[schema(format = DateTime)]
        last_updated: Option<String>,
        /// The authority's code.
        authority_id: Option<String>,
        /// Name.
        name: Option<String>,
        /// Line of business.
        industry_code: Option<String>,
        /// Company number.
        cvr_number: Option<String>,
        /// Authority or company.
        #[serde(rename = "type")]
        kind: Option<OrganisationType>,
        /// Which kind of authority.
        authority_type: Option<OrganisationAuthorityType>,
        /// Whether the terms of use are accepted.
        authority_terms: Option<bool>,
        /// Whether it may serve legal documents.
        legal_notification_allowed: Option<bool>,
        /// Whether it may send mandatory mail.
        mandatory_post_allowed: Option<bool>,
        /// Whom to ask.
        legal_contact: Option<Person>,
        /// Whether there is a logo.
        logo_available: Option<bool>,
        /// What the logo is.
        logo_media_type: Option<OrganisationLogoMediaType>,
        /// Who may write to it.
        targets: Option<Vec<Target>>,
        /// Whether it takes part.
        status_type: Option<OrganisationStatusType>,
        /// Since when.
        #[schema(format = DateTime)]
        status_date: Option<String>,
        /// Kind of registration.
        registration_type_code: Option<String>,
        /// Whether the introduction to rights has been seen.
        rights_introduction_completed: Option<bool>,
    }
    /// What an organisation may change of itself. What it has been granted, its number and its type are
    /// not its own to change.
    OrganisationCommand {
        /// Name; required.
        #[schema(required = true, min_length = 1, max_length = 256)]
        name: String,
        /// The authority's code.
        #[schema(max_length = 64)]
        authority_id: Option<String>,
        /// Line of business.
        #[schema(max_length = 16)]
        industry_code: Option<String>,
        /// Which kind of authority; authorities only.
        authority_type: Option<OrganisationAuthorityType>,
        /// Whether the terms of use are accepted; left out, they stay as they are.
        authority_terms: Option<bool>,
        /// Whom to ask.
        legal_contact: Option<Person>,
        /// Who may write to it.
        #[schema(max_items = 3)]
        targets: Option<Vec<Target>>,
        /// Kind of registration.
        #[schema(max_length = 64)]
        registration_type_code: Option<String>,
        /// Whether the introduction to rights has been seen.
        rights_introduction_completed: Option<bool>,
    }
    /// A logo.
    Logo {
        /// Of the organisation.
        id: Option<Uuid>,
        /// Version of the organisation, named in `If-Match`.
        version: Option<i64>,
        /// When it was last changed.
        #[schema(format = DateTime)]
        last_updated: Option<String>,
        /// What it is.
        media_type: Option<OrganisationLogoMediaType>,
        /// Bytes.
        file_size: Option<u64>,
    }
    /// Who wants to hear of changes to organisations.
    OrganisationSenderSystemSubscription {
        /// Id.
        id: Option<Uuid>,
        /// Who wants to hear.
        sender_system_id: Option<Uuid>,
        /// Named in `If-Match`.
        version: Option<i64>,
        /// Of which groups.
        subscription_operations: Option<Vec<OrganisationSubscriptionOperation>>,
        /// Of which ones.
        organisation_subscriptions: Option<Vec<OrganisationSubscription>>,
        /// Where they are told.
        notification_url: Option<String>,
    }
    /// One organisation that is told of.
    OrganisationSubscription {
        /// Id.
        id: Option<Uuid>,
        /// Version.
        version: Option<i64>,
        /// Company number.
        cvr_number: Option<String>,
    }
    /// Which changes to organisations a sender system wants to hear of. At least one operation or number.
    OrganisationSenderSystemSubscriptionCommand {
        /// Of which groups.
        #[schema(max_items = 2)]
        subscription_operations: Option<Vec<OrganisationSubscriptionOperation>>,
        /// Of which ones: company numbers.
        #[schema(max_items = 1000)]
        organisation_subscriptions: Option<Vec<String>>,
        /// Where they are told: an https address. Required.
        #[schema(required = true, min_length = 8, max_length = 2048, pattern = r"^https?://")]
        notification_url: String,
    }
    /// What is told of a change to an organisation.
    OrganisationNotification {
        /// Which.
        organisation_id: Uuid,
        /// Its company number.
        cvr_number: String,
        /// `CREATED`, `UPDATED` or `CLOSED`.
        event_type: String,
        /// When.
        last_updated: String,
    }
}

search_results! {
    /// Organisations found.
    OrganisationSearchResult { organisations: Organisation }
}
