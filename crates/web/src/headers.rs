//! Headers that every page carries: what a browser may do with it.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// What a page may load: from this exchange only, no script or style in the page itself.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; frame-src 'self'; connect-src 'none'; object-src 'none'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// What a cleaned letter may do: nothing, but for links that open in a window of their own.
pub(crate) const LETTER_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; \
     default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; \
     base-uri 'none'; frame-ancestors 'self'";

/// What a file may do when the browser shows it. Not sandboxed: a sandbox stops the PDF viewer, and
/// the media types sent with it cannot act.
pub(crate) const VIEWED_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; \
     object-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

/// What a file for download may do, should a browser show it all the same.
pub(crate) const DOWNLOAD_POLICY: &str =
    "sandbox; default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// Adds what a handler has not said itself.
pub(crate) async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let framed = headers
        .get(header::CONTENT_SECURITY_POLICY)
        .is_some_and(|policy| policy.as_bytes().ends_with(b"frame-ancestors 'self'"));
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (header::X_FRAME_OPTIONS, if framed { "SAMEORIGIN" } else { "DENY" }),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
