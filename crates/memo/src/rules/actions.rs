//! Rules about what a letter asks for: actions, appointments, addresses.

use super::Report;
use crate::outline::Element;
use crate::rulebook;

/// Checks one `Action`.
pub(super) fn action(action: Element<'_>, report: &mut Report<'_>) {
    let address = action.child("EntryPoint").and_then(|entry| entry.child("url"));
    if let Some(address) = address
        && address.text().is_some_and(|url| !entry_point_is_allowed(url))
    {
        report.at(address, &rulebook::ENTRY_POINT, &[]);
    }
}

/// MEMO-R-011: whether an address of an action is absolute, `https`, and has a host.
///
/// The scheme may be in any case, and letters outside ASCII are fine; official examples have them.
///
/// Source: Digital Post, «Øget validering af filnavne og URI i Actions», 15 November 2024.
pub fn entry_point_is_allowed(url: &str) -> bool {
    const SCHEME: &str = "https://";
    let Some((scheme, rest)) = url.split_at_checked(SCHEME.len()) else { return false };
    if !scheme.eq_ignore_ascii_case(SCHEME)
        || url.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\')
    {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host_and_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match host_and_port.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) if address.parse::<std::net::Ipv6Addr>().is_ok() => {
            (address, port.strip_prefix(':'))
        }
        Some(_) => return false,
        None => match host_and_port.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (host_and_port, None),
        },
    };
    let port_fits = port.is_none_or(|port| port.is_empty() || port.parse::<u16>().is_ok());
    let is_host_character = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    port_fits && host.chars().any(char::is_alphanumeric) && host.chars().all(is_host_character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_point_is_an_absolute_https_address_with_a_host() {
        for (url, allowed) in [
            ("https://www.tusindfryd.example/spørgeskema.html", true),
            ("HTTPS://borger.example", true),
            ("https://borger.example:8443/a?b=c#d", true),
            ("https://[2001:db8::1]/", true),
            ("https://bruger@borger.example/", true),
            ("http://borger.example", false),
            ("https://", false),
            ("https:///side", false),
            ("https://?a", false),
            ("https://:443/", false),
            ("https://borger.example:99999/", false),
            ("https:borger.example", false),
            ("//borger.example", false),
            ("/side", false),
            ("borger.example", false),
            ("javascript:alert(1)", false),
            ("https://borger .example/", false),
            ("https://borger.example\\@ond.example/", false),
            ("https://a<b>/", false),
            ("https://[ikke-en-adresse]/", false),
            ("", false),
            ("httpsø//", false),
        ] {
            assert_eq!(entry_point_is_allowed(url), allowed, "{url:?}");
        }
    }
}
