//! Keys whose value is one of a few words, or a UUID.

use serde::Deserializer;
use uuid::Uuid;

use super::Sort;
use crate::MemoVersion;
use crate::letter::PostType;
use crate::letter::values::{Refused, any_uuid};
use crate::letter::written::read_text;

pub(super) fn version<'de, D: Deserializer<'de>>(from: D) -> Result<Option<MemoVersion>, D::Error> {
    let read = |text: &str| {
        [MemoVersion::V1_1, MemoVersion::V1_2]
            .into_iter()
            .find(|one| one.as_str() == text)
            .ok_or_else(|| {
                Refused::new(
                    "there is no such version",
                    Some("MEMO-R-002"),
                    "write \"1.1\" or \"1.2\"",
                )
            })
    };
    read_text(from, read).map(Some)
}

pub(super) fn sort<'de, D: Deserializer<'de>>(from: D) -> Result<Sort, D::Error> {
    read_text(from, |text| match text {
        "letter" => Ok(Sort::Letter),
        "sms" => Ok(Sort::Sms),
        _ => {
            Err(Refused::new("this is neither letter nor sms", None, "write \"letter\" or \"sms\""))
        }
    })
}

pub(super) fn post_type<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PostType>, D::Error> {
    let help = "write \"authority\" or \"business\"";
    read_text(from, |text| match text {
        "authority" => Ok(Some(PostType::Authority)),
        "business" => Ok(Some(PostType::Business)),
        _ => Err(Refused::new("this is neither authority nor business", Some("MEMO-R-080"), help)),
    })
}

pub(super) fn maybe_any_uuid<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Uuid>, D::Error> {
    read_text(from, any_uuid).map(Some)
}
