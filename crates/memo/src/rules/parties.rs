//! Rules about who writes to whom.

use uuid::Uuid;

/// MEMO-R-018: whether a contact point id has the form of a UUID (any version), with hyphens.
pub fn contact_point_id_is_uuid(id: &str) -> bool {
    id.len() == 36 && Uuid::try_parse(id).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_point_id_is_a_uuid_of_any_version() {
        for (id, is_uuid) in [
            ("241d39f6-998e-4929-b198-ccacbbf4b330", true),
            ("241D39F6-998E-1929-B198-CCACBBF4B330", true),
            ("241d39f6998e4929b198ccacbbf4b330", false),
            ("{241d39f6-998e-4929-b198-ccacbbf4b330}", false),
            ("22.33.44.55", false),
            ("", false),
        ] {
            assert_eq!(contact_point_id_is_uuid(id), is_uuid, "{id}");
        }
    }
}
