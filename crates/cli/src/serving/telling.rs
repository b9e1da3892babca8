//! Notices of programmes on their way: handed to whoever carries mail, and followed until it is known how it
//! went.
//!
//! A notice is kept with the programme and waits there. Handing it over is a record of the exchange under an
//! id that the notice gives, so doing it again after a stop does nothing; then the exchange tries it as long
//! as any notice to a person. What became of it is read back and kept with the notice, for its page.

use brevdue_exchange::exchange::notices::{Notice as Mail, NoticeState};
use brevdue_exchange::{Batch, Exchange, StorageError};
use brevdue_programme::programmes::{JudgeError, Judged};
use brevdue_programme::reminding::words::Desk;
use brevdue_programme::reminding::{Kept, State};
use brevdue_programme::storage::{NOTICES, Which};
use brevdue_programme::{ProgrammeId, Programmes};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Notices handed over, and notices followed, in one look.
const AT_ONCE: usize = 200;

/// What telling people needs.
pub(super) struct Telling {
    pub(super) programmes: Programmes,
    pub(super) exchange: Exchange,
    /// Somebody carries mail.
    pub(super) carried: bool,
    /// Where the pages are.
    pub(super) base: Option<String>,
}

/// Why notices did not get further.
#[derive(Debug, thiserror::Error)]
pub(super) enum TellError {
    /// The programmes.
    #[error(transparent)]
    Programme(#[from] brevdue_programme::storage::StorageError),
    /// The exchange.
    #[error(transparent)]
    Exchange(#[from] StorageError),
    /// The programme.
    #[error(transparent)]
    Judge(#[from] JudgeError),
}

impl Telling {
    /// Hands over what waits, and looks how it went with what was handed over. `turn` is one more with each
    /// look, so that with very many on their way all are looked at in turn.
    pub(super) async fn go_on(
        &self,
        id: ProgrammeId,
        judged: &Judged,
        turn: usize,
    ) -> Result<(), TellError> {
        let open = self.programmes.notices(id, Which::Open, None, NOTICES).await?;
        if open.is_empty() {
            return Ok(());
        }
        let waiting = open.iter().rev().filter(|kept| kept.state == State::Waiting);
        for kept in waiting.take(AT_ONCE) {
            self.hand_over(id, judged, kept).await?;
        }
        let underway: Vec<&Kept> =
            open.iter().rev().filter(|kept| kept.state == State::Underway).collect();
        let rounds = underway.len().div_ceil(AT_ONCE).max(1);
        for kept in underway.iter().skip(turn % rounds * AT_ONCE).take(AT_ONCE) {
            self.follow(id, kept).await?;
        }
        Ok(())
    }

    async fn hand_over(
        &self,
        id: ProgrammeId,
        judged: &Judged,
        kept: &Kept,
    ) -> Result<(), TellError> {
        let (programme, plan) = (&judged.programme, &judged.plan);
        let to = kept.notice.to.address(programme);
        let desk = Desk { id, programme, plan, base: self.base.as_deref() };
        let mail = desk.mail(&kept.notice, kept.notice.to.language(programme));
        let state = match (&to, self.carried) {
            (None, _) => State::NoAddress,
            (Some(_), false) => State::NoServer,
            (Some(_), true) => State::Underway,
        };
        let mail = Mail {
            id: mail_id(id, kept),
            // With nobody's address it is for whoever runs the exchange, like other notices.
            to: to.into_iter().collect(),
            subject: mail.subject,
            text: mail.text,
            system: None,
            letter: None,
            made_at: self.exchange.now().to_string(),
        };
        let ops = self.exchange.send_notice(&mail, id.0);
        match self.exchange.store().commit(Batch { ops }).await {
            // It was handed over before, and the process ended before that was noted.
            Ok(()) | Err(StorageError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
        self.programmes.went(id, kept, state, self.exchange.now()).await?;
        Ok(())
    }

    async fn follow(&self, id: ProgrammeId, kept: &Kept) -> Result<(), TellError> {
        let state = match self.exchange.notice_state(mail_id(id, kept)).await? {
            NoticeState::Waiting => return Ok(()),
            NoticeState::Sent => State::Sent,
            NoticeState::Refused => State::Refused,
            NoticeState::GivenUp => State::GivenUp,
            NoticeState::Unknown => State::Unknown,
        };
        self.programmes.went(id, kept, state, self.exchange.now()).await?;
        Ok(())
    }
}

/// The same for the same attempt at the same notice: it is handed over once.
fn mail_id(programme: ProgrammeId, kept: &Kept) -> Uuid {
    let mut hasher = Sha256::new();
    hasher.update(b"brevdue programme notice 2\n");
    hasher.update(programme.0.as_bytes());
    hasher.update(kept.number.to_be_bytes());
    hasher.update(kept.attempt.to_be_bytes());
    // Two programmes that were begun anew in the same folder count from the same number.
    hasher.update(kept.notice.day.to_string().as_bytes());
    let digest: [u8; 32] = hasher.finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
