//! The JSON API under `/api/v1`, described by `/api/v1/openapi.json`, and the pages. Asks the desk; reads the register through its
//! reader, and cannot begin an act.
//!
//! Who comes, and what they may do, is for [`access`] to say. The health probes, the metrics, the assets and the API's description are
//! open to everybody.

mod access;
mod api;
mod assets;
mod decision;
mod pages;
mod probes;
mod problem;
mod uploads;
mod view;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use crate::desk::{CurrentDesk, Desk};
pub use access::{DOORS, Door, TOKEN_FILE, token};
pub use api::description;
pub use view::{MergeCheckView, MergeView};

/// The largest request, in bytes: a batch of some thousand events.
const MAX_BODY_BYTES: usize = 16 << 20;
/// The largest spreadsheet, in bytes.
const MAX_SHEET_BYTES: usize = 64 << 20;
/// Pixels a point of preview images: 144 dots an inch.
const PREVIEW_SCALE: f32 = 2.0;
/// The longest that a request may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What one request sees: the desk that was open when it came stays its desk.
struct Service {
    desk: Arc<Desk>,
    token: Arc<str>,
    pages: Arc<pages::Pages>,
    uploads: Arc<uploads::Uploads>,
    limits: Arc<access::Limits>,
}

/// What all requests share.
#[derive(Clone)]
struct Shared {
    open: Arc<CurrentDesk>,
    token: Arc<str>,
    pages: Arc<pages::Pages>,
    uploads: Arc<uploads::Uploads>,
    limits: Arc<access::Limits>,
}

impl FromRef<Shared> for Service {
    fn from_ref(shared: &Shared) -> Service {
        Service {
            desk: shared.open.desk(),
            token: Arc::clone(&shared.token),
            pages: Arc::clone(&shared.pages),
            uploads: Arc::clone(&shared.uploads),
            limits: Arc::clone(&shared.limits),
        }
    }
}

impl FromRef<Shared> for Arc<CurrentDesk> {
    fn from_ref(shared: &Shared) -> Arc<CurrentDesk> {
        Arc::clone(&shared.open)
    }
}

/// The whole service.
pub fn router(open: Arc<CurrentDesk>, token: &str) -> anyhow::Result<Router> {
    let uploads = Arc::new(uploads::Uploads::new(Arc::clone(&open)));
    let (pages, limits) = (Arc::new(pages::Pages::load()?), Arc::new(access::Limits::new()));
    let shared = Shared { open, token: token.into(), pages, uploads, limits };
    let guarded = Router::new()
        .merge(api::router())
        .merge(pages::router())
        .route("/api/v1/openapi.json", get(api::openapi))
        .route("/api/docs", get(pages::docs))
        .route_layer(from_fn_with_state(shared.clone(), access::admit));
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    Ok(Router::new()
        .merge(guarded)
        .merge(probes::router())
        .route("/assets/{*path}", get(assets::serve))
        .fallback(pages::not_found)
        .layer(header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
        ))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // Over TLS alone: in the clear, browsers pass over it (RFC 6797, section 8.1).
        .layer(header(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"))
        // Without one for its own pages, a browser would not say that a form is theirs either.
        .layer(header(header::REFERRER_POLICY, "same-origin"))
        .layer(header(header::CACHE_CONTROL, "no-store"))
        // What takes a spreadsheet has a larger limit of its own.
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(RequestBodyLimitLayer::new(MAX_SHEET_BYTES + (1 << 20)))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, TIMEOUT))
        .layer(CatchPanicLayer::new())
        .layer(from_fn(problem::in_language))
        .with_state(shared))
}
