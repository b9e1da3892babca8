//! Judging a message without sending it.

use brevdue_memo::{Checker, Severity};
use brevdue_wire::{ErrorMessage, FieldError};

use crate::exchange::Exchange;
use crate::{ContentRef, StorageError};

impl Exchange {
    /// What is wrong with a message whose bytes the door has put into the store, by the format and its
    /// rules; nothing is sent. May block while it reads.
    ///
    /// # Errors
    /// When the store fails.
    pub fn validate(&self, content: &ContentRef) -> Result<ErrorMessage, StorageError> {
        let source = self.store().open(content)?;
        let checker = Checker { limits: self.policy().reading.clone(), ..Checker::default() };
        let reading =
            checker.check(source).map_err(|error| StorageError::Failed(Box::new(error)))?;
        let field_errors: Vec<FieldError> = reading
            .findings
            .list
            .iter()
            .map(|finding| FieldError {
                resource: "Message".into(),
                field: finding.path.clone(),
                code: finding.rule.to_string(),
                message: finding.to_string(),
                rejected_value: None,
            })
            .collect();
        let errors = reading.findings.list.iter().filter(|f| f.severity == Severity::Error).count();
        let (code, message) = if reading.findings.has_errors() {
            ("memo.invalid", format!("the message breaks {errors} rules"))
        } else {
            ("memo.valid", "the message breaks no rule that refuses it".to_owned())
        };
        Ok(ErrorMessage { code: code.into(), message, field_errors })
    }
}
