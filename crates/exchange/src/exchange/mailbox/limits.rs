//! Limits of mailboxes.

/// Folders of an owner's own in one mailbox.
pub const FOLDERS: usize = 500;
/// Folders in one another.
pub const FOLDER_DEPTH: usize = 10;
/// Drafts in one mailbox.
pub const DRAFTS: usize = 500;
/// Documents of a draft, of every kind.
pub const DOCUMENTS: usize = 30;
/// Additional documents of a draft.
pub const ADDITIONAL_DOCUMENTS: usize = 10;
/// Files of a document of a draft.
pub const FILES: usize = 10;
/// Accesses to one mailbox.
pub const ACCESSES: usize = 100;
/// Mail addresses told of new mail, for each access.
pub const EMAIL_SUBSCRIPTIONS: usize = 5;
/// Devices told of new mail, for each access.
pub const PUSH_SUBSCRIPTIONS: usize = 20;
/// Minutes for which a verification code is valid.
pub const CODE_MINUTES: i64 = 30;
/// Wrong codes after which a code is worthless.
pub const CODE_TRIES: u32 = 5;
/// Characters of a name, title or code.
pub const TEXT: usize = 256;
/// Characters of a note.
pub const NOTE: usize = 4000;
/// Bytes of a letter that is passed on by mail.
pub const MAILED_BYTES: u64 = 25_000_000;
/// Characters of the words that go with a forwarded message.
pub const COMMENT: usize = 512;
