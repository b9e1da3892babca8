//! A programme's no, as an answer.

use axum::http::StatusCode;
use brevdue_programme::beginning::CannotBegin;
use brevdue_programme::change::Refused;
use brevdue_programme::moving::NotMoved;
use brevdue_programme::plan::NoPlan;
use brevdue_programme::programmes::{ChangeError, JudgeError};
use brevdue_programme::shapes::Unfit;
use brevdue_programme::storage::StorageError;
use brevdue_wire::error::FieldError;

use crate::causes::chain;
use crate::rest::errors::Failure;
use crate::rest::versions;

/// Seconds after which a caller may try again when the store cannot be used.
const STORE_RETRY_SECONDS: u32 = 30;

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        let text = error.to_string();
        match error {
            ChangeError::NotFound => super::no_such_programme(),
            ChangeError::Refused(Refused::Conflicts(list)) => {
                let conflicts = list.iter().map(|one| FieldError {
                    resource: format!("{}/{}", one.kind.word(), one.key),
                    field: one.field.clone().unwrap_or_default(),
                    code: "field.conflict".into(),
                    message: "somebody changed it since you read it; read it again".into(),
                    rejected_value: None,
                });
                Self::new(StatusCode::CONFLICT, "fields.conflict", text)
                    .with_errors(conflicts.collect())
            }
            // What does not fit is found before; the type's own words may repeat the value.
            ChangeError::Refused(Refused::Invalid { kind, field, .. }) => Self::bad_request(
                "fields.invalid",
                "a value does not fit its field, or the object is over its limit of 256 KiB",
            )
            .at(kind.word(), field.as_deref().unwrap_or_default()),
            ChangeError::Refused(_) => Self::bad_request("changes.too.many", text),
            ChangeError::Forbidden(forbidden) => Self::new(
                StatusCode::FORBIDDEN,
                "programme.not.allowed",
                format!(
                    "{} {} is not yours to change; needed is {}",
                    forbidden.kind.word(),
                    forbidden.key,
                    forbidden.why
                ),
            ),
            ChangeError::NoLeader(_) => Self::unprocessable("programme.leader.needed", text),
            ChangeError::NotSet(_) => Self::unprocessable("task.rule", text),
            ChangeError::NoPlan(error) => error.into(),
            ChangeError::Override { .. } => Self::unprocessable("catalogue.rule", text),
            ChangeError::Storage(StorageError::Changed { .. }) => versions::changed(None),
            ChangeError::Storage(fault) => fault.into(),
            other => fault(&other),
        }
    }
}

impl From<JudgeError> for Failure {
    fn from(error: JudgeError) -> Self {
        match error {
            JudgeError::NoPlan(error) => error.into(),
            JudgeError::Storage(fault) => fault.into(),
            JudgeError::Change(error) => error.into(),
            other => fault(&other),
        }
    }
}

impl From<NoPlan> for Failure {
    fn from(error: NoPlan) -> Self {
        Self::unprocessable("plan.impossible", error.to_string())
    }
}

impl From<NotMoved> for Failure {
    fn from(error: NotMoved) -> Self {
        let text = error.to_string();
        match error {
            NotMoved::NoPlan(error) => error.into(),
            NotMoved::UnknownMilestone(_) => {
                Self::new(StatusCode::NOT_FOUND, "milestone.not.found", text)
            }
            NotMoved::Reached(_) => Self::new(StatusCode::CONFLICT, "milestone.reached", text),
            NotMoved::Approved(_) => Self::new(StatusCode::CONFLICT, "plan.approved", text),
            _ => Self::unprocessable("decision.incomplete", text),
        }
    }
}

impl From<CannotBegin> for Failure {
    fn from(error: CannotBegin) -> Self {
        Self::bad_request("programme.cannot.begin", error.to_string())
    }
}

impl From<StorageError> for Failure {
    fn from(fault: StorageError) -> Self {
        tracing::error!(fault = %chain(&fault), "programmes could not be read or written");
        Self::unavailable(
            "exchange.unavailable",
            "the programmes cannot be read or written now and nothing was changed; send the same request \
             again later",
            STORE_RETRY_SECONDS,
        )
    }
}

/// What nobody can do anything about but us.
pub(super) fn fault(error: &(dyn std::error::Error + 'static)) -> Failure {
    tracing::error!(fault = %chain(error), "a programme could not be worked with");
    Failure::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "exchange.fault",
        "the exchange is at fault and has logged it under the X-Request-Id of this answer",
    )
}

/// A body that does not fit.
pub(super) fn unfit(resource: &str, faults: &[Unfit]) -> Failure {
    let first = faults.first().map_or_else(String::new, ToString::to_string);
    let errors = faults.iter().map(|fault| FieldError {
        resource: resource.into(),
        field: fault.member.clone(),
        code: "field.invalid".into(),
        message: fault.rule.clone(),
        rejected_value: None,
    });
    Failure::bad_request("fields.invalid", first).with_errors(errors.collect())
}
