//! SSH keys in the forms of OpenSSH.

use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::keys::{PrivateKey, PublicKey};

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// It is no key, or of a kind that is not supported.
    #[error("the text is no key in the form of OpenSSH")]
    NotAKey(#[source] russh::keys::ssh_key::Error),
}

/// A key pair of kind Ed25519, as OpenSSH writes it.
pub struct KeyPair {
    /// `-----BEGIN OPENSSH PRIVATE KEY-----…`
    pub private: String,
    /// `ssh-ed25519 AAAA… comment`
    pub public: String,
}

impl KeyPair {
    /// Makes a pair of 32 random bytes.
    ///
    /// # Errors
    /// When the key cannot be written.
    pub fn from_seed(seed: &[u8; 32], comment: &str) -> Result<Self, KeyError> {
        let mut key = PrivateKey::from(Ed25519Keypair::from_seed(seed));
        key.set_comment(comment);
        Ok(Self {
            private: key.to_openssh(LineEnding::LF).map_err(KeyError::NotAKey)?.to_string(),
            public: key.public_key().to_openssh().map_err(KeyError::NotAKey)?,
        })
    }

    /// The public half of a private key.
    ///
    /// # Errors
    /// When it is no key.
    pub fn public_of(private: &str) -> Result<String, KeyError> {
        let key = PrivateKey::from_openssh(private).map_err(KeyError::NotAKey)?;
        key.public_key().to_openssh().map_err(KeyError::NotAKey)
    }
}

pub(super) fn host_key(text: &str) -> Result<PrivateKey, KeyError> {
    PrivateKey::from_openssh(text).map_err(KeyError::NotAKey)
}

/// A public key as its type and Base64, without a comment; `None` when it cannot be written so.
pub(super) fn essence(key: &PublicKey) -> Option<String> {
    let text = key.to_openssh().ok()?;
    let mut words = text.split_whitespace();
    Some(format!("{} {}", words.next()?, words.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_made_of_the_same_bytes_is_the_same_and_reads_back() {
        let pair = KeyPair::from_seed(&[7; 32], "a-sender").unwrap();
        assert!(pair.private.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n"));
        assert!(pair.public.starts_with("ssh-ed25519 ") && pair.public.ends_with(" a-sender"));
        assert_eq!(KeyPair::public_of(&pair.private).unwrap(), pair.public);
        let key = host_key(&pair.private).unwrap();
        let essence = essence(key.public_key()).unwrap();
        assert_eq!(essence.split(' ').count(), 2);
        assert!(pair.public.starts_with(&essence));
        assert!(host_key("no key").is_err());
    }
}
