//! Bodies of JSON and small files, read with an error that names the field.

use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use brevdue_wire::names::FILE_PART;
use serde::de::DeserializeOwned;

use super::Door;
use super::body::{self, media_type};
use super::errors::Failure;

/// A JSON body of a resource. Unknown fields are left alone, as the official service does; a field at
/// fault is named, its value is not repeated.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequest<Door> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, door: &Door) -> Result<Self, Failure> {
        let media_type = media_type(request.headers());
        let is_json = media_type
            .as_deref()
            .is_none_or(|t| matches!(t, "application/json" | "text/json") || t.ends_with("+json"));
        if !is_json {
            return Err(Failure::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "content.type.not.supported",
                "the body is sent as application/json",
            )
            .at("header", "Content-Type"));
        }
        let bytes = body::whole(&door.settings, request, door.settings.json_bytes).await?;
        read(&bytes).map(Self)
    }
}

/// Reads JSON.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    // .NET clients begin JSON with a byte order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|fault| {
        let inner = fault.inner();
        let place = format!("line {}, column {}", inner.line(), inner.column());
        if inner.is_data() {
            let message = format!("{place}: {}", expected(inner));
            let field = fault.path().to_string();
            Failure::bad_request("field.invalid", message).at(name_of::<T>(), &field)
        } else {
            Failure::bad_request("json.invalid", format!("the body is not JSON: {place}"))
        }
    })?;
    let rest = reader.end();
    rest.map_err(|_| Failure::bad_request("json.invalid", "something follows the JSON value"))?;
    Ok(value)
}

/// What was expected, without what was found.
fn expected(fault: &serde_json::Error) -> String {
    let text = fault.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    match text.split_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None if text.starts_with("missing field") => text.to_owned(),
        None => "the value is not of the form this field has".to_owned(),
    }
}

/// The shape's own name.
fn name_of<T>() -> &'static str {
    let name = std::any::type_name::<T>();
    let name = name.split('<').next().unwrap_or(name);
    name.rsplit("::").next().unwrap_or(name)
}

/// A small file, sent as the part `file` of `multipart/form-data`.
pub(super) struct Upload(pub(super) Vec<u8>);

impl FromRequest<Door> for Upload {
    type Rejection = Failure;

    async fn from_request(request: Request, door: &Door) -> Result<Self, Failure> {
        let malformed = |message: &str| {
            Failure::bad_request("multipart.invalid", message).at("multipart", FILE_PART)
        };
        let (parts, body) = request.into_parts();
        let head = parts.headers.get(header::CONTENT_TYPE).cloned();
        let whole = Request::from_parts(parts, body);
        let bytes = body::whole(&door.settings, whole, door.settings.upload_bytes).await?;
        let mut request = Request::new(axum::body::Body::from(bytes));
        if let Some(head) = head {
            request.headers_mut().insert(header::CONTENT_TYPE, head);
        }
        let mut multipart = Multipart::from_request(request, &())
            .await
            .map_err(|_| malformed("send multipart/form-data with one part named file"))?;
        while let Some(part) =
            multipart.next_field().await.map_err(|_| malformed("the body is not multipart"))?
        {
            if part.name() != Some(FILE_PART) {
                continue;
            }
            return Ok(Self(
                part.bytes().await.map_err(|_| malformed("the part broke off"))?.into(),
            ));
        }
        Err(malformed("there is no part named file"))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::read;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct ContactGroupCommand {
        #[serde(rename = "name")]
        _name: String,
        #[serde(rename = "targets")]
        _targets: Vec<Target>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "UPPERCASE")]
    enum Target {
        Citizen,
    }

    #[test]
    fn a_body_that_cannot_be_read_names_the_field_and_never_its_value() {
        for (body, code, place) in [
            ("", "json.invalid", "line 1"),
            ("{", "json.invalid", "line 1"),
            (r#"{"name":"a","targets":[]} x"#, "json.invalid", "follows"),
            (r#"{"targets":[]}"#, "field.invalid", "missing field `name`"),
            (r#"{"name":7,"targets":[]}"#, "field.invalid", "name"),
            (r#"{"name":"a","targets":["CITIZEN","SECRET"]}"#, "field.invalid", "targets[1]"),
            (r#"{"name":"a","targets":"SECRET"}"#, "field.invalid", "targets"),
        ] {
            let failure =
                format!("{:?}", read::<ContactGroupCommand>(body.as_bytes()).unwrap_err());
            assert!(failure.contains(code) && failure.contains(place), "{body}: {failure}");
            assert!(!failure.contains("SECRET"), "{failure}");
        }
        let unknown = br#"{"name":"a","targets":["CITIZEN"],"colour":"red"}"#;
        assert!(read::<ContactGroupCommand>(unknown).is_ok());
    }
}
