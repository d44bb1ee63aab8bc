//! Health, readiness, metrics. They say nothing of any case.

use std::sync::OnceLock;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use super::{Service, Shared};

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
    match service.desk.register.ready().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the register does not answer\n"),
    }
}

/// Counts by state, in the Prometheus text format.
async fn metrics(State(service): State<Service>) -> Result<String, StatusCode> {
    let tally = service.desk.register.tally().await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    let events = service
        .desk
        .register
        .event_count(chrono::DateTime::UNIX_EPOCH)
        .await
        .map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    metrics::gauge!("recto_events").set(events as f64);
    for (letter_type, state, channel, delivery, count) in tally {
        let delivery = delivery.unwrap_or_else(|| "none".to_owned());
        let labels = [("type", letter_type), ("state", state), ("channel", channel), ("delivery", delivery)];
        metrics::gauge!("recto_letters", &labels).set(count as f64);
    }
    Ok(recorder().render())
}
