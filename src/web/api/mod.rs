//! The JSON API: its routes and its description.

mod addresses;
mod asked;
mod binding;
mod cases;
mod decisions;
mod describe;
mod event_types;
mod events;
mod letter_types;
mod letters;
mod merges;
mod preview;
mod runs;

use axum::extract::{DefaultBodyLimit, State};
use axum::{Json, Router};
use serde_json::Value;
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use super::problem::ProblemDocument;
use super::{MAX_SHEET_BYTES, Service, Shared};
use crate::letter::Catalogue;

#[derive(OpenApi)]
#[openapi(modifiers(&Bearer), security(("token" = [])), components(schemas(ProblemDocument)), info(
    title = "Recto",
    description = "Case events in, letters out: government correspondence in debt recovery. \
                   Every call needs `Authorization: Bearer` with the token of the data folder. \
                   Errors are RFC 9457 problem documents in the language of Accept-Language."
))]
struct Description;

/// The access token, as the description shows it.
struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        description.components.get_or_insert_default().add_security_scheme("token", scheme);
    }
}

fn documented() -> OpenApiRouter<Shared> {
    let api = OpenApiRouter::new()
        .routes(routes!(events::take))
        .routes(routes!(letters::list, letters::create))
        .routes(routes!(preview::preview))
        .routes(routes!(letters::show))
        .routes(routes!(letters::pdf))
        .routes(routes!(decisions::review))
        .routes(routes!(decisions::draft))
        .routes(routes!(decisions::approve))
        .routes(routes!(decisions::override_hold))
        .routes(routes!(decisions::withdraw))
        .routes(routes!(decisions::give_back))
        .routes(routes!(decisions::resubmit))
        .routes(routes!(decisions::follow_ups))
        .routes(routes!(decisions::decide_follow_up))
        .routes(routes!(decisions::say_who_it_is))
        .routes(routes!(cases::show))
        .routes(routes!(cases::eligibility))
        .routes(routes!(addresses::check_address))
        .routes(routes!(merges::list, merges::merge).layer(DefaultBodyLimit::max(MAX_SHEET_BYTES)))
        .routes(routes!(merges::upload))
        .routes(routes!(merges::show))
        .routes(routes!(merges::result))
        .routes(routes!(merges::second))
        .routes(routes!(merges::stop))
        .routes(routes!(merges::template))
        .routes(routes!(runs::list))
        .routes(routes!(runs::close))
        .routes(routes!(event_types::list))
        .routes(routes!(event_types::show))
        .routes(routes!(letter_types::list))
        .routes(routes!(letter_types::show))
        .routes(routes!(letter_types::schema))
        .routes(routes!(letter_types::reload, letter_types::last_reload));
    OpenApiRouter::with_openapi(Description::openapi()).nest("/api/v1", api)
}

pub(in crate::web) use decisions::drafted as letter_draft;
pub(in crate::web) use letters::pdf as letter_pdf;
pub(in crate::web) use preview::says as foreseen_says;

/// The routes.
pub(super) fn router() -> Router<Shared> {
    documented().split_for_parts().0
}

/// The API's description (OpenAPI 3.1) as far as the routes themselves tell it.
pub fn description() -> utoipa::openapi::OpenApi {
    documented().split_for_parts().1
}

/// The API's description with the schemas and examples of these letter types and their events.
pub(super) fn described(catalogue: &Catalogue) -> Value {
    describe::completed(serde_json::to_value(description()).unwrap_or_default(), catalogue)
}

/// Serves the API's description.
pub(super) async fn openapi(State(service): State<Service>) -> Json<Value> {
    Json(described(&service.desk.studio.catalogue))
}
