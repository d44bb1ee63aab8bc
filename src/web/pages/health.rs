//! Where the service stands: what it is, what waits, what is stuck and what to do about it, and who is signed in. It names no case and no
//! person of one: an administrator sees none.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};

use super::{Asked, answer};
use crate::case::Stamp;
use crate::case::fault::problem;
use crate::desk::{CurrentDesk, Health};
use crate::people::Who;
use crate::register::TroubledDelivery;
use crate::web::Service;
use crate::web::access::held;
use crate::web::problem::Problem;

pub(super) async fn show(
    State(service): State<Service>,
    State(open): State<Arc<CurrentDesk>>,
    asked: Asked,
    headers: axum::http::HeaderMap,
) -> Response {
    answer(&service, &asked, "health.html", context(&service, &open, &asked, &headers)).await
}

async fn context(
    service: &Service,
    open: &CurrentDesk,
    asked: &Asked,
    headers: &axum::http::HeaderMap,
) -> Result<Option<Value>, Problem> {
    let desk = &service.desk;
    let began = std::time::Instant::now();
    desk.reader().ready().await?;
    let answered = began.elapsed();
    let health = desk.health().await?;
    let (catalogue, reload) = (&desk.studio.catalogue, open.last_reload());
    let programs = catalogue.programs.values().map(|program| {
        let name = program.in_language(asked.language)["name"].clone();
        json!({"key": program.key, "name": name, "version": program.version})
    });
    let own = held(headers).map(|secret| secret.hash());
    let sessions = desk.open_sessions().await?;
    let sessions = sessions.iter().map(|one| {
        json!({
            "name": one.name, "account": one.account.id, "person": one.account.is.name, "made_at": one.row.made_at,
            "seen_at": one.row.seen_at, "browser": one.row.browser, "is_this": own.as_ref() == Some(&one.row.secret_hash),
        })
    });
    let provider = match desk.provider() {
        Some(provider) => {
            let answered = provider.answered().await.map_or("unknown", |answered| if answered { "yes" } else { "no" });
            json!({"issuer": provider.issuer(), "answered": answered})
        }
        None => Value::Null,
    };
    Ok(Some(json!({
        "provider": provider,
        "version": env!("CARGO_PKG_VERSION"),
        "letters_hash": catalogue.hash,
        "types": catalogue.types.len(),
        "programs": programs.collect::<Vec<_>>(),
        "reload": {"state": reload.state, "ended_at": reload.ended_at},
        "answered_ms": i64::try_from(answered.as_millis()).unwrap_or(i64::MAX),
        "stands": stands(service, asked, &health),
        "sessions": sessions.collect::<Vec<_>>(),
    })))
}

/// What waits and what is stuck, as the page shows it.
fn stands(service: &Service, asked: &Asked, health: &Health) -> Value {
    let catalogue = &service.desk.studio.catalogue;
    let minutes = |since: Stamp| (service.desk.clock.now() - since.instant()).num_minutes().max(0);
    let title = |key: &str| {
        let letter = catalogue.types.get(key);
        letter.map_or_else(|| key.to_owned(), |letter| letter.description.title.get(asked.language).to_owned())
    };
    let unmade = health.unmade.iter().map(|one| {
        let codes: Vec<&str> = one.reasons.iter().map(|reason| reason.code.as_str()).collect();
        json!({"id": one.id, "title": title(&one.letter_type), "called_at": one.called_at, "codes": codes})
    });
    let delivery = |one: &TroubledDelivery| {
        json!({
            "letter": one.letter, "channel": one.channel, "attempts": one.attempts, "due_at": one.due_at,
            "problem": one.problem.as_deref().map(|kept| without_addresses(&problem(kept, asked.language))),
        })
    };
    let closing = health.closing.iter().map(|run| json!({"id": run.id, "date": run.date, "by": run.opened_by}));
    let taking = health.taking.iter().map(|merge| json!({"id": merge.id, "at": merge.confirmed_at}));
    json!({
        "queue": health.queue.letters,
        "queue_minutes": health.queue.oldest.map(minutes),
        "tried": health.queue.tried,
        "unmade": unmade.collect::<Vec<_>>(),
        "failing": health.failing.iter().map(delivery).collect::<Vec<_>>(),
        "given_up": health.given_up.iter().map(delivery).collect::<Vec<_>>(),
        "closing": closing.collect::<Vec<_>>(),
        "taking": taking.collect::<Vec<_>>(),
        "refused_files": health.refused_files,
        "verified": health.verified.map(|(at, differences)| json!({"at": at, "differences": differences})),
        "register_mb": health.register_bytes / 1_000_000,
        "free_gb": health.free_bytes.map(|bytes| bytes / 1_000_000_000),
    })
}

/// What a mail server said, without anybody's address.
fn without_addresses(said: &str) -> String {
    let word = |word: &str| if word.contains('@') { "…@…".to_owned() } else { word.to_owned() };
    said.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Ends one session of somebody.
pub(super) async fn end_session(
    State(service): State<Service>,
    asked: Asked,
    who: Who,
    Path(name): Path<String>,
) -> Response {
    match service.desk.end_session(&who, &name).await {
        Ok(()) => Redirect::to("/health#sessions").into_response(),
        Err(error) => asked.problem(&service, &Problem::from(error)),
    }
}
