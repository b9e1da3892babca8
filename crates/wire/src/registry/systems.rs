//! Sender and receiver systems with their certificates, keys and tokens.

use uuid::Uuid;

use super::{Person, search_results, shapes, words};

words! {
    /// How a system is reached.
    ServiceProtocol {
        /// We call it.
        RestPush
        /// It calls us.
        RestPull
        /// Files, by SSH.
        Sftp
        /// Mail; not built.
        Smtp
        /// Reserved.
        As4
        /// Reserved.
        RestPublishSubscribe
    }
    /// What a system does.
    SystemType {
        /// It sends.
        Sender
        /// It receives what its contact points name it for.
        Recipient
        /// It receives everything with no other place.
        RecipientDefault
    }
    /// Form of receipts.
    ReceiptFormat {
        /// MeMo.
        Memo
        /// Closed since December 2023.
        Dp
        /// Closed since December 2023.
        Dp2
    }
}

shapes! {
    /// A registered system.
    MailSystem {
        /// Id, the first half of its token.
        id: Option<Uuid>,
        /// Named in `If-Match`.
        version: Option<i64>,
        /// When it was registered.
        #[schema(format = DateTime)]
        created_date: Option<String>,
        /// When it was last changed.
        #[schema(format = DateTime)]
        last_updated: Option<String>,
        /// Name.
        name: Option<String>,
        /// Where memos are pushed.
        endpoint: Option<String>,
        /// Where receipts are pushed.
        receipt_endpoint: Option<String>,
        /// Not usable before; without one, not usable.
        #[schema(format = DateTime)]
        active_from: Option<String>,
        /// Not usable from then on.
        #[schema(format = DateTime)]
        active_to: Option<String>,
        /// Whom to ask.
        technical_contact: Option<Person>,
        /// How it is reached.
        service_protocol: Option<ServiceProtocol>,
        /// What it was made from.
        standard_system_template_id: Option<Uuid>,
        /// Owner.
        organisation_id: Option<Uuid>,
        /// What it does.
        system_types: Option<Vec<SystemType>>,
        /// From where it may call; empty means anywhere.
        allowed_ips: Option<Vec<AllowedIp>>,
        /// Its SSH key.
        ssh: Option<Ssh>,
        /// Its certificate.
        oces_public_certificate: Option<OcesPublicCertificateCheck>,
        /// Its token; shown to those who may change the system.
        api_token: Option<ApiToken>,
        /// Form of receipts.
        receipt_format: Option<ReceiptFormat>,
        /// Who made it.
        supplier: Option<String>,
        /// Whom to warn.
        business_contact_email: Option<String>,
        /// CVR number of a supplier that connects on the owner's behalf.
        #[serde(rename = "delegatedCVR")]
        delegated_cvr: Option<String>,
        /// Legacy.
        default_material_id: Option<i64>,
    }
    /// What may be changed of a system.
    MailSystemCommand {
        /// Name; required.
        #[schema(required = true, min_length = 1, max_length = 256)]
        name: String,
        /// Where memos are pushed: an https address. Required of an active system of `REST_PUSH` that
        /// receives.
        #[schema(min_length = 8, max_length = 2048, pattern = r"^https?://")]
        endpoint: Option<String>,
        /// Where receipts are pushed: an https address; without one they are fetched.
        #[schema(min_length = 8, max_length = 2048, pattern = r"^https?://")]
        receipt_endpoint: Option<String>,
        /// Not usable before; without one, not usable.
        #[schema(format = DateTime)]
        active_from: Option<String>,
        /// Not usable from then on; needs `activeFrom`.
        #[schema(format = DateTime)]
        active_to: Option<String>,
        /// Whom to ask.
        technical_contact: Option<Person>,
        /// How it is reached; required, here or in the template.
        service_protocol: Option<ServiceProtocol>,
        /// What is taken from a template where it is left out here.
        standard_system_template_id: Option<Uuid>,
        /// What it does; required, here or in the template.
        #[schema(max_items = 3)]
        system_types: Option<Vec<SystemType>>,
        /// From where it may call; empty means anywhere.
        #[schema(max_items = 100)]
        allowed_ips: Option<Vec<AllowedIp>>,
        /// Form of receipts; `MEMO` when left out, and the only one that is given.
        receipt_format: Option<ReceiptFormat>,
        /// Who made it.
        #[schema(max_length = 256)]
        supplier: Option<String>,
        /// Whom to warn.
        #[schema(max_length = 256, pattern = r"^[^@\s]+@[^@\s]+$")]
        business_contact_email: Option<String>,
        /// CVR number of a supplier that connects on the owner's behalf.
        #[serde(rename = "delegatedCVR")]
        #[schema(pattern = r"^\d{8}$")]
        delegated_cvr: Option<String>,
        /// Legacy.
        #[schema(minimum = 0)]
        default_material_id: Option<i64>,
    }
    /// An address or a range.
    AllowedIp {
        /// Made by the exchange.
        id: Option<Uuid>,
        /// Made by the exchange.
        version: Option<i64>,
        /// An address, or a range of at most 32 as `192.0.2.0/27`; IPv4 or IPv6. Required.
        #[schema(required = true, min_length = 2, max_length = 64)]
        ip: String,
        /// Whether it is a range; made by the exchange.
        range: Option<bool>,
    }
    /// A token.
    ApiToken {
        /// Of the system.
        id: Option<Uuid>,
        /// Version.
        version: Option<i64>,
        /// The secret half.
        value: Option<String>,
        /// What stands after `Basic` in `Authorization`.
        authentication_token: Option<String>,
        /// When it was made.
        #[schema(format = DateTime)]
        last_updated: Option<String>,
    }
    /// An SSH key.
    Ssh {
        /// Of the system.
        id: Option<Uuid>,
        /// Version.
        version: Option<i64>,
        /// The user that signs in with it.
        ssh_username: Option<String>,
        /// The key, as the middle word of its OpenSSH line.
        #[schema(content_encoding = "base64")]
        ssh_public_key: Option<String>,
        /// When it was registered.
        #[schema(format = DateTime)]
        last_updated: Option<String>,
    }
    /// What a certificate says.
    OcesPublicCertificateCheck {
        /// Of the system.
        id: Option<Uuid>,
        /// Version.
        version: Option<i64>,
        /// `serialNumber` of its subject.
        subject_distinguished_name_serial_number: Option<String>,
        /// Who issued it.
        certificate_authority: Option<String>,
        /// Its number, in hexadecimal.
        certificate_serial_number: Option<String>,
        /// When it ends.
        #[schema(format = DateTime)]
        expiry_date: Option<String>,
        /// When it was registered.
        #[schema(format = DateTime)]
        last_updated: Option<String>,
        /// Fingerprint, in hexadecimal.
        sha1: Option<String>,
        /// Fingerprint, in hexadecimal.
        md5: Option<String>,
        /// Its key.
        certificate_public_key: Option<CertificatePublicKey>,
        /// Identifier of its key.
        #[schema(content_encoding = "base64")]
        subject_key_identifier: Option<String>,
    }
    /// A certificate's key.
    CertificatePublicKey {
        /// `RSA`, `EC` or the key's OID.
        algorithm: Option<String>,
        /// `X.509`.
        format: Option<String>,
        /// Subject public key info.
        #[schema(content_encoding = "base64")]
        encoded: Option<String>,
    }
    /// What a certificate that was not registered says.
    OcesPublicCertificateCheckResult {
        /// Of the organisation it names.
        cvr_number: Option<String>,
        /// What it says.
        oces_public_certificate: Option<OcesPublicCertificateCheck>,
    }
}

search_results! {
    /// Systems found.
    SystemSearchResult { systems: MailSystem }
}
