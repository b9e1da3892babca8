//! Numbers of the solutions before this one, for programs that still keep them.

use super::{search_results, shapes, words};

words! {
    /// How mail of a material is sent.
    MaterialMessageType {
        /// As Digital Post.
        Digitalpost
        /// As a text message.
        Nemsms
    }
}

shapes! {
    /// A material: what mail of one kind has in common.
    Material {
        /// Whether it may be mandatory.
        mandatory: Option<bool>,
        /// Whether it may be answered.
        reply: Option<bool>,
        /// What stands before its titles.
        label_prefix: Option<String>,
        /// Whether it does.
        use_label_prefix: Option<bool>,
        /// Box that answers go to.
        default_postkasse_id: Option<i64>,
        /// Its subject.
        default_postkasseemne_id: Option<i64>,
        /// Box that answers of companies go to.
        company_postkasse_id: Option<i64>,
        /// Its subject.
        company_postkasseemne_id: Option<i64>,
        /// How it is sent.
        message_type: Option<MaterialMessageType>,
    }
    /// What a legacy operation answers when the answer is no.
    FejlType {
        /// The status of the answer.
        fejl_kode: i32,
        /// In words.
        #[schema(required = true)]
        fejl_tekst: String,
        /// Names the case in our log.
        fejl_identifikator: Option<String>,
    }
}

search_results! {
    /// Numbers of boxes.
    PostkasseIdsSearchResult { postkasse_ids: i64 }
    /// Numbers of subjects.
    PostkasseEmneIdsSearchResult { postkasse_emne_ids: i64 }
}
