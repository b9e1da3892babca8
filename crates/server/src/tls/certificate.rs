//! What a client certificate says about the organisation that holds it.

use brevdue_exchange::exchange::authenticate::PresentedCertificate;
use brevdue_memo::{CvrNumber, Timestamp};
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// The bytes are not an X.509 certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an X.509 certificate")]
pub struct NotACertificate;

/// `organizationIdentifier`, 2.5.4.97.
const ORGANIZATION_IDENTIFIER: &str = "2.5.4.97";
/// `serialNumber` of the subject, 2.5.4.5.
const SUBJECT_SERIAL_NUMBER: &str = "2.5.4.5";

/// Reads a certificate (DER) whose chain has been checked.
///
/// The CVR number stands in `organizationIdentifier` as `NTRDK-<cvr>` (OCES3), or in the subject's
/// `serialNumber` as `CVR:<cvr>-…` (OCES2). A certificate of a person has neither.
///
/// # Errors
/// When the bytes are not a certificate.
pub fn read_certificate(der: &[u8]) -> Result<PresentedCertificate, NotACertificate> {
    let (_, certificate) = X509Certificate::from_der(der).map_err(|_| NotACertificate)?;
    let attribute = |wanted: &str| {
        certificate
            .subject()
            .iter_attributes()
            .find(|attribute| attribute.attr_type().to_id_string() == wanted)
            .and_then(|attribute| attribute.as_str().ok())
    };
    let oces3 = attribute(ORGANIZATION_IDENTIFIER).and_then(|text| text.strip_prefix("NTRDK-"));
    let oces2 = attribute(SUBJECT_SERIAL_NUMBER)
        .and_then(|text| text.strip_prefix("CVR:"))
        .and_then(|rest| rest.split('-').next());
    let serial = certificate.raw_serial();
    let validity = certificate.validity();
    let leading_zeros = serial.iter().take_while(|byte| **byte == 0).count();
    Ok(PresentedCertificate {
        cvr: oces3.or(oces2).and_then(|digits| digits.parse::<CvrNumber>().ok()),
        public_key_sha256: Sha256::digest(certificate.public_key().raw).into(),
        serial: serial[leading_zeros..].to_vec(),
        valid: (
            Timestamp::from_millis(validity.not_before.timestamp().saturating_mul(1000)),
            Timestamp::from_millis(validity.not_after.timestamp().saturating_mul(1000)),
        ),
    })
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, PublicKeyData as _, SerialNumber};

    use super::*;

    fn certificate(names: &[(&[u64], &str)]) -> (Vec<u8>, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.serial_number = Some(SerialNumber::from_slice(&[0, 0, 200, 7]));
        for (oid, text) in names {
            params.distinguished_name.push(DnType::from_oid(oid), *text);
        }
        (params.self_signed(&key).unwrap().der().to_vec(), key)
    }

    #[test]
    fn the_cvr_number_is_read_from_either_generation_of_oces() {
        let organization_identifier: &[u64] = &[2, 5, 4, 97];
        let serial_number: &[u64] = &[2, 5, 4, 5];
        for (names, expected) in [
            (vec![(organization_identifier, "NTRDK-12345678")], Some("12345678")),
            (vec![(serial_number, "CVR:87654321-UID:1234")], Some("87654321")),
            (vec![(serial_number, "CVR:87654321-FID:1234")], Some("87654321")),
            (
                vec![
                    (serial_number, "UI:DK-O:G:00000000-0000-4000-8000-000000000001"),
                    (organization_identifier, "NTRDK-12345678"),
                ],
                Some("12345678"),
            ),
            (vec![(organization_identifier, "NTRSE-12345678")], None),
            (vec![(organization_identifier, "NTRDK-1234567")], None),
            (vec![(serial_number, "PID:9208-2002-2-000000000000")], None),
            (vec![], None),
        ] {
            let (der, _) = certificate(&names);
            let read = read_certificate(&der).unwrap();
            assert_eq!(read.cvr, expected.map(|cvr| cvr.parse().unwrap()), "{names:?}");
        }
    }

    #[test]
    fn the_key_and_the_serial_number_are_those_of_the_certificate() {
        let (der, key) = certificate(&[]);
        let read = read_certificate(&der).unwrap();
        assert_eq!(read.serial, [200, 7]);
        let expected: [u8; 32] = Sha256::digest(key.subject_public_key_info()).into();
        assert_eq!(read.public_key_sha256, expected);
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let (der, _) = certificate(&[]);
        for bytes in [&der[..0], &der[..der.len() / 2], b"-----BEGIN CERTIFICATE-----"] {
            assert_eq!(read_certificate(bytes).err(), Some(NotACertificate));
        }
    }
}
