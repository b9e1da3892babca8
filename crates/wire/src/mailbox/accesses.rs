//! Who may open a mailbox, and how they hear of new mail.

use uuid::Uuid;

words! {
    /// Whose access it is.
    AccessType { Owner PartyRepresentative }
    /// Who carries push messages.
    ProviderType { Apn Fcm }
    /// What somebody with access may do.
    AccessPrivilege { MessageBasic MessageWrite FullPowerOfAttorney }
}

shapes! {
    /// An access to a mailbox.
    Access {
        id: Uuid,
        version: i64,
        transaction_id: String,
        created_date_time: String,
        last_updated: String,
        opted_out_of_notifications_date_time: String,
        access_type: AccessType,
        mailbox_id: Uuid,
        identity_id: Uuid,
        introduction_completed: bool,
        sms_notification_subscription: SmsNotificationSubscription,
        #[schema(max_items = 5)]
        email_notification_subscriptions: Vec<EmailNotificationSubscription>,
        #[schema(max_items = 20)]
        push_notification_subscriptions: Vec<PushNotificationSubscription>,
        privileges: Vec<AccessPrivilege>,
    }

    /// A mail address that is told of new mail, once it is verified.
    EmailNotificationSubscription {
        id: Uuid,
        version: i64,
        #[schema(max_length = 254)]
        email: String,
        verification_time: String,
        confirmation_time: String,
        notification_outside_of_active_window_allowed: bool,
    }

    /// A telephone number that is told of new mail, once it is verified.
    SmsNotificationSubscription {
        id: Uuid,
        version: i64,
        #[schema(pattern = r"^[2-9]\d{7}$")]
        mobile_number: String,
        verification_time: String,
        confirmation_time: String,
        notification_outside_of_active_window_allowed: bool,
    }

    /// A device that is told of new mail.
    PushNotificationSubscription {
        id: Uuid,
        version: i64,
        provider_type: ProviderType,
        #[schema(max_length = 256)]
        device_id: String,
        #[schema(max_length = 4096)]
        device_token: String,
        instance_id: Uuid,
        tenant_id: Uuid,
        notification_outside_of_active_window_allowed: bool,
    }
}

/// The code that came to an address or number.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessSubscriptionVerificationCommand {
    /// Six digits.
    #[schema(max_length = 64)]
    pub verification_code: String,
}

envelopes! {
    /// Accesses that were found.
    AccessSearchResult { accesses: Access }
}
