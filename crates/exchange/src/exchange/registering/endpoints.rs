//! Addresses that the exchange calls: of strangers' making, and so never of this machine or its network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::Policy;

/// Bytes of an address.
const LIMIT: usize = 2048;

/// Says why an address is not called; a name is looked at again by what it resolves to when it is.
pub(super) fn check(policy: &Policy, text: &str) -> Result<(), &'static str> {
    if text.len() > LIMIT {
        return Err("at most 2048 characters");
    }
    let url = Url::parse(text).map_err(|_| "an address is https://host/path")?;
    let Some(host) = url.host() else { return Err("an address is https://host/path") };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("an address holds no user and password");
    }
    match url.scheme() {
        "https" => {}
        "http" if policy.private_endpoints && is_loopback(&host) => {}
        _ => return Err("the exchange calls https only"),
    }
    if policy.private_endpoints || is_elsewhere(&host) {
        Ok(())
    } else {
        Err("the exchange does not call addresses of its own machine or of private networks")
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn is_elsewhere(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            let own = ["localhost", "local", "internal", "intranet", "lan", "home", "corp"];
            let last = name.rsplit('.').next().unwrap_or_default();
            name.contains('.') && !own.contains(&last)
        }
        Host::Ipv4(address) => is_public((*address).into()),
        Host::Ipv6(address) => is_public((*address).into()),
    }
}

/// Whether an address belongs to the public Internet.
///
/// Source: IANA, special-purpose address registries.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0
        || a == 10
        || a == 127
        || (a == 100 && (64..128).contains(&b))
        || (a == 169 && b == 254)
        || (a == 172 && (16..32).contains(&b))
        || (a == 192 && b == 0 && (c == 0 || c == 2))
        || (a == 192 && b == 168)
        || (a == 198 && (b == 18 || b == 19))
        || (a == 198 && b == 51 && c == 100)
        || (a == 203 && b == 0 && c == 113)
        || a >= 224)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    // Only 2000::/3 is given out; of it, what carries or stands for something else is left out.
    let given_out = segments[0] & 0xe000 == 0x2000;
    let documentation = segments[0] == 0x2001 && segments[1] == 0x0db8
        || segments[0] == 0x3fff && segments[1] < 0x1000;
    let special = segments[0] == 0x2001 && segments[1] < 0x0200;
    let six_to_four = segments[0] == 0x2002;
    given_out && !documentation && !special && !six_to_four
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_this_machine_or_its_network_is_refused_and_in_local_mode_taken() {
        let strict = Policy::default();
        let local = Policy { private_endpoints: true, ..Policy::default() };
        for (address, strictly, locally) in [
            ("https://post.example/memo", true, true),
            ("https://198.41.0.4/memo", true, true),
            ("https://[2a00:1450::1]/memo", true, true),
            ("https://localhost/memo", false, true),
            ("https://post.localhost/memo", false, true),
            ("https://metadata.google.internal/", false, true),
            ("https://intranet/memo", false, true),
            ("https://127.0.0.1/memo", false, true),
            ("https://2130706433/memo", false, true),
            ("https://0x7f.1/memo", false, true),
            ("https://0/memo", false, true),
            ("https://10.1.2.3/memo", false, true),
            ("https://172.31.0.1/memo", false, true),
            ("https://192.168.0.1/memo", false, true),
            ("https://169.254.169.254/latest", false, true),
            ("https://100.64.0.1/memo", false, true),
            ("https://[::1]/memo", false, true),
            ("https://[::ffff:127.0.0.1]/memo", false, true),
            ("https://[::ffff:10.0.0.1]/memo", false, true),
            ("https://[fd00::1]/memo", false, true),
            ("https://[fe80::1]/memo", false, true),
            ("https://[64:ff9b::7f00:1]/memo", false, true),
            ("https://[2002:7f00:1::]/memo", false, true),
            ("http://127.0.0.1:9000/memo", false, true),
            ("http://localhost:9000/memo", false, true),
            ("http://post.example/memo", false, false),
            ("https://user:word@post.example/", false, false),
            ("ftp://post.example/", false, false),
            ("https://", false, false),
            ("memo", false, false),
        ] {
            assert_eq!(check(&strict, address).is_ok(), strictly, "{address}");
            assert_eq!(check(&local, address).is_ok(), locally, "{address}");
        }
    }
}
