//! Addresses in messages: which of them become links, and what people are told about them.

use ammonia::Url;

/// An address that may be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    /// The whole address, normalised: what is checked is what is followed.
    pub(crate) href: String,
    /// Where it leads, for people.
    pub(crate) host: String,
}

/// The link of an address, unless it is one that people should not be sent to: only `https`, with a
/// host, and without a user name in front of it that could pass for the host.
///
/// A host with letters outside ASCII is shown in its `xn--` form, so that a look-alike shows.
pub(crate) fn link(address: &str) -> Option<Link> {
    let hidden = |c: char| c.is_control() || c.is_whitespace();
    if address.contains(hidden) {
        return None;
    }
    let url = Url::parse(address).ok()?;
    let host = url.host_str().filter(|host| !host.is_empty())?.to_owned();
    if url.scheme() != "https" || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let host = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    };
    Some(Link { href: url.into(), host })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_https_address_becomes_a_link() {
        for (address, host) in [
            ("https://www.tusindfryd.example/spørgeskema.html", Some("www.tusindfryd.example")),
            ("HTTPS://kommune.example/a?b=c#d", Some("kommune.example")),
            ("https://kommune.example:8443/", Some("kommune.example:8443")),
            ("https://brønd.example/", Some("xn--brnd-hra.example")),
            ("https://kommune.example@ond.example/", None),
            ("https://ond.example\\@kommune.example/", Some("ond.example")),
            ("http://kommune.example/", None),
            ("javascript:alert(1)", None),
            ("java\nscript:alert(1)", None),
            ("data:text/html,x", None),
            ("https:///", None),
            ("//kommune.example/", None),
            ("/inbox", None),
            ("https://kommune.example/\u{a0}x", None),
            ("", None),
        ] {
            assert_eq!(link(address).map(|link| link.host).as_deref(), host, "{address}");
        }
    }

    #[test]
    fn what_is_followed_is_what_was_checked() {
        let link = link("https://kommune.example/\"onmouseover=\"x").unwrap();
        assert!(!link.href.contains('"'), "{}", link.href);
    }
}
