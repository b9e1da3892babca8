//! Evidence that people bring: a log of messages that others kept, or a message to look at.

use crate::change::Change;
use crate::ids::{Key, ProgrammeId};
use crate::objects::{Comment, Kind};
use crate::observation::{Observation, Sight};
use crate::permissions::{self, Actor};
use crate::storage::{Observed, SIGHTS};

use super::{By, ChangeError, Programmes};

/// Comments on settings that a programme numbers.
const PREFIX: &str = "C-";

impl Programmes {
    /// Takes observations that somebody brings, and tells it in the history: how many, and where from.
    ///
    /// They are taken in stretches; when it breaks off, bringing the same again counts nothing twice.
    ///
    /// # Errors
    ///
    /// [`ChangeError::Forbidden`]: bringing evidence is for those who lead, the architect and the tester.
    /// [`ChangeError::Storage`]: it could not be kept, or nobody keeps observations.
    pub async fn bring(
        &self,
        id: ProgrammeId,
        observations: Vec<Observation>,
        origin: &str,
        by: By<'_>,
    ) -> Result<Observed, ChangeError> {
        let programme = self.open(id).await?.ok_or(ChangeError::NotFound)?;
        permissions::may_bring_evidence(&programme, &by.actor)?;
        let store = self.observations().ok_or(ChangeError::NotFound)?.clone();
        let organisations = programme.settings().map(|settings| settings.cvr).unwrap_or_default();
        let rows = observations.len();
        let mut observed = Observed::default();
        let mut sights = Vec::with_capacity(rows.min(SIGHTS));
        let own = observations.into_iter().filter(|one| organisations.contains(&one.authority_cvr));
        for one in own {
            sights.push(Sight::Message(Box::new(one)));
            if sights.len() == SIGHTS {
                add(&mut observed, store.observe(std::mem::take(&mut sights), Vec::new()).await?);
            }
        }
        if !sights.is_empty() {
            add(&mut observed, store.observe(sights, Vec::new()).await?);
        }
        let Actor::Person(person) = by.actor.clone() else { return Ok(observed) };
        let text = format!(
            "{origin}: {rows} rækker / rows, {} nye / new, {} kendt i forvejen / known",
            observed.new,
            observed.changed + observed.nothing,
        );
        let comment =
            Comment { about: "settings/settings".to_owned(), by: person, at: by.at, text };
        self.reckon(id, by, |programme| {
            let number =
                |key: &Key| key.as_str().strip_prefix(PREFIX).and_then(|rest| rest.parse().ok());
            let highest: u32 = programme
                .all_held(Kind::Comment)
                .filter_map(|(key, _)| number(key))
                .max()
                .unwrap_or(0);
            let key = format!("{PREFIX}{:03}", highest.saturating_add(1));
            let key = key.parse().expect("letters, a dash and digits");
            Ok(vec![Change::add(key, &comment)])
        })
        .await?;
        Ok(observed)
    }
}

fn add(sum: &mut Observed, more: Observed) {
    sum.new += more.new;
    sum.changed += more.changed;
    sum.nothing += more.nothing;
}
