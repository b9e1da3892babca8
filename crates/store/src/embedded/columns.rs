//! How single values stand in columns: ids as 16 bytes, times as milliseconds, enums as words.

use std::borrow::Cow;

use brevdue_exchange::storage::{Digest, Spot};
use brevdue_exchange::{
    DeliveryState, Folder, Lane, MemoState, Receives, RegistrationStatus, ServiceProtocol, WorkKind,
};
use brevdue_memo::{CvrNumber, Timestamp};
use brevdue_wire::ReceiptStatus;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use uuid::Uuid;

/// A value as it stands in its column.
#[derive(Clone, Copy)]
pub(super) struct Sql<T>(pub(super) T);

/// An id.
pub(super) fn id(id: &Uuid) -> Sql<&Uuid> {
    Sql(id)
}

impl ToSql for Sql<&Uuid> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.0.as_bytes())))
    }
}

impl FromSql for Sql<Uuid> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Uuid::from_slice(value.as_blob()?).map(Sql).map_err(|_| FromSqlError::InvalidType)
    }
}

impl ToSql for Sql<&Digest> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.0.0)))
    }
}

impl FromSql for Sql<Digest> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let bytes = value.as_blob()?.try_into().map_err(|_| FromSqlError::InvalidType)?;
        Ok(Sql(Digest(bytes)))
    }
}

/// The segment in the upper half.
impl ToSql for Sql<Spot> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok((i64::from(self.0.segment) << 32 | i64::from(self.0.offset)).into())
    }
}

impl FromSql for Sql<Spot> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let packed = value.as_i64()?.cast_unsigned();
        let half = |half: u64| u32::try_from(half).map_err(|_| FromSqlError::InvalidType);
        Ok(Sql(Spot { segment: half(packed >> 32)?, offset: half(packed & 0xFFFF_FFFF)? }))
    }
}

impl ToSql for Sql<Timestamp> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_millis().into())
    }
}

impl FromSql for Sql<Timestamp> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(|millis| Sql(Timestamp::from_millis(millis)))
    }
}

/// All 64 bits, the highest as the sign.
impl ToSql for Sql<u64> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.cast_signed().into())
    }
}

impl FromSql for Sql<u64> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(|number| Sql(number.cast_unsigned()))
    }
}

impl FromSql for Sql<CvrNumber> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map(Sql).map_err(|_| FromSqlError::InvalidType)
    }
}

macro_rules! words {
    ($($Type:ident { $($Variant:ident = $word:literal)* })*) => {$(
        impl ToSql for Sql<$Type> {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                let word = match self.0 { $($Type::$Variant => $word,)* };
                Ok(ToSqlOutput::Borrowed(ValueRef::Text(word.as_bytes())))
            }
        }

        impl FromSql for Sql<$Type> {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                match value.as_str()? {
                    $($word => Ok(Sql($Type::$Variant)),)*
                    _ => Err(FromSqlError::InvalidType),
                }
            }
        }
    )*};
}

words! {
    Lane { Interactive = "interactive" Bulk = "bulk" }
    WorkKind { Inside = "inside" Archives = "archives" Outside = "outside" }
    MemoState {
        Received = "received"
        Refused = "refused"
        Repeated = "repeated"
        Delayed = "delayed"
        Available = "available"
        Queued = "queued"
        HandedOver = "handed-over"
        Recalled = "recalled"
    }
    DeliveryState {
        Waiting = "waiting"
        Taken = "taken"
        Completed = "completed"
        Invalid = "invalid"
    }
    Receives { Nothing = "nothing" ItsContactPoints = "its-contact-points" Default = "default" }
    ServiceProtocol { RestPush = "rest-push" RestPull = "rest-pull" }
    RegistrationStatus {
        Registered = "registered"
        Exempt = "exempt"
        Closed = "closed"
        Unconfirmed = "unconfirmed"
        Awaiting = "awaiting"
        Unknown = "unknown"
    }
    ReceiptStatus {
        Received = "received"
        Completed = "completed"
        Invalid = "invalid"
        NotAllowed = "not-allowed"
    }
}

/// Before the id of a folder that an owner has made.
const OWN: &str = "own:";

/// A folder as its column says it.
pub(super) fn folder_word(folder: Folder) -> Cow<'static, str> {
    match folder {
        Folder::Inbox => "inbox".into(),
        Folder::Sent => "sent".into(),
        Folder::Deleted => "deleted".into(),
        Folder::Own(id) => format!("{OWN}{id}").into(),
    }
}

impl ToSql for Sql<Folder> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match folder_word(self.0) {
            Cow::Borrowed(word) => word.into(),
            Cow::Owned(word) => word.into(),
        })
    }
}

impl FromSql for Sql<Folder> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let folder = match value.as_str()? {
            "inbox" => Some(Folder::Inbox),
            "sent" => Some(Folder::Sent),
            "deleted" => Some(Folder::Deleted),
            own => own.strip_prefix(OWN).and_then(|id| id.parse().ok()).map(Folder::Own),
        };
        folder.map(Sql).ok_or(FromSqlError::InvalidType)
    }
}
