//! `recto serve`.

use std::io::{ErrorKind, IsTerminal};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use recto::case::Actor;
use recto::desk::{CurrentDesk, Desk, ReloadState};
use recto::people::{LINK_HOURS, Who};
use recto::{web, work};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::voice::why;
use super::{Config, open_proven_desk, work_in};

/// Arguments of `recto serve`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Address to listen on; loopback by default.
    #[arg(long)]
    listen: Option<String>,
}

/// Serves until it is told to stop.
pub async fn run(arguments: Arguments, mut config: Config) -> anyhow::Result<ExitCode> {
    if let Some(listen) = arguments.listen {
        config.listen = listen;
    }
    let listener = listen(&config.listen).await?;
    let _held = work_in(&config)?;
    let desk = open_proven_desk(&config).await?;
    serve(desk, &config, listener).await
}

/// Takes the address before anything else is done, so that one that is taken costs nobody the work.
pub async fn listen(address: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => trouble!("trouble.port-taken", address = address),
        ErrorKind::InvalidInput => trouble!("trouble.no-address", address = address),
        ErrorKind::PermissionDenied => trouble!("trouble.port-kept", address = address),
        _ => trouble!("trouble.listen", address = address),
    })
}

/// Serves the pages and the API of a desk, and works in the background, until SIGINT or SIGTERM. SIGHUP takes the letter types
/// anew, where the service has no terminal. What is under way is
/// finished; what is not recorded by then is done at the next start.
pub async fn serve(desk: Desk, config: &Config, listener: TcpListener) -> anyhow::Result<ExitCode> {
    let token = web::token(&config.dir).map_err(|error| trouble!("trouble.token"; why = why(error)))?;
    let open = Arc::new(CurrentDesk::new(desk, config.home.clone()));
    let address = listener.local_addr()?;
    tell!("serve.pages", address = format!("http://{address}/"));
    if let Some(link) = open.desk().first_link(&Who::Operator("recto serve".to_owned())).await? {
        let link = format!("http://{address}/links/{}", link.text());
        tell!("serve.first", link = link, hours = LINK_HOURS);
    }
    tell!("serve.api", address = format!("http://{address}/api/v1/openapi.json"), file = web::TOKEN_FILE);
    let (stop, tracker) = (CancellationToken::new(), TaskTracker::new());
    let worker = (Arc::clone(&open), stop.clone());
    tracker.spawn(async move { work::keep_working(&worker.0, worker.1).await });
    // At a terminal the signal says that the terminal is gone.
    if !std::io::stdin().is_terminal() {
        let reloader = (Arc::clone(&open), stop.clone());
        tracker.spawn(async move { reload_when_told(&reloader.0, reloader.1).await });
    }
    tracker.close();
    let until = stop.clone();
    let service = web::router(Arc::clone(&open), &token)?;
    let service = axum::serve(listener, service.into_make_service_with_connect_info::<SocketAddr>());
    let serving = service.with_graceful_shutdown(async move { until.cancelled().await });
    let mut serving = std::pin::pin!(serving.into_future());
    tokio::select! {
        result = &mut serving => result?,
        () = told_to_stop() => {
            stop.cancel();
            serving.await?;
        }
    }
    stop.cancel();
    tracker.wait().await;
    open.desk().close().await;
    Ok(ExitCode::SUCCESS)
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).expect("the system lets us hear SIGTERM");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Takes the letter types anew at each SIGHUP, as services do with their settings.
async fn reload_when_told(open: &Arc<CurrentDesk>, stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hang_up = signal(SignalKind::hangup()).expect("the system lets us hear SIGHUP");
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = hang_up.recv() => {}
        }
        let reload = open.reload(Actor::operator("SIGHUP")).await;
        if reload.state == ReloadState::Taken {
            tracing::info!(before = reload.before, now = reload.now, "the letter types were taken anew");
            continue;
        }
        tracing::error!(faults = reload.faults.len(), "the letter types were refused; the old ones stay");
        for fault in reload.faults {
            tracing::error!(code = fault.code, place = fault.place, "{}", fault.message.en);
        }
    }
}
