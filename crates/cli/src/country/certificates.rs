//! The development certificate authority and what it issues: organisation certificates of the shape of
//! OCES3, and the server's own. None is worth anything outside this data folder.
//!
//! Shape of an OCES3 organisation certificate (VOCES): `organizationIdentifier` is `NTRDK-<cvr>`,
//! `serialNumber` is `UI:DK-O:G:<uuid>`. Renewing keeps the key, so that who pinned it need not change.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use brevdue_exchange::ids::Ids;
use brevdue_memo::{CvrNumber, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SerialNumber,
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::folder::write_private;

/// Days that a certificate lasts.
const LEAF_DAYS: i64 = 2 * 365;
/// Days that the authority's own certificate lasts.
const AUTHORITY_DAYS: i64 = 10 * 365;
/// A certificate with fewer days left is renewed at the next start.
pub(crate) const RENEWAL_DAYS: i64 = 30;
/// File name, without ending, of the authority.
const AUTHORITY: &str = "ca";
/// File name, without ending, of the server's certificate.
const SERVER: &str = "server";
/// `organizationIdentifier` of X.520.
const ORGANIZATION_IDENTIFIER: [u64; 4] = [2, 5, 4, 97];
/// `serialNumber` of X.520, of the subject.
const SUBJECT_SERIAL: [u64; 4] = [2, 5, 4, 5];

/// Why no certificate could be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertificateError {
    /// A file could not be read or written.
    #[error("{} could not be read or written", path.display())]
    File { path: PathBuf, source: io::Error },
    /// A file holds something else.
    #[error("{} holds no {what}", path.display())]
    Content { path: PathBuf, what: &'static str },
    /// Making it failed.
    #[error("the certificate for {name} could not be made")]
    Make { name: String, source: rcgen::Error },
}

/// A certificate and its key, in their files.
#[derive(Debug, Clone)]
pub(crate) struct Certified {
    /// File of the certificate (PEM).
    pub(crate) certificate: PathBuf,
    /// File of the key (PEM).
    pub(crate) key: PathBuf,
    /// SHA-256 over the subject public key info.
    pub(crate) public_key_sha256: [u8; 32],
    /// Serial number, big endian without leading zeros.
    pub(crate) serial: Vec<u8>,
    /// When it ends.
    pub(crate) not_after: Timestamp,
    /// Name of the key that signed it.
    issuer_key: Option<Vec<u8>>,
    /// Name of its own key, for an authority.
    own_key: Option<Vec<u8>>,
}

/// Whose certificate it is.
#[derive(Debug, Clone)]
pub(crate) struct Subject<'a> {
    /// File name, without ending.
    pub(crate) file: &'a str,
    /// Common name.
    pub(crate) common_name: &'a str,
    /// Name of the organisation.
    pub(crate) organisation: &'a str,
    /// Its CVR number.
    pub(crate) cvr: CvrNumber,
    /// Id of the certificate's holder.
    pub(crate) holder: Uuid,
}

/// The development certificate authority of a data folder.
pub(crate) struct Authority<'a> {
    folder: PathBuf,
    now: Timestamp,
    ids: &'a dyn Ids,
    own: Certified,
}

impl<'a> Authority<'a> {
    /// The authority of a folder; made when it is not there, renewed when it ends soon.
    pub(crate) fn open(
        folder: &Path,
        now: Timestamp,
        ids: &'a dyn Ids,
    ) -> Result<Self, CertificateError> {
        let own = match kept(folder, AUTHORITY)? {
            Some(own) if !own.ends_soon(now) => own,
            _ => make_authority(folder, now, ids)?,
        };
        Ok(Self { folder: folder.into(), now, ids, own })
    }

    /// The authority's own certificate.
    pub(crate) fn own(&self) -> &Certified {
        &self.own
    }

    /// The server's certificate, for `localhost`, `127.0.0.1` and `::1`.
    pub(crate) fn server(&self) -> Result<Certified, CertificateError> {
        self.kept_or_made(SERVER, || {
            let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
            let mut params = CertificateParams::new(names)?;
            params.distinguished_name.push(DnType::CommonName, "localhost");
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            Ok(params)
        })
    }

    /// An organisation's certificate, for calling.
    pub(crate) fn organisation(
        &self,
        subject: &Subject<'_>,
    ) -> Result<Certified, CertificateError> {
        self.kept_or_made(subject.file, || {
            let mut name = DistinguishedName::new();
            name.push(DnType::CountryName, "DK");
            name.push(
                DnType::CustomDnType(ORGANIZATION_IDENTIFIER.into()),
                format!("NTRDK-{}", subject.cvr),
            );
            name.push(DnType::OrganizationName, subject.organisation);
            name.push(
                DnType::CustomDnType(SUBJECT_SERIAL.into()),
                format!("UI:DK-O:G:{}", subject.holder),
            );
            name.push(DnType::CommonName, subject.common_name);
            let mut params = CertificateParams::default();
            params.distinguished_name = name;
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            Ok(params)
        })
    }

    fn kept_or_made(
        &self,
        file: &str,
        params: impl FnOnce() -> Result<CertificateParams, rcgen::Error>,
    ) -> Result<Certified, CertificateError> {
        if let Some(kept) = kept(&self.folder, file)?
            && !kept.ends_soon(self.now)
            && kept.issuer_key == self.own.own_key
        {
            return Ok(kept);
        }
        let failed = |source| CertificateError::Make { name: file.into(), source };
        let key = key_of(&self.folder, file)?;
        let mut params = params().map_err(failed)?;
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        lasts(&mut params, self.now, LEAF_DAYS);
        params.serial_number = Some(serial(self.ids));

        let authority = read(&self.own.certificate)?;
        let issuer = Issuer::from_ca_cert_pem(&authority, key_of(&self.folder, AUTHORITY)?)
            .map_err(failed)?;
        let certificate = params.signed_by(&key, &issuer).map_err(failed)?;
        store(&path(&self.folder, file, "pem"), &certificate.pem())?;
        kept(&self.folder, file)?.ok_or_else(|| nothing(&self.folder, file))
    }
}

impl Certified {
    fn ends_soon(&self, now: Timestamp) -> bool {
        self.not_after < now.plus_seconds(RENEWAL_DAYS * 24 * 3600)
    }
}

/// A certificate of the folder, if both it and its key are there.
pub(crate) fn kept(folder: &Path, file: &str) -> Result<Option<Certified>, CertificateError> {
    let (certificate, key) = (path(folder, file, "pem"), path(folder, file, "key"));
    if !certificate.exists() || !key.exists() {
        return Ok(None);
    }
    let text = read(&certificate)?;
    let wrong = || CertificateError::Content { path: certificate.clone(), what: "certificate" };
    let (_, pem) = x509_parser::pem::parse_x509_pem(text.as_bytes()).map_err(|_| wrong())?;
    let (_, parsed) = X509Certificate::from_der(&pem.contents).map_err(|_| wrong())?;

    let mut issuer_key = None;
    let mut own_key = None;
    for extension in parsed.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                issuer_key = id.key_identifier.as_ref().map(|key| key.0.to_vec());
            }
            ParsedExtension::SubjectKeyIdentifier(id) => own_key = Some(id.0.to_vec()),
            _ => {}
        }
    }
    let serial = parsed.raw_serial();
    let zeros = serial.iter().take_while(|byte| **byte == 0).count();
    Ok(Some(Certified {
        public_key_sha256: Sha256::digest(parsed.public_key().raw).into(),
        serial: serial[zeros..].to_vec(),
        not_after: Timestamp::from_millis(parsed.validity().not_after.timestamp() * 1000),
        issuer_key,
        own_key,
        certificate,
        key,
    }))
}

/// File names, without ending, of every certificate in the folder, in order.
pub(crate) fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "pem")
            && let Some(stem) = path.file_stem().and_then(|stem| stem.to_str())
        {
            names.push(stem.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn make_authority(
    folder: &Path,
    now: Timestamp,
    ids: &dyn Ids,
) -> Result<Certified, CertificateError> {
    let failed = |source| CertificateError::Make { name: AUTHORITY.into(), source };
    let key = key_of(folder, AUTHORITY)?;
    let mut params = CertificateParams::default();
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, "DK");
    name.push(DnType::OrganizationName, "Brevdue");
    name.push(DnType::CommonName, "Brevdue development CA, worth nothing elsewhere");
    params.distinguished_name = name;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.serial_number = Some(serial(ids));
    lasts(&mut params, now, AUTHORITY_DAYS);
    let certificate = params.self_signed(&key).map_err(failed)?;
    store(&path(folder, AUTHORITY, "pem"), &certificate.pem())?;
    kept(folder, AUTHORITY)?.ok_or_else(|| nothing(folder, AUTHORITY))
}

/// The key in its file, made when it is not there.
fn key_of(folder: &Path, file: &str) -> Result<KeyPair, CertificateError> {
    let path = path(folder, file, "key");
    if path.exists() {
        let text = read(&path)?;
        return KeyPair::from_pem(&text)
            .map_err(|_| CertificateError::Content { path, what: "private key" });
    }
    let key = KeyPair::generate()
        .map_err(|source| CertificateError::Make { name: file.into(), source })?;
    store(&path, &key.serialize_pem())?;
    Ok(key)
}

fn lasts(params: &mut CertificateParams, now: Timestamp, days: i64) {
    const DAY: i64 = 24 * 3600;
    // From yesterday, for machines whose clocks differ.
    let (year, month, day) = year_month_day(now.plus_seconds(-DAY));
    params.not_before = rcgen::date_time_ymd(year, month, day);
    let (year, month, day) = year_month_day(now.plus_seconds(days * DAY));
    params.not_after = rcgen::date_time_ymd(year, month, day);
}

fn year_month_day(at: Timestamp) -> (i32, u8, u8) {
    let date = jiff::Timestamp::from_millisecond(at.as_millis())
        .unwrap_or(jiff::Timestamp::MAX)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    (date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs())
}

/// Sixteen random bytes, the first bit clear: a serial number is positive.
fn serial(ids: &dyn Ids) -> SerialNumber {
    let mut bytes = *ids.random().as_bytes();
    bytes[0] = bytes[0] & 0x7f | 0x40;
    SerialNumber::from_slice(&bytes)
}

fn path(folder: &Path, file: &str, ending: &str) -> PathBuf {
    folder.join(format!("{file}.{ending}"))
}

fn read(path: &Path) -> Result<String, CertificateError> {
    fs::read_to_string(path).map_err(|source| CertificateError::File { path: path.into(), source })
}

fn store(path: &Path, text: &str) -> Result<(), CertificateError> {
    write_private(path, text.as_bytes())
        .map_err(|source| CertificateError::File { path: path.into(), source })
}

fn nothing(folder: &Path, file: &str) -> CertificateError {
    CertificateError::Content { path: path(folder, file, "pem"), what: "certificate" }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::machine::MachineIds;

    const DAY: i64 = 24 * 3600;

    fn now() -> Timestamp {
        Timestamp::from_millis(1_790_000_000_000)
    }

    fn subject() -> Subject<'static> {
        Subject {
            file: "a-sender",
            common_name: "a-sender",
            organisation: "Tusindfryd Kommune",
            cvr: "12345678".parse().unwrap(),
            holder: Uuid::from_u128(7),
        }
    }

    #[test]
    fn an_organisation_certificate_has_the_shape_of_oces3() {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::open(folder.path(), now(), &MachineIds).unwrap();
        let certified = authority.organisation(&subject()).unwrap();

        let text = fs::read(&certified.certificate).unwrap();
        let (_, pem) = x509_parser::pem::parse_x509_pem(&text).unwrap();
        let (_, parsed) = X509Certificate::from_der(&pem.contents).unwrap();
        let attribute = |oid: &str| {
            parsed
                .subject()
                .iter_attributes()
                .find(|one| one.attr_type().to_id_string() == oid)
                .and_then(|one| one.as_str().ok())
                .map(str::to_owned)
        };
        assert_eq!(attribute("2.5.4.97").as_deref(), Some("NTRDK-12345678"));
        assert_eq!(
            attribute("2.5.4.5").as_deref(),
            Some("UI:DK-O:G:00000000-0000-0000-0000-000000000007")
        );
        assert_eq!(attribute("2.5.4.6").as_deref(), Some("DK"));
        assert!(!certified.serial.is_empty() && certified.serial[0] != 0);
        let mode = fs::metadata(&certified.key).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
    }

    #[test]
    fn certificates_are_made_once_and_renewed_with_the_same_key_when_they_end_soon() {
        let folder = tempfile::tempdir().unwrap();
        let issue = |at: Timestamp| {
            let authority = Authority::open(folder.path(), at, &MachineIds).unwrap();
            (authority.organisation(&subject()).unwrap(), authority.own().clone())
        };
        let (first, own) = issue(now());
        let (again, own_again) = issue(now().plus_seconds(DAY));
        assert_eq!((&first.serial, &own.serial), (&again.serial, &own_again.serial));

        let (renewed, own_kept) = issue(now().plus_seconds((LEAF_DAYS - 10) * DAY));
        assert_ne!(renewed.serial, first.serial);
        assert_eq!(renewed.public_key_sha256, first.public_key_sha256);
        assert_eq!(own_kept.serial, own.serial);

        let (_, own_renewed) = issue(now().plus_seconds((AUTHORITY_DAYS - 10) * DAY));
        assert_ne!(own_renewed.serial, own.serial);
        assert_eq!(own_renewed.own_key, own.own_key);
    }

    #[test]
    fn certificates_of_an_authority_that_was_lost_are_issued_again() {
        let folder = tempfile::tempdir().unwrap();
        let first = Authority::open(folder.path(), now(), &MachineIds).unwrap();
        let old = first.server().unwrap();
        fs::remove_file(folder.path().join("ca.key")).unwrap();
        let second = Authority::open(folder.path(), now(), &MachineIds).unwrap();
        let new = second.server().unwrap();
        assert_ne!(old.serial, new.serial);
        assert_eq!(new.issuer_key, second.own().own_key);
    }

    #[test]
    fn a_file_that_holds_something_else_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.pem"), "hello").unwrap();
        fs::write(folder.path().join("ca.key"), "hello").unwrap();
        let error = Authority::open(folder.path(), now(), &MachineIds).err().unwrap();
        assert!(error.to_string().ends_with("ca.pem holds no certificate"), "{error}");
    }
}
