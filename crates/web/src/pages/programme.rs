//! Programmes (opgavepakker): the windows in which an authority plans and follows its move.
//!
//! A page asks `brevdue-programme` and shows what it says. Every change goes through [`desk::Desk::change`]:
//! whether whoever works here may make it, the rules of tasks, and then
//! [`Programmes::change`](brevdue_programme::Programmes::change), with what the page showed as its base.

mod across;
mod bringing;
mod catalogue;
mod comparing;
mod contacts;
mod designer;
mod desk;
mod enter;
mod feeds;
mod history;
mod import;
mod incoming;
mod milestones;
mod new;
mod overview;
mod packages;
mod plan;
mod potential;
mod questionnaire;
mod register;
mod reminders;
mod reports;
mod requirements;
mod running;
mod scanning;
mod secret;
mod sent;
mod settings;
pub(crate) mod signing;
mod starting;
mod supplier_tasks;
mod task;
mod tasks;
mod thresholds;
mod words;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::Web;
use crate::limits::{
    CATALOGUE_FORM_BYTES, EVIDENCE_FORM_BYTES, SUPPLIER_FORM_BYTES, SUPPLIER_SHEET_FORM_BYTES,
    UPLOAD_FORM_BYTES,
};

/// Every page of programmes.
pub(crate) fn routes() -> Router<Web> {
    Router::new()
        .route("/programmes", get(enter::programmes))
        .route("/programmes/new", get(new::form).post(new::create))
        .route("/programmes/leave", post(enter::leave))
        .route(signing::RETURN_PATH, get(signing::signed_in))
        .route("/programmes/{id}", get(overview::overview))
        .route("/programmes/{id}/areas.css", get(overview::areas))
        .route("/programmes/{id}/enter", get(enter::people).post(enter::enter))
        .route("/programmes/{id}/sign-in", get(signing::sign_in))
        .route("/programmes/{id}/packages", get(packages::packages))
        .route("/programmes/{id}/packages/{package}", get(packages::package))
        .route("/programmes/{id}/tasks", get(tasks::tasks))
        .route("/programmes/{id}/tasks/{task}", get(task::task))
        .route("/programmes/{id}/task/{key}", get(task::instance).post(task::save))
        .route("/programmes/{id}/plan", get(plan::plan))
        .route("/programmes/{id}/milestones", get(milestones::milestones))
        .route("/programmes/{id}/milestones/approve", post(milestones::approve))
        .route(
            "/programmes/{id}/milestones/{milestone}",
            get(milestones::milestone).post(milestones::save),
        )
        .route("/programmes/{id}/requirements", get(requirements::matrix))
        .route(
            "/programmes/{id}/requirements/{requirement}",
            get(requirements::requirement).post(thresholds::save),
        )
        .route(
            "/programmes/{id}/requirements/{requirement}/{subject}",
            get(requirements::evidence).post(requirements::save),
        )
        .route(
            "/programmes/{id}/evidence",
            get(bringing::form)
                .post(bringing::save)
                .layer(DefaultBodyLimit::max(EVIDENCE_FORM_BYTES)),
        )
        .route(
            "/programmes/{id}/links",
            get(scanning::form)
                .post(scanning::save)
                .layer(DefaultBodyLimit::max(EVIDENCE_FORM_BYTES)),
        )
        .route(
            "/programmes/{id}/discovery",
            get(requirements::discovery).post(requirements::register),
        )
        .route(
            "/programmes/{id}/questionnaires/{supplier}",
            get(questionnaire::links).post(questionnaire::save),
        )
        .route(
            "/answer/{token}",
            get(questionnaire::ask)
                .post(questionnaire::answer)
                .layer(DefaultBodyLimit::max(SUPPLIER_FORM_BYTES)),
        )
        .route(
            "/programmes/{id}/questionnaires/{supplier}/questions.xlsx",
            get(questionnaire::sheet::by_desk),
        )
        .route(
            "/programmes/{id}/questionnaires/{supplier}/questions",
            post(questionnaire::sheet::answer_by_desk)
                .layer(DefaultBodyLimit::max(SUPPLIER_SHEET_FORM_BYTES)),
        )
        .route("/answer/{token}/questions.xlsx", get(questionnaire::sheet::by_link))
        .route(
            "/answer/{token}/questions",
            post(questionnaire::sheet::answer_by_link)
                .layer(DefaultBodyLimit::max(SUPPLIER_SHEET_FORM_BYTES)),
        )
        .route("/programmes/{id}/potential", get(potential::potential).post(potential::seed))
        .route("/programmes/{id}/potential/{letter}", get(designer::design).post(designer::save))
        .route("/programmes/{id}/potential/{letter}/example.xml", get(designer::xml))
        .route("/programmes/{id}/potential/{letter}/example.ics", get(designer::ics))
        .route("/programmes/{id}/catalogue", get(catalogue::overview).post(catalogue::change))
        .route("/programmes/{id}/catalogue/{item}", get(catalogue::item).post(catalogue::save))
        .route(
            "/programmes/{id}/comparison",
            get(comparing::form)
                .post(comparing::compare)
                .layer(DefaultBodyLimit::max(CATALOGUE_FORM_BYTES)),
        )
        .route("/programmes/{id}/contacts", get(contacts::contacts))
        .route("/programmes/{id}/incoming", get(incoming::incoming))
        .route("/programmes/{id}/settings", get(settings::form).post(settings::save))
        .route("/programmes/{id}/settings/switch", get(settings::switch).post(settings::switch_now))
        .route("/programmes/{id}/reminders", get(reminders::reminders).post(reminders::save))
        .route("/programmes/{id}/reminders/{number}", get(reminders::notice).post(reminders::again))
        .route("/programmes/{id}/history", get(history::history))
        .route(
            "/programmes/{id}/import",
            get(import::form).post(import::bring).layer(DefaultBodyLimit::max(UPLOAD_FORM_BYTES)),
        )
        .route("/programmes/{id}/import/{file}", get(import::look).post(import::take))
        .route("/programmes/{id}/lists/{file}", get(import::list))
        .route("/programmes/{id}/calendars", get(feeds::feeds).post(feeds::save))
        .route("/calendar/{file}", get(feeds::calendar))
        .route("/programmes/{id}/across", get(across::across))
        .route("/programmes/{id}/running", get(running::running))
        .route("/programmes/{id}/reports", get(reports::reports))
        .route("/programmes/{id}/reports/{file}", get(reports::file))
        .route("/programmes/{id}/registers/{register}", get(register::list))
        .route(
            "/programmes/{id}/registers/{register}/{key}",
            get(register::form).post(register::save),
        )
}
