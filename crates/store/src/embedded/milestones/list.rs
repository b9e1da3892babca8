//! Every list that can grow long, and where its rows are.

use std::borrow::Cow;

use brevdue_exchange::storage::RecordKind;
use brevdue_exchange::{ContactId, Folder, SystemId, TransmissionId};
use rusqlite::types::{FromSql as _, Value, ValueRef};
use uuid::Uuid;

use super::super::columns::{Sql, folder_word};
use super::{Order, Place};

/// A list that can grow long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in super::super) enum List {
    /// Receipts a system has not got yet, by when they were made.
    Receipts(SystemId),
    /// Letters a system may fetch, by when they were queued.
    Deliveries(SystemId),
    /// A folder of a mailbox, by arrival.
    Folder(ContactId, Folder),
    /// A mailbox, by key.
    Mailbox(ContactId),
    /// Messages of a folder never opened, by key.
    Unread(ContactId, Folder),
    /// Messages of a submission, by key.
    Submission(TransmissionId),
    /// Records of a kind that belong to one owner, by age.
    Owned(RecordKind, Uuid),
    /// Records of a kind, by age.
    OfKind(RecordKind),
    /// The register of contacts, by name.
    Contacts,
    /// All work, by when it is due.
    Jobs,
}

/// Where the rows of a list are.
pub(super) struct Shape {
    pub(super) word: &'static str,
    table: &'static str,
    /// Columns, or what stands for them.
    whose: &'static str,
    part: &'static str,
    /// By what the list is sorted before the id.
    at: Option<&'static str>,
    id: &'static str,
    /// Which rows of the table are in the list.
    filter: &'static str,
}

const NOBODY: &str = "zeroblob(16)";

macro_rules! shapes {
    ($($SHAPE:ident: $word:literal $table:literal $whose:expr, $part:expr, $at:expr, $id:literal, $filter:literal)*) => {
        $(static $SHAPE: Shape = Shape {
            word: $word,
            table: $table,
            whose: $whose,
            part: $part,
            at: $at,
            id: $id,
            filter: $filter,
        };)*
        pub(super) const SHAPES: &[&Shape] = &[$(&$SHAPE,)*];
    };
}

shapes! {
    RECEIPTS: "receipts" "receipts" "system", "''", Some("created_at"), "id",
        "delivered = 0 AND system IS NOT NULL"
    DELIVERIES: "deliveries" "deliveries" "system", "''", Some("queued_at"), "memo",
        "state IN ('waiting', 'taken')"
    FOLDER: "folder" "mailbox" "owner", "folder", Some("arrived_at"), "memo", "TRUE"
    MAILBOX: "mailbox" "mailbox" "owner", "''", None, "memo", "TRUE"
    UNREAD: "unread" "mailbox" "owner", "folder", None, "memo", "read_at IS NULL"
    SUBMISSION: "submission" "memos" "transmission", "''", None, "key", "TRUE"
    OWNED: "owned-records" "records" "owner", "kind", Some("created_at"), "id", "TRUE"
    OF_KIND: "records" "records" NOBODY, "kind", Some("created_at"), "id", "TRUE"
    CONTACTS: "contacts" "contacts" NOBODY, "''", Some("name"), "id", "TRUE"
    JOBS: "jobs" "jobs" NOBODY, "''", Some("due"), "id", "TRUE"
}

impl List {
    pub(super) fn shape(self) -> &'static Shape {
        match self {
            Self::Receipts(_) => &RECEIPTS,
            Self::Deliveries(_) => &DELIVERIES,
            Self::Folder(..) => &FOLDER,
            Self::Mailbox(_) => &MAILBOX,
            Self::Unread(..) => &UNREAD,
            Self::Submission(_) => &SUBMISSION,
            Self::Owned(..) => &OWNED,
            Self::OfKind(_) => &OF_KIND,
            Self::Contacts => &CONTACTS,
            Self::Jobs => &JOBS,
        }
    }

    pub(super) fn word(self) -> &'static str {
        self.shape().word
    }

    pub(super) fn whose(self) -> Uuid {
        match self {
            Self::Receipts(system) | Self::Deliveries(system) => system.0,
            Self::Folder(owner, _) | Self::Mailbox(owner) | Self::Unread(owner, _) => owner.0,
            Self::Submission(transmission) => transmission.0,
            Self::Owned(_, owner) => owner,
            Self::OfKind(_) | Self::Contacts | Self::Jobs => Uuid::nil(),
        }
    }

    pub(super) fn part(self) -> Cow<'static, str> {
        match self {
            Self::Folder(_, folder) | Self::Unread(_, folder) => folder_word(folder),
            Self::Owned(kind, _) | Self::OfKind(kind) => kind.word().into(),
            Self::Receipts(_)
            | Self::Deliveries(_)
            | Self::Mailbox(_)
            | Self::Submission(_)
            | Self::Contacts
            | Self::Jobs => "".into(),
        }
    }

    /// As the columns of a milestone say it; `None` for what no list is.
    pub(super) fn read(word: &str, whose: Uuid, part: &str) -> Option<Self> {
        let folder = || Sql::column_result(ValueRef::Text(part.as_bytes())).ok();
        Some(match word {
            "receipts" => Self::Receipts(SystemId(whose)),
            "deliveries" => Self::Deliveries(SystemId(whose)),
            "folder" => Self::Folder(ContactId(whose), folder()?.0),
            "mailbox" => Self::Mailbox(ContactId(whose)),
            "unread" => Self::Unread(ContactId(whose), folder()?.0),
            "submission" => Self::Submission(TransmissionId(whose)),
            "owned-records" => Self::Owned(RecordKind::from_word(part)?, whose),
            "records" => Self::OfKind(RecordKind::from_word(part)?),
            "contacts" => Self::Contacts,
            "jobs" => Self::Jobs,
            _ => return None,
        })
    }

    /// Before every row.
    pub(super) fn start(self) -> Place {
        match self {
            // A number would be compared with names as a text.
            Self::Contacts => Place::before(Value::Text(String::new())),
            _ => Place::before(Value::Integer(i64::MIN)),
        }
    }
}

/// Statements; `?1` is whose list, `?2` which part of it.
impl Shape {
    /// How long it is.
    pub(super) fn count(&self) -> String {
        let Self { table, .. } = self;
        format!("SELECT count(*) FROM {table} WHERE {}", self.given())
    }

    /// How long it is, counted no further than `?3`.
    pub(super) fn count_some(&self) -> String {
        let Self { table, .. } = self;
        format!("SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {} LIMIT ?3)", self.given())
    }

    /// How many rows there are from the place `?3`, `?4` to before `?5`, `?6`.
    pub(super) fn count_between(&self) -> String {
        let Self { table, .. } = self;
        let (given, from, until) = (self.given(), self.compared(">=", 3), self.compared("<", 5));
        format!("SELECT count(*) FROM {table} WHERE {given} AND {from} AND {until}")
    }

    /// Places from `?3`, `?4` to before `?5`, `?6`, in order.
    pub(super) fn places_between(&self) -> String {
        let Self { table, id, at, .. } = self;
        let (given, from, until) = (self.given(), self.compared(">=", 3), self.compared("<", 5));
        let (at, order) = (at.unwrap_or("0"), self.order(""));
        format!(
            "SELECT {at}, {id} FROM {table} WHERE {given} AND {from} AND {until} ORDER BY {order}"
        )
    }

    /// Places from `?3`, `?4` on, or before it, in order; `rest` comes after that.
    pub(super) fn places(&self, order: Order, rest: &str) -> String {
        let Self { table, id, at, .. } = self;
        let (given, at) = (self.given(), at.unwrap_or("0"));
        let (edge, order) = match order {
            Order::Forward => (self.compared(">=", 3), self.order("")),
            Order::Backward => (self.compared("<", 3), self.order(" DESC")),
        };
        format!("SELECT {at}, {id} FROM {table} WHERE {given} AND {edge} ORDER BY {order} {rest}")
    }

    /// Ids from `?3`, `?4` on, or before it: `?5` of them after `?6` others.
    pub(super) fn page(&self, order: Order) -> String {
        let Self { id, .. } = self;
        format!("SELECT {id} FROM ({})", self.places(order, "LIMIT ?5 OFFSET ?6"))
    }

    /// Owner and part of each list with more rows than `?1`.
    pub(super) fn owners(&self) -> String {
        let Self { table, whose, part, filter, .. } = self;
        format!(
            "SELECT {whose} AS whose, {part} AS part FROM {table} WHERE {filter}
             GROUP BY 1, 2 HAVING count(*) > ?1"
        )
    }

    fn given(&self) -> String {
        let Self { whose, part, filter, .. } = self;
        format!("{whose} = ?1 AND {part} = ?2 AND {filter}")
    }

    fn compared(&self, how: &str, first: usize) -> String {
        let (id, second) = (self.id, first + 1);
        match self.at {
            Some(at) => format!("({at}, {id}) {how} (?{first}, ?{second})"),
            // The id alone; what is compared beside it is there for whoever binds it.
            None => format!("{id} {how} ?{second} AND ?{first} IS NOT NULL"),
        }
    }

    fn order(&self, direction: &str) -> String {
        let id = self.id;
        match self.at {
            Some(at) => format!("{at}{direction}, {id}{direction}"),
            None => format!("{id}{direction}"),
        }
    }
}
