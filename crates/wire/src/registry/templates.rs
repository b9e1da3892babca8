//! Suppliers' templates for systems.

use uuid::Uuid;

use super::{
    AllowedIp, OcesPublicCertificateCheck, Organisation, Person, ReceiptFormat, ServiceProtocol,
    Ssh, SystemType, shapes,
};

shapes! {
    /// A supplier's template for systems.
    StandardSystemTemplate {
        /// Id.
        id: Option<Uuid>,
        /// Version.
        version: Option<i64>,
        /// When it was made.
        #[schema(format = DateTime)]
        created_date_time: Option<String>,
        /// When it was last changed.
        #[schema(format = DateTime)]
        last_updated: Option<String>,
        /// Since when it is gone.
        #[schema(format = DateTime)]
        deleted_date_time: Option<String>,
        /// Name.
        name: Option<String>,
        /// What such a system does.
        system_types: Option<Vec<SystemType>>,
        /// Where memos are pushed.
        endpoint: Option<String>,
        /// Where receipts are pushed.
        receipt_endpoint: Option<String>,
        /// Whom to ask.
        technical_contact: Option<Person>,
        /// How it is reached.
        service_protocol: Option<ServiceProtocol>,
        /// From where it calls.
        allowed_ips: Option<Vec<AllowedIp>>,
        /// The supplier.
        organisation: Option<Organisation>,
        /// Form of receipts.
        receipt_format: Option<ReceiptFormat>,
        /// Its SSH key.
        ssh: Option<Ssh>,
        /// Its certificate.
        oces_public_certificate: Option<OcesPublicCertificateCheck>,
    }
    /// The templates there are.
    StandardSystemTemplateListResult {
        /// By name.
        standard_system_templates: Vec<StandardSystemTemplate>,
    }
}
