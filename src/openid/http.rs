//! How the provider is asked: over TLS, for a short time, for a short answer, and never elsewhere than where it was said.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

use super::SettingsError;

/// The longest that one answer may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of an answer at most. Discovery documents and key sets have some thousand.
const MAX_BYTES: usize = 1 << 20;

/// Asks the provider.
pub(super) struct Http(reqwest::Client);

/// Why an answer did not come.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    #[error("{}", whole(.0))]
    Request(#[from] reqwest::Error),
    #[error("{0}")]
    Malformed(#[from] openidconnect::http::Error),
    #[error("the answer has more than {MAX_BYTES} bytes")]
    TooLong,
}

impl Http {
    /// One that trusts this machine's authorities, and those of a file.
    pub(super) fn new(ca_file: Option<&Path>) -> Result<Http, SettingsError> {
        // A second call changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = reqwest::Client::builder()
            // Whoever follows a redirect asks an address that nobody has set.
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            .user_agent("Recto");
        if let Some(file) = ca_file {
            let pem = std::fs::read(file).map_err(|error| SettingsError::File { file: file.to_owned(), error })?;
            let authorities = reqwest::Certificate::from_pem_bundle(&pem).map_err(|_| SettingsError::Authorities)?;
            if authorities.is_empty() {
                return Err(SettingsError::Authorities);
            }
            for authority in authorities {
                client = client.add_root_certificate(authority);
            }
        }
        client.build().map(Http).map_err(|_| SettingsError::Authorities)
    }

    async fn ask(client: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut answer = client.execute(request.try_into()?).await?;
        let mut told = openidconnect::http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            told = told.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await? {
            body.extend_from_slice(&piece);
            if body.len() > MAX_BYTES {
                return Err(HttpError::TooLong);
            }
        }
        Ok(told.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(Http::ask(self.0.clone(), request))
    }
}

/// An error with its causes: what is behind “error sending request” is what helps.
pub(super) fn whole(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    std::iter::once(error.to_string()).chain(causes.map(ToString::to_string)).collect::<Vec<_>>().join(": ")
}
