//! Addresses, checked before they are used.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;

use super::asked::json as json_of;
use crate::case::address::check;
use crate::web::Service;
use crate::web::problem::Problem;

/// An address that can be printed.
#[derive(Serialize, utoipa::ToSchema)]
pub struct AddressBlock {
    /// The lines as the envelope's window will show them, in Canada Post's form.
    #[schema(example = json!(["MARIE TREMBLAY", "123 RUE PRINCIPALE APP 10", "SUDBURY ON  P3E 1A1"]))]
    block: Vec<String>,
}

/// An address to be checked: in its parts, or `lines` alone.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it describes what is read by the address module, which says itself what is wrong")]
#[schema(example = json!({"lines": ["Marie Tremblay", "123, rue Principale, app. 10", "Sudbury (Ontario) p3e1a1"]}))]
pub struct AddressToCheck {
    /// The name, where it is told apart from the lines.
    name: Option<String>,
    /// A line above the street, such as `ATTN …`.
    attention: Option<String>,
    /// Street, unit, box or route; or, alone, all lines of an envelope with the name first, or one line with commas.
    lines: Vec<String>,
    /// City, town or township.
    municipality: Option<String>,
    /// Province, territory or state, by name or letters.
    province: Option<String>,
    /// Postal code or ZIP code.
    postal_code: Option<String>,
    /// Country; Canada where it is absent.
    country: Option<String>,
}

/// Check an address.
///
/// The block as it will be printed, or everything that keeps it from the envelope's window. Nothing is recorded, and nobody else is asked.
#[utoipa::path(post, operation_id = "check_address", path = "/addresses/check", request_body = AddressToCheck,
    responses((status = 200, body = AddressBlock, description = "It can be printed, as this block"),
        (status = 422, description = "It cannot be printed; every fault is listed")))]
pub(super) async fn check_address(State(service): State<Service>, body: Bytes) -> Result<Json<AddressBlock>, Problem> {
    let address: Value = json_of(&body)?;
    let block = check(&address, &service.desk.studio.repertoire).map_err(Problem::faults)?;
    Ok(Json(AddressBlock { block }))
}
