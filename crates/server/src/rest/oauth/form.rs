//! Parameters that come in the query, or as a form, or both.

use axum::body::Body;
use axum::extract::{Form, FromRequest as _, Query, Request};
use axum::http::request::Parts;
use axum::http::{Method, header};

use super::super::Door;
use super::super::body::{media_type, whole};
use super::super::errors::Failure;

/// The parameters of a request, and the rest of it.
pub(super) struct Given {
    pub(super) parts: Parts,
    list: Vec<(String, String)>,
}

impl Given {
    pub(super) async fn read(door: &Door, request: Request) -> Result<Self, Failure> {
        let unreadable =
            || Failure::bad_request("form.invalid", "the parameters are not name=value&…");
        let Query(mut list) = Query::<Vec<(String, String)>>::try_from_uri(request.uri())
            .map_err(|_| unreadable())?;
        let (parts, body) = request.into_parts();
        let is_form =
            media_type(&parts.headers).as_deref() == Some("application/x-www-form-urlencoded");
        if is_form && parts.method == Method::POST {
            let request = Request::from_parts(parts.clone(), body);
            let bytes = whole(&door.settings, request, door.settings.json_bytes).await?;
            let mut form = Request::new(Body::from(bytes));
            *form.method_mut() = Method::POST;
            if let Some(kind) = parts.headers.get(header::CONTENT_TYPE) {
                form.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
            }
            let Form(more) = Form::<Vec<(String, String)>>::from_request(form, &())
                .await
                .map_err(|_| unreadable())?;
            list.extend(more);
        }
        Ok(Self { parts, list })
    }

    /// A parameter's value; when it stands more than once, the first.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        let found = self.list.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// All of them.
    pub(super) fn list(&self) -> &[(String, String)] {
        &self.list
    }
}
