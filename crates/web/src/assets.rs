//! Style sheets, script, icons and fonts, carried in the binary. No page asks another machine.

use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// Changes when any of the files does, so that each address holds one content for ever.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for path in Assets::iter() {
        hash.update(path.as_bytes());
        if let Some(file) = Assets::get(&path) {
            hash.update(file.metadata.sha256_hash());
        }
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
});

/// Where the files are, e.g. `/assets/0123456789abcdef`.
pub(crate) fn base() -> &'static str {
    static BASE: LazyLock<String> = LazyLock::new(|| format!("/assets/{}", *VERSION));
    &BASE
}

/// `GET /assets/{version}/{path}`
pub(crate) async fn asset(
    Path((version, path)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let Some(file) = Assets::get(&path) else { return StatusCode::NOT_FOUND.into_response() };
    // An old page may ask for an old version: it gets the new file, and does not keep it.
    let current = version == *VERSION;
    let caching = if current { "public, max-age=31536000, immutable" } else { "no-cache" };
    let tag = format!("\"{}\"", *VERSION);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (
            StatusCode::NOT_MODIFIED,
            [(header::ETAG, tag), (header::CACHE_CONTROL, caching.to_owned())],
        )
            .into_response();
    }
    let media_type = match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("md" | "txt") => "text/plain; charset=utf-8".to_owned(),
        Some("js") => "text/javascript; charset=utf-8".to_owned(),
        Some("css") => "text/css; charset=utf-8".to_owned(),
        _ => mime_guess::from_path(&path).first_or_octet_stream().to_string(),
    };
    (
        [
            (header::CONTENT_TYPE, media_type),
            (header::CACHE_CONTROL, caching.to_owned()),
            (header::ETAG, tag),
        ],
        Body::from(file.data.into_owned()),
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_the_design_system_asks_for_is_carried_along() {
        let css = Assets::get("dkfds/css/dkfds.min.css").unwrap();
        let css = String::from_utf8(css.data.into_owned()).unwrap();
        let mut seen = 0;
        for address in css.split("url(").skip(1) {
            let address = address.split(')').next().unwrap().trim_matches(['"', '\'']);
            let Some(path) = address.strip_prefix("../") else {
                assert!(address.starts_with("data:"), "{address} leaves the machine");
                continue;
            };
            if path.contains("placeholder") {
                continue; // a logo we do not use
            }
            assert!(Assets::get(&format!("dkfds/{path}")).is_some(), "{path}");
            seen += 1;
        }
        assert!(seen > 50, "{seen}");
    }

    #[test]
    fn our_own_style_sheet_and_script_ask_no_other_machine() {
        for path in ["brevdue.css", "brevdue.js", "live.js"] {
            let text = Assets::get(path).unwrap().data.into_owned();
            let text = String::from_utf8(text).unwrap();
            assert!(!text.contains("//www") && !text.contains("http"), "{path}");
        }
    }

    #[test]
    fn the_licences_come_with_what_they_cover_and_no_mark_of_others_does() {
        for licence in ["dkfds.md", "ibm-plex-ofl-1.1.txt", "icons-apache-2.0.txt"] {
            assert!(Assets::get(&format!("dkfds/licences/{licence}")).is_some(), "{licence}");
        }
        assert!(Assets::iter().all(|path| !path.contains("logo")));
    }
}
