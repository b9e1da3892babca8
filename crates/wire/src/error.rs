//! The body of every refusal.

use serde::{Deserialize, Serialize};

/// What was wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorMessage {
    /// Lower-case dotted words.
    pub code: String,
    /// What, where, by whose rule, what to do; in English.
    pub message: String,
    /// One entry for each field at fault.
    #[serde(default)]
    pub field_errors: Vec<FieldError>,
}

/// One field at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldError {
    /// Kind of resource, e.g. `Receipt`.
    pub resource: String,
    /// Field, header or parameter.
    pub field: String,
    /// Lower-case dotted words.
    pub code: String,
    /// In words.
    pub message: String,
    /// Always `null`: a refused value may be personal.
    pub rejected_value: Option<serde_json::Value>,
}

impl ErrorMessage {
    /// An error that concerns no single field.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), field_errors: Vec::new() }
    }

    /// Adds a field at fault.
    #[must_use]
    pub fn with_field(mut self, resource: &str, field: &str, code: &str, message: &str) -> Self {
        self.field_errors.push(FieldError {
            resource: resource.into(),
            field: field.into(),
            code: code.into(),
            message: message.into(),
            rejected_value: None,
        });
        self
    }
}
