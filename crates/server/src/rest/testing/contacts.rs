//! `/testing/contacts`: invented people of any status, and the recipients that make each error code.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use brevdue_exchange::local::magic;
use brevdue_exchange::{Batch, Contact, ContactId, RegistrationStatus};
use brevdue_memo::PartyId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::Door;
use super::super::described::Described;
use super::super::description::Refused;
use super::super::errors::Failure;
use super::super::json::Body;
use super::Tester;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(put)).with(routes!(list))
}

/// How somebody is registered.
#[derive(Serialize, Deserialize, ToSchema, Clone, Copy)]
#[serde(rename_all = "UPPERCASE")]
enum TestingRegistration {
    /// Can receive.
    Registered,
    /// Has been exempted.
    Exempt,
    /// Dead, or a closed company.
    Closed,
    /// In quarantine.
    Unconfirmed,
    /// About to be registered.
    Awaiting,
    /// Not known.
    Unknown,
}

/// Somebody invented.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TestingContactCommand {
    /// Ten digits, the day of birth with 60 added: nobody has such a number.
    #[serde(default)]
    #[schema(pattern = "^[6-9][0-9]{9}$")]
    cpr_number: Option<String>,
    /// Eight digits, for a company.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{8}$")]
    cvr_number: Option<String>,
    /// Name.
    #[schema(min_length = 1, max_length = 256)]
    name: String,
    /// How they are registered.
    status: TestingRegistration,
    /// A verified number for NemSMS.
    #[serde(default)]
    #[schema(pattern = "^[2-9][0-9]{7}$")]
    phone_number: Option<String>,
}

/// Somebody in the registry.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TestingContact {
    /// Id of the contact, and of the mailbox's owner.
    id: Uuid,
    /// Name.
    name: String,
    /// How they are registered.
    status: TestingRegistration,
}

/// A recipient whose number makes an error code.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MagicRecipient {
    /// CPR number.
    cpr_number: &'static str,
    /// What the receipt says.
    error_code: &'static str,
}

/// `POST /testing/contacts`: makes somebody, or changes who has that number.
#[utoipa::path(
    post,
    path = "/testing/contacts",
    operation_id = "putTestingContact",
    tag = "Testing",
    request_body = TestingContactCommand,
    responses((status = 201, body = TestingContact, description = "They are in the registry"), Refused),
    security(())
)]
async fn put(
    State(door): State<Door>,
    _: Tester,
    Body(command): Body<TestingContactCommand>,
) -> Result<(StatusCode, Json<TestingContact>), Failure> {
    let wrong = |field, message: &str| {
        Failure::unprocessable("field.invalid", message).at("TestingContactCommand", field)
    };
    let party = match (&command.cpr_number, &command.cvr_number) {
        (Some(cpr), None) => {
            // A number that somebody could have stays out of here.
            if !cpr.starts_with(['6', '7', '8', '9']) {
                return Err(wrong(
                    "cprNumber",
                    "an invented number has 60 added to the day of birth",
                ));
            }
            PartyId::parse("CPR", cpr).map_err(|_| wrong("cprNumber", "it has ten digits"))?
        }
        (None, Some(cvr)) => {
            PartyId::parse("CVR", cvr).map_err(|_| wrong("cvrNumber", "it has eight digits"))?
        }
        _ => return Err(wrong("cprNumber", "name either a CPR number or a CVR number")),
    };
    if !(1..=256).contains(&command.name.chars().count()) {
        return Err(wrong("name", "it has 1 to 256 characters"));
    }
    let phone = match &command.phone_number {
        Some(text) => Some(
            text.parse()
                .map_err(|_| wrong("phoneNumber", "it has eight digits, the first from 2 to 9"))?,
        ),
        None => None,
    };
    let store = door.exchange.store();
    let earlier = store.contact_by_party(party).await?;
    let id = earlier.as_ref().map_or_else(|| ContactId(door.exchange.ids().random()), |one| one.id);
    let contact = Contact {
        id,
        party,
        name: command.name.clone(),
        status: match command.status {
            TestingRegistration::Registered => RegistrationStatus::Registered,
            TestingRegistration::Exempt => RegistrationStatus::Exempt,
            TestingRegistration::Closed => RegistrationStatus::Closed,
            TestingRegistration::Unconfirmed => RegistrationStatus::Unconfirmed,
            TestingRegistration::Awaiting => RegistrationStatus::Awaiting,
            TestingRegistration::Unknown => RegistrationStatus::Unknown,
        },
        nemsms: phone,
    };
    let ops = door.exchange.invented_contact(earlier.as_ref(), contact).await?;
    if !ops.is_empty() {
        store.commit(Batch { ops }).await?;
    }
    let made = TestingContact { id: id.0, name: command.name, status: command.status };
    Ok((StatusCode::CREATED, Json(made)))
}

/// `GET /testing/magic-recipients`
#[utoipa::path(
    get,
    path = "/testing/magic-recipients",
    operation_id = "listTestingMagicRecipients",
    tag = "Testing",
    responses((status = 200, body = Vec<MagicRecipient>, description = "In the order of the checks"), Refused),
    security(())
)]
async fn list(_: Tester) -> Json<Vec<MagicRecipient>> {
    let one = |(cpr_number, error_code): &(&'static str, &'static str)| MagicRecipient {
        cpr_number,
        error_code,
    };
    Json(magic::RECIPIENTS.iter().map(one).collect())
}
