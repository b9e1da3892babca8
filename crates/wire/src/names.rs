//! Names that both sides must spell alike.

/// Every path starts with this.
pub const BASE_PATH: &str = "/apis/v1";
/// Query parameter of `POST /memos/` for a single message.
pub const MEMO_MESSAGE_UUID: &str = "memo-message-uuid";
/// Name of the multipart part that carries a container, or a pushed message.
pub const FILE_PART: &str = "file";
/// Media type of one message.
pub const XML: &str = "application/xml";
/// Media type of one message, the older spelling.
pub const XML_TEXT: &str = "text/xml";
/// Media type of a container.
pub const LZMA: &str = "application/x-lzma";
/// Request header under which the first response is given again for 24 hours.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
