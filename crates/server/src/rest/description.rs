//! The description of this interface (OpenAPI 3.1), made from the code that serves it, and a browser for
//! it that needs no network.

use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use brevdue_wire::ErrorMessage;
use brevdue_wire::names::BASE_PATH;
use bytes::Bytes;
use tokio::sync::OnceCell;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Info, OpenApi, Server};
use utoipa::{IntoResponses, ToSchema};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::Door;
use super::errors::{Failure, unexpected};

/// Where the description is served, as JSON.
pub const DESCRIPTION_PATH: &str = "/api/openapi.json";

/// Where it can be browsed.
pub const BROWSER_PATH: &str = "/api/browse";

/// What any operation may answer instead; the body says what, where, by whose rule and what to do.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes; `Failure` answers")]
pub(super) enum Refused {
    /// The request is not of the form described.
    #[response(status = 400)]
    BadRequest(ErrorMessage),
    /// It is not proven who asks.
    #[response(status = 401)]
    Unauthorized(ErrorMessage),
    /// Whoever asks may not do this.
    #[response(status = 403)]
    Forbidden(ErrorMessage),
    /// It is not there, or not theirs.
    #[response(status = 404)]
    NotFound(ErrorMessage),
    /// The path does not take this method.
    #[response(status = 405)]
    MethodNotAllowed(ErrorMessage),
    /// The body came too slowly.
    #[response(status = 408)]
    TooSlow(ErrorMessage),
    /// It does not fit what is there, for example another version than `If-Match` names.
    #[response(status = 409)]
    Conflict(ErrorMessage),
    /// The body is over its limit.
    #[response(status = 413)]
    TooLarge(ErrorMessage),
    /// The body is of a type that is not taken here.
    #[response(status = 415)]
    UnsupportedMediaType(ErrorMessage),
    /// A field breaks a rule, or `If-Match` is missing.
    #[response(status = 422)]
    Unprocessable(ErrorMessage),
    /// Too many requests; `Retry-After` says when.
    #[response(status = 429)]
    TooMany(ErrorMessage),
    /// The exchange cannot do this now and has changed nothing; `Retry-After` says when.
    #[response(status = 503)]
    Unavailable(ErrorMessage),
}

/// `multipart/form-data` with one file.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes; `multipart` reads")]
pub(super) struct FilePart {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

const SYSTEM: &str = "system";
const PERSON: &str = "person";
const CLIENT: &str = "client";

/// Puts head and ways to sign in around described operations.
pub(super) fn complete(mut description: OpenApi) -> OpenApi {
    let mut info = Info::new("Digital Post, as Brevdue serves it", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Sender and receiver systems show a client certificate, and name themselves with \
         Authorization: Basic base64(systemId:token). People sign in at /oauth/authorize and show \
         Authorization: Bearer. Programmes are open to whoever an entry among their people names. \
         Every path is taken with and without its closing slash."
            .into(),
    );
    description.info = info;
    description.servers = Some(vec![Server::new(BASE_PATH)]);
    let components = description.components.get_or_insert_default();
    let scheme = |scheme| SecurityScheme::Http(Http::new(scheme));
    components.add_security_scheme(SYSTEM, scheme(HttpAuthScheme::Basic));
    components.add_security_scheme(PERSON, scheme(HttpAuthScheme::Bearer));
    components.add_security_scheme(CLIENT, scheme(HttpAuthScheme::Basic));
    let none = Vec::<String>::new;
    description.security = Some(vec![
        SecurityRequirement::new(SYSTEM, none()),
        SecurityRequirement::new(PERSON, none()),
    ]);
    description
}

/// Serves the description and its browser. It is made when somebody first asks for it.
pub(super) fn serve(router: Router<Door>, make: fn() -> OpenApi) -> Router<Door> {
    let made = Arc::new(OnceCell::new());
    let answer = move || {
        let made = Arc::clone(&made);
        async move {
            let json = made.get_or_try_init(|| written(make)).await?;
            Ok::<_, Failure>(([(CONTENT_TYPE, "application/json")], json.clone()))
        }
    };
    router
        .route(DESCRIPTION_PATH, get(answer))
        .merge(SwaggerUi::new(BROWSER_PATH).config(Config::new([DESCRIPTION_PATH])))
}

/// Made beside the threads that answer: it takes them too long.
async fn written(make: fn() -> OpenApi) -> Result<Bytes, Failure> {
    let making = tokio::task::spawn_blocking(move || serde_json::to_vec(&make()));
    let json = making.await.map_err(|error| unexpected(&error))?;
    Ok(json.map_err(|error| unexpected(&error))?.into())
}
