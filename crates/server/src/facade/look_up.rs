//! `GET /service/PostForespoerg_1/{digitalpost|nemsms}`: whether somebody can be reached.

use axum::Json;
use axum::extract::{FromRequestParts as _, Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use brevdue_exchange::municipal::Service;
use brevdue_memo::PartyId;
use serde_json::json;

use super::Facade;
use super::caller::{admit, transaction_of};
use super::tokens::LOOK_UP;
use crate::rest::errors::Failure;
use crate::rest::parameters::Parameters;

pub(super) async fn look_up(
    State(facade): State<Facade>,
    Path(service): Path<String>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, _) = request.into_parts();
    let parameters = Parameters::from_request_parts(&mut parts, &()).await?;
    admit(&facade, &parts, LOOK_UP).await?;
    transaction_of(&parts)?;
    let service = match service.as_str() {
        "digitalpost" => Service::DigitalPost,
        "nemsms" => Service::NemSms,
        _ => {
            return Err(Failure::new(
                StatusCode::NOT_FOUND,
                "path.not.found",
                "the services are digitalpost and nemsms",
            ));
        }
    };
    let party = match (parameters.one("cprNumber")?, parameters.one("cvrNumber")?) {
        (Some(cpr), None) => PartyId::parse("CPR", cpr),
        (None, Some(cvr)) => PartyId::parse("CVR", cvr),
        _ => {
            return Err(Failure::bad_request(
                "identifier.missing",
                "the query has either cprNumber or cvrNumber",
            ));
        }
    };
    let party = party.map_err(|_| {
        Failure::bad_request(
            "identifier.invalid",
            "a cprNumber is ten digits and a cvrNumber is eight, without hyphens",
        )
    })?;
    let result = facade.door.exchange.is_registered(party, service).await?;
    Ok(Json(json!({ "result": result })).into_response())
}
