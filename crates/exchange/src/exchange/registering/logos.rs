//! Logos of organisations.

use brevdue_wire::registry::{Logo, OrganisationLogoMediaType};
use serde::{Deserialize, Serialize};

use super::details::OrganisationDetails;
use super::faults::fault;
use super::{Registered, must_be, unknown};
use crate::exchange::Exchange;
use crate::exchange::people::Actor;
use crate::resource::{Kept, Resource};
use crate::storage::{Expect, RecordKind};
use crate::{ContentRef, Op, OrganisationId};

/// A logo, as it is kept; its bytes are its content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogoDetails {
    media_type: OrganisationLogoMediaType,
}

impl Resource for LogoDetails {
    const KIND: RecordKind = RecordKind::Logo;
}

impl Exchange {
    /// An organisation's logo: its media type and bytes.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn tell_logo(
        &self,
        id: OrganisationId,
    ) -> Registered<(OrganisationLogoMediaType, ContentRef)> {
        self.organisation_there(id).await?;
        let kept = self.kept::<LogoDetails>(id.0).await?;
        let found =
            kept.and_then(|kept| Some((kept.body.media_type, kept.contents.first()?.clone())));
        match found {
            Some(found) => Ok(found),
            None => unknown("logo"),
        }
    }

    /// Gives an organisation a logo whose bytes the door has put into the store; `begins` are the first
    /// of them.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn put_logo(
        &self,
        actor: &Actor,
        id: OrganisationId,
        expected: i64,
        begins: &[u8],
        content: ContentRef,
    ) -> Registered<Logo> {
        self.may_put_logo(actor, id, expected).await?;
        let Some(media_type) = media_type(begins) else {
            let message = "a logo is a PNG or JPEG";
            return fault("Logo", "file", "logo.type.not.allowed", message);
        };
        let beside = self.beside::<OrganisationDetails>(id.0, id.0).await?;
        let now = self.clock().now();
        let details = OrganisationDetails { logo: Some(media_type), ..beside.body().clone() };
        let (beside, op) = beside.change(now, details)?;
        let file_size = Some(content.length_bytes);
        let mut ops = vec![op];
        match self.kept::<LogoDetails>(id.0).await? {
            Some(kept) => {
                let body = LogoDetails { media_type };
                let kept = Kept { body, contents: vec![content], ..kept };
                ops.push(kept.change(now)?.1);
            }
            None => {
                let mut kept = Kept::new(id.0, id.0, now, LogoDetails { media_type });
                kept.contents = vec![content];
                ops.push(kept.add()?);
            }
        }
        self.commit_all(ops).await?;
        Ok(Logo {
            id: Some(id.0),
            version: Some(beside.version()),
            last_updated: Some(now.to_string()),
            media_type: Some(media_type),
            file_size,
        })
    }

    /// That somebody may give an organisation a logo now: asked before its bytes are kept.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn may_put_logo(
        &self,
        actor: &Actor,
        id: OrganisationId,
        expected: i64,
    ) -> Registered<()> {
        self.organisation_there(id).await?;
        self.must_manage(actor, id)?;
        must_be(expected, self.beside::<OrganisationDetails>(id.0, id.0).await?.version())
    }

    /// Takes an organisation's logo away.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn remove_logo(
        &self,
        actor: &Actor,
        id: OrganisationId,
        expected: i64,
    ) -> Registered<()> {
        self.may_put_logo(actor, id, expected).await?;
        let beside = self.beside::<OrganisationDetails>(id.0, id.0).await?;
        if beside.body().logo.is_none() {
            return unknown("logo");
        }
        let details = OrganisationDetails { logo: None, ..beside.body().clone() };
        let (_, op) = beside.change(self.clock().now(), details)?;
        let gone = Op::RemoveRecord(RecordKind::Logo, id.0, Expect::Anything);
        Ok(self.commit_all(vec![op, gone]).await?)
    }
}

fn media_type(begins: &[u8]) -> Option<OrganisationLogoMediaType> {
    if begins.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(OrganisationLogoMediaType::Png)
    } else if begins.starts_with(b"\xff\xd8\xff") {
        Some(OrganisationLogoMediaType::Jpeg)
    } else {
        None
    }
}
