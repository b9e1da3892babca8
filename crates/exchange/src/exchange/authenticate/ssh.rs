//! Systems that sign in with an SSH key.

use std::net::IpAddr;

use brevdue_memo::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Caller, Refusal, unauthenticated};
use crate::exchange::Exchange;
use crate::storage::{Expect, Record, RecordKind};
use crate::{MailSystem, Op, StorageError};

/// What a record of kind [`RecordKind::SshKey`] says. Its id is the system's, its owner the
/// organisation, its name the `sshUsername`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SshKey {
    /// The public key as OpenSSH writes it: type, Base64, and perhaps a comment.
    pub public_key: String,
}

impl SshKey {
    /// Whether it is this key; comments do not count.
    pub fn is(&self, public_key: &str) -> bool {
        let essence = |text: &str| -> Option<(String, String)> {
            let mut words = text.split_whitespace();
            Some((words.next()?.to_owned(), words.next()?.to_owned()))
        };
        essence(&self.public_key).is_some_and(|own| essence(public_key) == Some(own))
    }

    /// The change that registers the key for a system, in place of an earlier one.
    pub fn registered(
        &self,
        system: &MailSystem,
        user_name: &str,
        earlier: Option<&Record>,
        now: Timestamp,
    ) -> Op {
        let record = Record {
            kind: RecordKind::SshKey,
            id: system.id.0,
            owner: system.organisation.0,
            name: user_name.into(),
            version: earlier.map_or(1, |earlier| earlier.version + 1),
            created_at: earlier.map_or(now, |earlier| earlier.created_at),
            updated_at: now,
            body: serde_json::to_string(self).expect("a key is text"),
            contents: Vec::new(),
        };
        Op::PutRecord(Box::new(record), Expect::Anything)
    }
}

impl Exchange {
    /// Finds out which system signs in with a key whose signature the door has checked: user name and
    /// key, the address, the active period.
    ///
    /// # Errors
    /// See [`Refusal`]. A user that is not there is refused as a wrong key is.
    pub async fn authenticate_key(
        &self,
        user_name: &str,
        public_key: &str,
        address: IpAddr,
    ) -> Result<Caller, Refusal> {
        let records = self.store().records_named(RecordKind::SshKey, user_name).await?;
        let known = records.into_iter().find(|record| {
            serde_json::from_str::<SshKey>(&record.body).is_ok_and(|key| key.is(public_key))
        });
        let Some(record) = known else {
            return Err(unauthenticated(
                "ssh.key.invalid",
                "no system with this user name and key is registered",
            ));
        };
        let Some(system) = self.store().system(crate::SystemId(record.id)).await? else {
            return Err(unauthenticated("ssh.key.invalid", "the key's system is not registered"));
        };
        let Some(organisation) = self.store().organisation(system.organisation).await? else {
            return Err(Refusal::Storage(StorageError::Damaged(format!(
                "system {} belongs to no organisation",
                system.id
            ))));
        };
        let caller = Caller { system, organisation };
        self.must_be_let_in(&caller.system, address)?;
        Ok(caller)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_type_and_its_bytes_whatever_the_comment() {
        let key = SshKey { public_key: "ssh-ed25519 AAAAC3Nz somebody@somewhere".into() };
        for (other, same) in [
            ("ssh-ed25519 AAAAC3Nz", true),
            ("ssh-ed25519  AAAAC3Nz another\n", true),
            ("ssh-ed25519 AAAAC3Ny", false),
            ("ssh-rsa AAAAC3Nz", false),
            ("ssh-ed25519", false),
            ("", false),
        ] {
            assert_eq!(key.is(other), same, "{other}");
        }
        assert!(!SshKey { public_key: String::new() }.is(""), "no key is nobody's");
    }
}
