//! Health, readiness, metrics. They say nothing of any case.

use std::sync::OnceLock;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use super::{Service, Shared};
use crate::case::DeliveryState;
use crate::register::LetterTally;

/// The probes' routes, open without a token.
pub(super) fn router() -> Router<Shared> {
    recorder();
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

/// One recorder a process.
fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| PrometheusBuilder::new().install_recorder().expect("no other recorder is installed"))
}

async fn ready(State(service): State<Service>) -> (StatusCode, &'static str) {
    match service.desk.reader().ready().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the register does not answer\n"),
    }
}

/// Counts by state, in the Prometheus text format.
async fn metrics(State(service): State<Service>) -> Result<String, StatusCode> {
    let tally = service.desk.reader().tally().await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    let events = service
        .desk
        .reader()
        .event_count(chrono::DateTime::UNIX_EPOCH)
        .await
        .map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    metrics::gauge!("recto_events").set(events as f64);
    for LetterTally { letter_type, state, channel, delivery, count } in tally {
        let delivery = delivery.map_or("none", DeliveryState::as_str);
        let (state, channel) = (state.as_str(), channel.as_str());
        let labels = [
            ("type", letter_type),
            ("state", state.into()),
            ("channel", channel.into()),
            ("delivery", delivery.into()),
        ];
        metrics::gauge!("recto_letters", &labels).set(count as f64);
    }
    Ok(recorder().render())
}
