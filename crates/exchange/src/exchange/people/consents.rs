//! Signing in: a code, once, for tokens; tokens that are renewed; and taking it all back.
//!
//! Nothing that opens anything is stored: codes and tokens are kept by their SHA-256. A refresh token
//! names its consent, so that one that was used before is known for what it is: somebody has copied it,
//! and the consent ends.
//!
//! Source: RFC 6749, RFC 7636 (PKCE), RFC 9700 (rotation).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use brevdue_memo::Timestamp;
use brevdue_wire::PageRequest;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::{AccessToken, Person, digest_of};
use crate::storage::{Conflict, Page, RecordKind};
use crate::{Batch, Event, EventTag, Exchange, Kept, Op, Resource, StorageError};

/// Seconds in which a code is changed for tokens.
pub const CODE_SECONDS: i64 = 60;
/// Seconds for which an access token is valid.
pub const ACCESS_SECONDS: i64 = 30 * 60;
/// Seconds after its last use for which a refresh token is valid.
pub const REFRESH_SECONDS: i64 = 30 * 24 * 60 * 60;
/// Consents of one person at most; the oldest ends when there are more.
pub const CONSENTS_LIMIT: usize = 50;
/// Codes and tokens looked at when what has expired is cleared away.
const CLEARED_AT_ONCE: usize = 200;

/// What a client asks for when somebody signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The client.
    pub client: String,
    /// Its name.
    pub client_name: String,
    /// Where the code goes.
    pub redirect_uri: String,
    /// SHA-256 of the verifier, in Base64 for addresses.
    pub challenge: String,
    /// To be repeated in the ID token.
    pub nonce: String,
    /// The device of a native app.
    pub device_id: Option<String>,
    /// Its name.
    pub device_name: Option<String>,
}

/// A code that waits to be changed for tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationCode {
    digest: String,
    asked: Asked,
    person: Person,
    expires_at: i64,
}

impl Resource for AuthorizationCode {
    const KIND: RecordKind = RecordKind::AuthorizationCode;

    fn name(&self) -> String {
        self.digest.clone()
    }
}

/// What somebody who signed in has allowed a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    refresh_digest: String,
    /// What the client asked for.
    pub asked: Asked,
    /// Who signed in.
    pub person: Person,
    /// Milliseconds since 1970 UTC; not valid from then on.
    pub expires_at: i64,
}

impl Resource for Consent {
    const KIND: RecordKind = RecordKind::Consent;
}

/// Tokens that were given.
#[derive(Debug, Clone)]
pub struct Granted {
    /// To be shown with each request.
    pub access_token: String,
    /// To be changed for new ones, once.
    pub refresh_token: String,
    /// When the access token ends.
    pub expires_at: Timestamp,
    /// When the person signed in.
    pub signed_in_at: Timestamp,
    /// Who it is.
    pub person: Person,
    /// What the client asked for.
    pub asked: Asked,
}

/// Why no tokens were given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GrantError {
    /// The code or token is not valid for this client.
    #[error("{0}")]
    Invalid(&'static str),
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Exchange {
    /// Notes that a person has signed in for a client, and gives the code that says so.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn grant_code(&self, asked: Asked, person: Person) -> Result<String, StorageError> {
        let now = self.clock().now();
        let code = self.secret();
        let expires_at = now.plus_seconds(CODE_SECONDS).as_millis();
        let mut batch = Batch::default();
        for old in self.kept_all::<AuthorizationCode>(None, CLEARED_AT_ONCE).await?.items {
            if old.body.expires_at <= now.as_millis() {
                batch.push(old.remove());
            }
        }
        let body = AuthorizationCode { digest: digest_of(&code), asked, person, expires_at };
        batch.push(Kept::new(self.ids().ordered(), Uuid::nil(), now, body).add()?);
        match self.store().commit(batch.clone()).await {
            // Somebody else cleared away the same codes.
            Err(StorageError::Conflict(_)) => {
                let new = batch.ops.pop().into_iter().collect();
                self.store().commit(Batch { ops: new }).await?;
            }
            other => other?,
        }
        Ok(code)
    }

    /// Changes a code for tokens, once.
    ///
    /// # Errors
    ///
    /// [`GrantError::Invalid`] when the code is unknown, used, expired, another client's, or comes with
    /// another address or verifier.
    pub async fn redeem_code(
        &self,
        code: &str,
        client: &str,
        redirect_uri: &str,
        verifier: &str,
    ) -> Result<Granted, GrantError> {
        let now = self.clock().now();
        let found = self.kept_named::<AuthorizationCode>(&digest_of(code)).await?;
        let code = found.into_iter().next().filter(|code| now.as_millis() < code.body.expires_at);
        let Some(code) = code else {
            return Err(GrantError::Invalid("the code is unknown, was used, or has expired"));
        };
        let asked = &code.body.asked;
        if asked.client != client || asked.redirect_uri != redirect_uri {
            return Err(GrantError::Invalid(
                "the code was given to another client, or for another redirect_uri",
            ));
        }
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        if !bool::from(challenge.as_bytes().ct_eq(asked.challenge.as_bytes())) {
            return Err(GrantError::Invalid("the code_verifier does not fit the code_challenge"));
        }
        let (asked, person) = (code.body.asked.clone(), code.body.person.clone());
        let mut ops = vec![code.remove()];
        let mut consents =
            self.kept_all::<Consent>(Some(person.identity), CONSENTS_LIMIT + 1).await?.items;
        consents.truncate((consents.len() + 1).saturating_sub(CONSENTS_LIMIT));
        for old in &consents {
            ops.extend(self.ending(old, EventTag::AppAccessRemoved).await?);
        }
        let id = self.ids().random();
        let refresh = format!("{id}.{}", self.secret());
        let consent = Consent {
            refresh_digest: digest_of(&refresh),
            asked,
            person: person.clone(),
            expires_at: now.plus_seconds(REFRESH_SECONDS).as_millis(),
        };
        let kept = Kept::new(id, person.identity, now, consent);
        ops.push(kept.add()?);
        if kept.body.asked.device_id.is_some() {
            ops.push(self.sign_in_event(EventTag::AppAccessCreated, &kept.body.person));
        }
        self.give(kept, refresh, ops, now).await
    }

    /// Changes a refresh token for new tokens, once. One that was used before ends its consent.
    ///
    /// # Errors
    ///
    /// [`GrantError::Invalid`] when it is unknown, used, expired or another client's.
    pub async fn refresh(&self, token: &str, client: &str) -> Result<Granted, GrantError> {
        let now = self.clock().now();
        let unknown =
            GrantError::Invalid("the refresh token is unknown, was used before, or has expired");
        let Some(kept) = self.consent_of(token).await? else { return Err(unknown) };
        if kept.body.asked.client != client {
            return Err(unknown);
        }
        let is_current = kept.body.refresh_digest == digest_of(token);
        if !is_current || kept.body.expires_at <= now.as_millis() {
            let ops = self.ending(&kept, EventTag::AppAccessRemoved).await?;
            self.commit_unless_done(ops).await?;
            return Err(unknown);
        }
        let mut ops = Vec::new();
        for old in self.kept_all::<AccessToken>(Some(kept.id), CLEARED_AT_ONCE).await?.items {
            if old.body.expires_at <= now.as_millis() {
                ops.push(old.remove());
            }
        }
        let refresh = format!("{}.{}", kept.id, self.secret());
        let mut kept = kept;
        kept.body.refresh_digest = digest_of(&refresh);
        kept.body.expires_at = now.plus_seconds(REFRESH_SECONDS).as_millis();
        let (kept, op) = kept.change(now)?;
        ops.push(op);
        self.give(kept, refresh, ops, now).await
    }

    async fn give(
        &self,
        kept: Kept<Consent>,
        refresh_token: String,
        mut ops: Vec<Op>,
        now: Timestamp,
    ) -> Result<Granted, GrantError> {
        let access_token = self.secret();
        let expires_at = now.plus_seconds(ACCESS_SECONDS);
        let person = kept.body.person.clone();
        ops.push(self.access_token(&access_token, person.clone(), kept.id, expires_at)?);
        match self.store().commit(Batch { ops }).await {
            Err(StorageError::Conflict(_)) => {
                Err(GrantError::Invalid("the code or token has just been used"))
            }
            other => {
                other?;
                Ok(Granted {
                    access_token,
                    refresh_token,
                    expires_at,
                    signed_in_at: kept.created_at,
                    person,
                    asked: kept.body.asked,
                })
            }
        }
    }

    /// Makes an access token worthless, or a refresh token with everything that came of it. Tokens of
    /// other clients, and what is no token, are left alone.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn revoke_token(&self, token: &str, client: &str) -> Result<(), StorageError> {
        if let Some(kept) = self.consent_of(token).await?
            && kept.body.asked.client == client
            && kept.body.refresh_digest == digest_of(token)
        {
            let ops = self.ending(&kept, EventTag::AppAccessRemoved).await?;
            return self.commit_unless_done(ops).await;
        }
        for found in self.kept_named::<AccessToken>(&digest_of(token)).await? {
            let consent = self.kept::<Consent>(found.body.consent).await?;
            if consent.is_some_and(|consent| consent.body.asked.client == client) {
                self.commit_unless_done(vec![found.remove()]).await?;
            }
        }
        Ok(())
    }

    /// What a person has allowed clients, oldest first.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn consents_of(
        &self,
        identity: Uuid,
        page: PageRequest,
    ) -> Result<Page<Kept<Consent>>, StorageError> {
        self.kept_by::<Consent>(identity, page).await
    }

    /// Takes a consent back, with every token that came of it; `false` when the person has no such.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn revoke_consent(&self, identity: Uuid, id: Uuid) -> Result<bool, StorageError> {
        let Some(kept) = self.kept::<Consent>(id).await?.filter(|kept| kept.owner == identity)
        else {
            return Ok(false);
        };
        let ops = self.ending(&kept, EventTag::ConsentRevoked).await?;
        self.commit_unless_done(ops).await?;
        Ok(true)
    }

    /// Ends what a person has allowed one client.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn sign_out(&self, identity: Uuid, client: &str) -> Result<(), StorageError> {
        let consents = self.kept_all::<Consent>(Some(identity), CONSENTS_LIMIT + 1).await?;
        for kept in consents.items.iter().filter(|kept| kept.body.asked.client == client) {
            let ops = self.ending(kept, EventTag::AppAccessRemoved).await?;
            self.commit_unless_done(ops).await?;
        }
        Ok(())
    }

    async fn consent_of(&self, token: &str) -> Result<Option<Kept<Consent>>, StorageError> {
        let id = token.split_once('.').and_then(|(id, _)| Uuid::try_parse(id).ok());
        match id {
            Some(id) => self.kept::<Consent>(id).await,
            None => Ok(None),
        }
    }

    async fn ending(&self, kept: &Kept<Consent>, tag: EventTag) -> Result<Vec<Op>, StorageError> {
        let mut ops = vec![kept.remove(), self.sign_in_event(tag, &kept.body.person)];
        for token in self.kept_all::<AccessToken>(Some(kept.id), CLEARED_AT_ONCE).await?.items {
            ops.push(token.remove());
        }
        Ok(ops)
    }

    /// An event of somebody's own sign-in.
    fn sign_in_event(&self, tag: EventTag, person: &Person) -> Op {
        let event = self.event(tag, self.clock().now());
        let event = event.of(person.identity).acted(person.identity);
        Event { organisation: person.organisation, ..event }.into_op()
    }

    async fn commit_unless_done(&self, ops: Vec<Op>) -> Result<(), StorageError> {
        match self.store().commit(Batch { ops }).await {
            // Somebody else has just ended it.
            Err(StorageError::Conflict(Conflict::Missing { .. })) => Ok(()),
            other => other,
        }
    }

    /// 244 random bits.
    fn secret(&self) -> String {
        format!("{}{}", self.ids().random().simple(), self.ids().random().simple())
    }
}
