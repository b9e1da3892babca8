//! The front page, and the answer to addresses nobody knows.

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};

use crate::Web;
use crate::assets;
use crate::visitor::{Answer, Chrome, Refused, Section, Visitor};

#[derive(Template)]
#[template(path = "front.html")]
struct FrontPage {
    chrome: Chrome,
    rest_base: Option<String>,
}

/// `GET /`
pub(crate) async fn front(visitor: Visitor, State(web): State<Web>) -> Answer {
    let owner = visitor.owner().await?;
    // Outside local mode there is nothing to explain: the mailbox is the front page.
    if owner.is_some() && !web.config.local_mode {
        return Ok(visitor.finish(Redirect::to("/inbox")));
    }
    let mut visitor = visitor;
    visitor.need_session().await?;
    let title = visitor.texts.front_title();
    let chrome = visitor.chrome(title, Section::None, owner.as_ref()).await?;
    visitor.page(&FrontPage { chrome, rest_base: web.config.rest_base.clone() })
}

/// `GET /favicon.ico`: browsers ask for it wherever a page does not name another.
pub(crate) async fn favicon() -> Response {
    Redirect::permanent(&format!("{}/brevdue.svg", assets::base())).into_response()
}

/// Any other address.
pub(crate) async fn not_found(visitor: Visitor) -> Response {
    let mut response = visitor.refuse(Refused::NotFound).await.into_response();
    response.headers_mut().remove(header::LOCATION);
    response
}
