//! Certificates and keys that are registered, read from the files they are sent in.

use brevdue_exchange::registering::{Certificate, PublicKey};
use brevdue_memo::Timestamp;
use brevdue_wire::registry::{CertificatePublicKey, OcesPublicCertificateCheck};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use sha1::{Digest as _, Sha1};
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::rest::errors::Failure;
use crate::tls::read_certificate;

/// `serialNumber` of a subject, 2.5.4.5.
const SERIAL_NUMBER: &str = "2.5.4.5";
/// Names of kinds of keys.
const KINDS: [(&str, &str); 2] = [("1.2.840.113549.1.1.1", "RSA"), ("1.2.840.10045.2.1", "EC")];

/// A certificate, PEM or DER.
pub(super) fn certificate(file: &[u8]) -> Result<Certificate, Failure> {
    let from_pem = CertificateDer::from_pem_slice(file);
    let der: &[u8] = from_pem.as_deref().unwrap_or(file);
    let none = || {
        let message = "the file is not an X.509 certificate, as PEM or DER";
        Failure::bad_request("certificate.invalid", message).at("multipart", "file")
    };
    let presented = read_certificate(der).map_err(|_| none())?;
    let (_, x509) = X509Certificate::from_der(der).map_err(|_| none())?;
    let subject_serial = x509
        .subject()
        .iter_attributes()
        .find(|attribute| attribute.attr_type().to_id_string() == SERIAL_NUMBER)
        .and_then(|attribute| attribute.as_str().ok());
    let key_identifier = x509.extensions().iter().find_map(|e| match e.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(id) => Some(base64(id.0)),
        _ => None,
    });
    let kind = x509.public_key().algorithm.algorithm.to_id_string();
    let known = KINDS.iter().find(|(oid, _)| *oid == kind).map(|(_, name)| (*name).to_owned());
    let ends = x509.validity().not_after.timestamp().saturating_mul(1000);
    let told = OcesPublicCertificateCheck {
        subject_distinguished_name_serial_number: subject_serial.map(str::to_owned),
        certificate_authority: Some(x509.issuer().to_string()),
        certificate_serial_number: Some(hex(&presented.serial)),
        expiry_date: Some(Timestamp::from_millis(ends).to_string()),
        sha1: Some(hex(&Sha1::digest(der))),
        md5: Some(hex(&md5::compute(der).0)),
        certificate_public_key: Some(CertificatePublicKey {
            algorithm: Some(known.unwrap_or(kind)),
            format: Some("X.509".into()),
            encoded: Some(base64(x509.public_key().raw)),
        }),
        subject_key_identifier: key_identifier,
        ..Default::default()
    };
    Ok(Certificate { told, presented })
}

/// A public key as OpenSSH writes it; what stands after the key is left out.
pub(super) fn ssh_key(file: &[u8]) -> Result<PublicKey, Failure> {
    let read = || {
        let text = std::str::from_utf8(file).ok()?;
        let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
        let key = russh::keys::PublicKey::from_openssh(line).ok()?.to_openssh().ok()?;
        let mut words = key.split_whitespace();
        Some(format!("{} {}", words.next()?, words.next()?))
    };
    let line = read().ok_or_else(|| {
        let message = "the file is not a public key of one line, as OpenSSH writes it";
        Failure::bad_request("ssh.key.invalid", message).at("multipart", "file")
    })?;
    Ok(PublicKey { line })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}
