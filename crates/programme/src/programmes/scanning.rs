//! Scans of an authority's pages for links to the earlier solution.

use crate::ids::ProgrammeId;
use crate::links;
use crate::objects::LinkScan;
use crate::permissions;

use super::{By, ChangeError, Programmes};

impl Programmes {
    /// Keeps what a scan of the authority's pages came to; the oldest goes when there are many.
    ///
    /// # Errors
    ///
    /// [`ChangeError::Forbidden`]: bringing evidence is for those who lead, the architect and the tester.
    /// [`ChangeError::Storage`]: it could not be kept.
    pub async fn keep_scan(
        &self,
        id: ProgrammeId,
        scan: &LinkScan,
        by: By<'_>,
    ) -> Result<(), ChangeError> {
        let programme = self.open(id).await?.ok_or(ChangeError::NotFound)?;
        permissions::may_bring_evidence(&programme, &by.actor)?;
        // The key and what goes are found anew when somebody else was faster.
        self.reckon(id, by, |programme| Ok(links::keeping(programme, scan))).await?;
        Ok(())
    }
}
