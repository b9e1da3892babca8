//! The contact structure of authorities: groups and points.

use uuid::Uuid;

use super::{search_results, shapes, words};

words! {
    /// Who may write.
    Target {
        /// Persons.
        Citizen
        /// Companies.
        Company
        /// Other authorities.
        Authority
    }
    /// What a code of a contact point is taken from.
    ContactPointCodeType {
        /// Nothing known to others.
        Custom
        /// A form's task key.
        Form
        /// Global location number: 13 digits.
        Gln
        /// KL's classification.
        Kle
        /// The health service's register of organisations.
        Sor
    }
}

shapes! {
    /// A group of contact points.
    ContactGroup {
        /// Id.
        id: Option<Uuid>,
        /// Named in `If-Match`.
        version: Option<i64>,
        /// When it was made.
        #[schema(format = DateTime)]
        created_date: Option<String>,
        /// When it was last changed.
        #[schema(format = DateTime)]
        last_updated: Option<String>,
        /// Name.
        name: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// Whether it is a unit of the organisation.
        organisational_unit: Option<bool>,
        /// Whose it is: id, name and number.
        organisation: Option<super::Organisation>,
        /// The group it stands in: id and name.
        #[schema(no_recursion)]
        parent: Option<Box<ContactGroup>>,
        /// Who may write.
        targets: Option<Vec<Target>>,
        /// Legacy numbers of the points in it.
        postkasse_ids: Option<Vec<i64>>,
    }
    /// What may be changed of a group.
    ContactGroupCommand {
        /// Name; required.
        #[schema(required = true, min_length = 1, max_length = 256)]
        name: String,
        /// What it is for.
        #[schema(max_length = 4000)]
        description: Option<String>,
        /// Whether it is a unit of the organisation.
        organisational_unit: Option<bool>,
        /// The group it stands in; at the root without one.
        parent: Option<Uuid>,
        /// Who may write.
        #[schema(max_items = 3)]
        targets: Option<Vec<Target>>,
    }
    /// A contact point.
    ContactPoint {
        /// Id.
        id: Option<Uuid>,
        /// Named in `If-Match`.
        version: Option<i64>,
        /// When it was made.
        #[schema(format = DateTime)]
        created_date: Option<String>,
        /// When it was last changed.
        #[schema(format = DateTime)]
        last_updated: Option<String>,
        /// Name.
        name: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// For the organisation's own people; shown to them alone.
        internal_description: Option<String>,
        /// Who may write.
        targets: Option<Vec<Target>>,
        /// Bytes of one message, in millions.
        #[serde(rename = "memoSizeThresholdMB")]
        memo_size_threshold_mb: Option<f64>,
        /// Files beside the main document.
        allowed_number_of_attachments: Option<u32>,
        /// Inactive points send their mail to the default system.
        active: Option<bool>,
        /// Whether it is shown to those who look for somebody to write to.
        visible: Option<bool>,
        /// A link that is shown instead of, or beside, writing.
        report_link: Option<ReportLink>,
        /// Whose it is.
        organisation_id: Option<Uuid>,
        /// The receiver system that gets its mail.
        system_id: Option<Uuid>,
        /// Codes it is found by.
        contact_point_codes: Option<Vec<ContactPointCode>>,
        /// Groups it stands in: id and name.
        contact_groups: Option<Vec<ContactGroup>>,
        /// What a letter to it should tell.
        recommended_attributes: Option<Vec<RecommendedAttribute>>,
        /// Words it is found by.
        search_terms: Option<Vec<SearchTerm>>,
        /// Legacy numbers.
        translations: Option<Vec<Translation>>,
        /// Legacy.
        legacy_recipient_system: Option<String>,
    }
    /// What may be changed of a contact point.
    ContactPointCommand {
        /// Name; required.
        #[schema(required = true, min_length = 1, max_length = 256)]
        name: String,
        /// What it is for.
        #[schema(max_length = 4000)]
        description: Option<String>,
        /// For the organisation's own people.
        #[schema(max_length = 4000)]
        internal_description: Option<String>,
        /// Who may write; everybody when left out.
        #[schema(max_items = 3)]
        targets: Option<Vec<Target>>,
        /// Bytes of one message, in millions: at most 60 when citizens may write, 40 when companies may,
        /// else 99.5.
        #[serde(rename = "memoSizeThresholdMB")]
        #[schema(exclusive_minimum = 0, maximum = 99.5)]
        memo_size_threshold_mb: Option<f64>,
        /// Files beside the main document.
        #[schema(maximum = 10)]
        allowed_number_of_attachments: Option<u32>,
        /// Inactive points send their mail to the default system; active when left out.
        active: Option<bool>,
        /// Whether it is shown; shown when left out.
        visible: Option<bool>,
        /// A link that is shown instead of, or beside, writing.
        report_link: Option<ReportLink>,
        /// The receiver system that gets its mail; the default system when left out.
        system_id: Option<Uuid>,
        /// Codes it is found by.
        #[schema(max_items = 100)]
        contact_point_codes: Option<Vec<ContactPointCode>>,
        /// Groups it stands in.
        #[schema(max_items = 20)]
        contact_groups: Option<Vec<Uuid>>,
        /// What a letter to it should tell.
        #[schema(max_items = 20)]
        recommended_attributes: Option<Vec<RecommendedAttribute>>,
        /// Words it is found by.
        #[schema(max_items = 100)]
        search_terms: Option<Vec<SearchTerm>>,
        /// Legacy numbers.
        #[schema(max_items = 20)]
        translations: Option<Vec<Translation>>,
    }
    /// A code of a contact point.
    ContactPointCode {
        /// Made by the exchange.
        id: Option<Uuid>,
        /// Made by the exchange.
        version: Option<i64>,
        /// Version of the classification.
        #[schema(max_length = 64)]
        code_version: Option<String>,
        /// Name.
        #[schema(max_length = 256)]
        name: Option<String>,
        /// What it is taken from; required.
        #[serde(rename = "type")]
        #[schema(required = true)]
        kind: Option<ContactPointCodeType>,
        /// The code; required. A GLN is 13 digits; a KLE is digits and dots.
        #[schema(required = true, min_length = 1, max_length = 64)]
        code: String,
        /// What a custom code is taken from.
        #[schema(max_length = 256)]
        contact_point_code_type_name: Option<String>,
    }
    /// What a letter should tell.
    RecommendedAttribute {
        /// Made by the exchange.
        id: Option<Uuid>,
        /// Made by the exchange.
        version: Option<i64>,
        /// Name; required.
        #[schema(required = true, min_length = 1, max_length = 256)]
        name: String,
    }
    /// A word that a contact point is found by.
    SearchTerm {
        /// Made by the exchange.
        id: Option<Uuid>,
        /// Made by the exchange.
        version: Option<i64>,
        /// The word; required.
        #[schema(required = true, min_length = 1, max_length = 256)]
        term: String,
    }
    /// A legacy number of a contact point.
    Translation {
        /// Made by the exchange.
        id: Option<Uuid>,
        /// Made by the exchange.
        version: Option<i64>,
        /// Number of the box; required.
        #[schema(required = true, minimum = 0)]
        postkasse_id: Option<i64>,
        /// Number of its subject.
        #[schema(minimum = 0)]
        postkasse_emne_id: Option<i64>,
    }
    /// A link that is shown instead of, or beside, writing.
    ReportLink {
        /// Made by the exchange.
        id: Option<Uuid>,
        /// Made by the exchange.
        version: Option<i64>,
        /// Address; required.
        #[schema(required = true, min_length = 8, max_length = 2048, pattern = r"^https?://")]
        external_link: String,
        /// What stands on the link.
        #[schema(max_length = 256)]
        external_link_text: Option<String>,
        /// What it is for.
        #[schema(max_length = 4000)]
        description: Option<String>,
        /// Title.
        #[schema(max_length = 256)]
        label: Option<String>,
    }
}

search_results! {
    /// Groups found.
    ContactGroupSearchResult { contact_groups: ContactGroup }
    /// Contact points found.
    ContactPointSearchResult { contact_points: ContactPoint }
}
