//! TLS of the doors: who we are, whose certificates we believe, and what a caller's certificate says.
//!
//! A client certificate is optional in the handshake, so that a caller without one gets an answer
//! that says what is missing instead of a broken connection. One that is shown must chain to a
//! trusted root, be within its time and not be on a revocation list, or the handshake fails.

mod certificate;

use std::sync::Arc;

use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

pub use certificate::{NotACertificate, read_certificate};

/// What TLS needs, as PEM.
#[derive(Clone, Copy)]
pub struct TlsSettings<'a> {
    /// Our certificate, followed by those between it and its root.
    pub certificate: &'a [u8],
    /// Its private key: PKCS#8, PKCS#1 or SEC1.
    pub key: &'a [u8],
    /// Roots that callers' certificates must chain to.
    pub client_roots: &'a [u8],
    /// Revocation lists of those roots; empty means that revocation is not checked.
    pub revocation_lists: &'a [u8],
}

/// Why TLS could not be set up. Names the part at fault, never its content.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A part is not PEM of the kind it should be.
    #[error("{part} is not readable as PEM")]
    Pem {
        /// Which part.
        part: &'static str,
        /// What the reader said.
        source: rustls_pki_types::pem::Error,
    },
    /// A part holds nothing of the kind it should.
    #[error("{part} holds no certificate")]
    Empty {
        /// Which part.
        part: &'static str,
    },
    /// The parts do not fit together, or the key is of a kind we do not know.
    #[error("certificate, key and roots do not make a TLS set-up")]
    Rustls(#[from] rustls::Error),
    /// The roots or revocation lists cannot be used.
    #[error("the client roots or their revocation lists cannot be used")]
    Verifier(#[from] rustls::server::VerifierBuilderError),
}

/// Makes the set-up of a TLS listener: TLS 1.2 and 1.3, HTTP/1.1 only.
///
/// # Errors
/// See [`TlsError`].
pub fn server_config(settings: &TlsSettings<'_>) -> Result<Arc<ServerConfig>, TlsError> {
    let chain = certificates(settings.certificate, "the exchange's certificate")?;
    let key = private_key(settings.key, "the exchange's private key")?;
    let roots = Arc::new(root_store(settings.client_roots, "the client roots")?);
    let lists = CertificateRevocationListDer::pem_slice_iter(settings.revocation_lists)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|source| TlsError::Pem { part: "the revocation lists", source })?;

    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut verifier = WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(&provider));
    if !lists.is_empty() {
        // A list that has run out must not pass for a fresh one.
        verifier = verifier
            .with_crls(lists)
            .only_check_end_entity_revocation()
            .enforce_revocation_expiration();
    }
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier.allow_unauthenticated().build()?)
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

pub(crate) fn certificates(
    pem: &[u8],
    part: &'static str,
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let list = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|source| TlsError::Pem { part, source })?;
    if list.is_empty() { Err(TlsError::Empty { part }) } else { Ok(list) }
}

pub(crate) fn private_key(
    pem: &[u8],
    part: &'static str,
) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|source| TlsError::Pem { part, source })
}

pub(crate) fn root_store(pem: &[u8], part: &'static str) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for root in certificates(pem, part)? {
        roots.add(root)?;
    }
    Ok(roots)
}
