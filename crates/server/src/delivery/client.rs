//! The HTTP client of delivery: our certificate, the roots we believe, no redirects, no proxies.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use brevdue_exchange::registering::endpoints::is_public;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use rustls::ClientConfig;
use url::Host;

use crate::causes::chain;
use crate::tls::{TlsError, certificates, private_key, root_store};

/// Which endpoints are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoints {
    /// `https` only, and never on this machine or in a private network, whatever a name resolves to.
    Https,
    /// `https`, and `http` on loopback: local mode.
    HttpsAndLocal,
}

/// What the client needs, certificates as PEM.
#[derive(Debug, Clone, Copy)]
pub struct ClientSettings<'a> {
    /// Our certificate with those between it and its root, and its private key.
    pub identity: Option<(&'a [u8], &'a [u8])>,
    /// Roots that receivers' certificates must chain to.
    pub roots: &'a [u8],
    /// Which endpoints are called.
    pub endpoints: Endpoints,
    /// Seconds to connect and shake hands.
    pub connect_seconds: u64,
    /// Seconds in which nothing moves, in or out, before a call is given up. In all, a call takes no
    /// longer than its lease.
    pub stall_seconds: u64,
}

/// Makes calls to receivers.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) http: reqwest::Client,
    /// How long nothing may move before a call is given up.
    pub(super) patience: Duration,
    endpoints: Endpoints,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// A certificate, a key or the roots.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The client could not be made of them.
    #[error("the client for pushes cannot be made")]
    Client(#[source] reqwest::Error),
}

impl Client {
    /// Makes the client.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn new(settings: &ClientSettings<'_>) -> Result<Self, ClientError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(TlsError::from)?
            .with_root_certificates(root_store(settings.roots, "the receiver roots")?);
        let config = match settings.identity {
            Some((chain, key)) => config
                .with_client_auth_cert(
                    certificates(chain, "the exchange's certificate")?,
                    private_key(key, "the exchange's private key")?,
                )
                .map_err(TlsError::from)?,
            None => config.with_no_client_auth(),
        };
        let mut builder = reqwest::Client::builder();
        if settings.endpoints == Endpoints::Https {
            builder = builder.dns_resolver(PublicOnly);
        }
        let http = builder
            .tls_backend_preconfigured(config)
            .http1_only()
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(Duration::from_secs(settings.connect_seconds))
            .pool_idle_timeout(Duration::from_secs(20))
            .user_agent(concat!("brevdue/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(ClientError::Client)?;
        let patience = Duration::from_secs(settings.stall_seconds);
        Ok(Self { http, patience, endpoints: settings.endpoints })
    }

    /// Reads an endpoint; says why it is not called.
    pub(super) fn endpoint(&self, text: &str) -> Result<Url, &'static str> {
        let url = Url::parse(text).map_err(|_| "the endpoint is not a URL")?;
        let is_elsewhere = match url.host() {
            Some(Host::Ipv4(address)) => is_public(address.into()),
            Some(Host::Ipv6(address)) => is_public(address.into()),
            // What it resolves to is looked at when it is called.
            _ => true,
        };
        if self.endpoints == Endpoints::Https && !is_elsewhere {
            return Err("the endpoint is on this machine or in a private network");
        }
        match url.scheme() {
            "https" => Ok(url),
            "http" if self.endpoints == Endpoints::HttpsAndLocal && is_loopback(&url) => Ok(url),
            _ => Err("the endpoint is not an https URL"),
        }
    }
}

/// Resolves names to addresses of the public Internet only: a name that anybody registers may point at
/// this machine, and may point elsewhere when it was registered.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<_> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err("the name resolves to no address of the public Internet".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost"
        || host == "[::1]"
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// A fault of a call in words, without the URL.
pub(super) fn reason(error: reqwest::Error) -> String {
    /// Longer reasons are cut: they are for a log line.
    const LIMIT: usize = 300;
    let error = error.without_url();
    let mut text = if error.is_timeout() { "no answer in time: ".into() } else { String::new() };
    text.push_str(&chain(&error));
    text.chars().take(LIMIT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_that_points_at_this_machine_is_not_called() {
        let resolved = PublicOnly.resolve("localhost".parse().unwrap()).await;
        assert!(resolved.is_err());
    }

    #[test]
    fn only_https_is_called_and_in_local_mode_plain_http_on_loopback() {
        let issued = rcgen::generate_simple_self_signed(["localhost".into()]).unwrap();
        let client = |endpoints| {
            Client::new(&ClientSettings {
                identity: None,
                roots: issued.cert.pem().as_bytes(),
                endpoints,
                connect_seconds: 1,
                stall_seconds: 1,
            })
            .unwrap()
        };
        let (strict, local) = (client(Endpoints::Https), client(Endpoints::HttpsAndLocal));
        for (endpoint, strictly, locally) in [
            ("https://post.example/memo", true, true),
            ("https://198.41.0.4/memo", true, true),
            ("https://127.0.0.1/memo", false, true),
            ("https://10.0.0.1/memo", false, true),
            ("https://[::ffff:10.0.0.1]/memo", false, true),
            ("http://127.0.0.1:9000/memo", false, true),
            ("http://[::1]:9000/memo", false, true),
            ("http://localhost/memo", false, true),
            ("http://post.example/memo", false, false),
            ("http://127.0.0.1.post.example/memo", false, false),
            ("http://localhost@post.example/", false, false),
            ("ftp://127.0.0.1/", false, false),
            ("not a URL", false, false),
        ] {
            assert_eq!(strict.endpoint(endpoint).is_ok(), strictly, "{endpoint}");
            assert_eq!(local.endpoint(endpoint).is_ok(), locally, "{endpoint}");
        }
    }
}
