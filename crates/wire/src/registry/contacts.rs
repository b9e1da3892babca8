//! The contact registry: who can receive, and who wants to hear of changes.

use uuid::Uuid;

use super::{search_results, shapes, words};

words! {
    /// What a contact is.
    ContactType {
        /// A person.
        Citizen
        /// A company.
        Company
    }
    /// How a contact came to be registered, or not.
    RegistrationStatus {
        /// By itself.
        AutomaticRegistration
        /// By their own wish.
        VoluntaryRegistration
        /// In quarantine, not yet told of.
        BeforeUnconfirmedRegistration
        /// In quarantine.
        UnconfirmedRegistration
        /// Exempt: lives abroad.
        ExemptLeftTheCountry
        /// Exempt for another reason.
        ExemptOtherReason
        /// About to be registered.
        CreatedAwaitingRegistration
        /// Nothing is known.
        Unknown
    }
    /// Whether a contact can receive.
    PublicRegistrationStatus {
        /// It can.
        Registered
        /// It cannot: exempt.
        Exempt
        /// It cannot: dead, or a closed company.
        Closed
        /// It cannot for now.
        Unknown
    }
    /// Which contacts are told of.
    ContactSubscriptionOperation {
        /// Every person, whenever they change.
        AllCitizens
        /// Persons who are new.
        NewCitizens
        /// Every company, whenever it changes.
        AllCompanies
        /// Companies that are new.
        NewCompanies
    }
}

shapes! {
    /// A person or a company as a recipient.
    Contact {
        /// Id.
        id: Option<Uuid>,
        /// Named in `If-Match`.
        version: Option<i64>,
        /// Person or company.
        #[serde(rename = "type")]
        kind: Option<ContactType>,
        /// Of a person: ten digits.
        #[schema(pattern = r"^\d{10}$")]
        cpr_number: Option<String>,
        /// Of a company: eight digits.
        #[schema(pattern = r"^\d{8}$")]
        cvr_number: Option<String>,
        /// Whether it registers by its own wish only.
        eligible_for_voluntary_registration: Option<bool>,
        /// Text messages.
        nem_sms_subscription: Option<NemSmsSubscription>,
        /// Digital Post.
        mailbox_subscription: Option<MailboxSubscription>,
        /// When it was last changed, as far as is known.
        #[schema(format = DateTime)]
        last_updated: Option<String>,
        /// When it was registered, as far as is known.
        #[schema(format = DateTime)]
        created_date: Option<String>,
    }
    /// A contact's registration for Digital Post.
    MailboxSubscription {
        /// Of the contact.
        id: Option<Uuid>,
        /// Version of the contact.
        version: Option<i64>,
        /// How it came about.
        registration_status: Option<RegistrationStatus>,
        /// Whether it can receive.
        public_registration_status: Option<PublicRegistrationStatus>,
        /// Whether somebody else asked for the exemption.
        exempt_through_power_of_attorney: Option<bool>,
        /// Exempt from then on.
        #[schema(format = DateTime)]
        exemption_start: Option<String>,
        /// Exempt until then; companies only.
        #[schema(format = DateTime)]
        exemption_end: Option<String>,
        /// Registered since then.
        #[schema(format = DateTime)]
        start_time: Option<String>,
        /// Registered until then.
        #[schema(format = DateTime)]
        end_time: Option<String>,
    }
    /// A contact's registration for text messages.
    NemSmsSubscription {
        /// Of the subscription; named in its verification.
        id: Option<Uuid>,
        /// Version of the contact.
        version: Option<i64>,
        /// Danish telephone number.
        #[schema(pattern = r"^[2-9]\d{7}$")]
        mobile_number: Option<String>,
        /// When it was verified; without one it takes no text messages.
        #[schema(format = DateTime)]
        verification_time: Option<String>,
        /// When its owner last confirmed it.
        #[schema(format = DateTime)]
        confirmed_date_time: Option<String>,
    }
    /// The code that was sent to a telephone number.
    SubscriptionVerificationCommand {
        /// Six digits; required.
        #[schema(required = true, pattern = r"^\d{6}$")]
        verification_code: String,
    }
    /// Many contacts asked for at once; at most 1,000 in all.
    ContactBulkLookup {
        /// Persons.
        #[schema(max_items = 1000)]
        cpr_number: Vec<String>,
        /// Companies.
        #[schema(max_items = 1000)]
        cvr_number: Vec<String>,
        /// By their ids here.
        #[schema(max_items = 1000)]
        id: Vec<Uuid>,
    }
    /// Who wants to hear of changes to contacts.
    ContactSubscription {
        /// Id.
        id: Option<Uuid>,
        /// Who wants to hear.
        sender_system_identity_id: Option<Uuid>,
        /// Named in `If-Match`.
        version: Option<i64>,
        /// Of which groups.
        subscription_operations: Option<Vec<ContactSubscriptionOperation>>,
        /// Of which ones.
        single_contact_subscriptions: Option<Vec<SingleContactSubscription>>,
        /// Where they are told.
        notification_url: Option<String>,
    }
    /// One contact that is told of.
    SingleContactSubscription {
        /// Id.
        id: Option<Uuid>,
        /// Version.
        version: Option<i64>,
        /// Which.
        contact_id: Option<Uuid>,
    }
    /// Which changes to contacts a sender system wants to hear of. At least one operation or contact.
    ContactSubscriptionCommand {
        /// Of which groups.
        #[schema(max_items = 4)]
        subscription_operations: Option<Vec<ContactSubscriptionOperation>>,
        /// Of which ones.
        #[schema(max_items = 1000)]
        single_contact_subscriptions: Option<Vec<Uuid>>,
        /// Where they are told: an https address. Required.
        #[schema(required = true, min_length = 8, max_length = 2048, pattern = r"^https?://")]
        notification_url: String,
    }
    /// What is told of a change to a contact.
    ContactNotification {
        /// Which.
        contact_id: Uuid,
        /// `CREATED`, `UPDATED` or `CLOSED`.
        event_type: String,
        /// Whether it can receive.
        public_registration_status: Option<PublicRegistrationStatus>,
        /// Whether it takes text messages.
        nem_sms: bool,
        /// When.
        last_updated: String,
    }
}

search_results! {
    /// Contacts found.
    ContactSearchResult { contacts: Contact }
}
