//! Signing in at an OpenID Connect provider: where the browser is sent, and who comes back from there.
//!
//! It is the authorization code flow (OpenID Connect Core 1.0, section 3.1) with PKCE (RFC 7636). What is under way is kept by the browser
//! alone, as one secret of which state, nonce and PKCE's verifier are made: whoever comes back without it has not begun here.

mod http;
mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreResponseType, CoreRevocableToken,
    CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AuthType, AuthenticationFlow, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenClaims, IdTokenFields, IssuerUrl,
    LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl,
    ProviderMetadataWithLogout, RedirectUrl, RequestTokenError, Scope, StandardErrorResponse, StandardTokenResponse,
    TokenResponse, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use subtle::ConstantTimeEq;
use tokio::sync::RwLock;

use self::http::Http;
pub use self::settings::{Group, OpenIdSettings, SettingsError};
use crate::case::{Sha256, Text};
use crate::people::{Role, Secret};

/// The path of this service to which the provider sends the browser back; the table of doors and the router have it too.
const RETURN_PATH: &str = "/sign-in/provider/return";
/// How long what the provider says of itself is taken as it was. Keys that are new are asked for at once.
const KNOWN_FOR: Duration = Duration::from_secs(60 * 60);
/// How long a provider that did not answer is not asked again.
const SPARED_FOR: Duration = Duration::from_secs(5);

/// Why nobody came back from the provider.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It does not answer, or not as its issuer's address promises.
    #[error("the provider cannot be used: {0}")]
    Unreachable(String),
    /// The browser did not begin here, took too long, or used its code before.
    #[error("the sign-in was not begun here, or is over")]
    NotBegun,
    /// The provider says no: its own error code (RFC 6749, section 4.1.2.1).
    #[error("the provider refuses: {0}")]
    Refused(String),
    /// What it says of somebody is not proven.
    #[error("what the provider says is not proven: {0}")]
    Unproven(String),
}

impl ProviderError {
    /// What whoever wanted to sign in is told; what a library said is for the log.
    pub fn says(&self) -> Text {
        match self {
            ProviderError::Unreachable(_) => Text::new(
                "Your organization’s sign-in does not answer. Try again in a minute; if it lasts, tell an administrator.",
                "L’ouverture de session de votre organisation ne répond pas. Réessayez dans une minute; si cela dure, avisez l’administration.",
            ),
            ProviderError::NotBegun => Text::new(
                "This sign-in was not begun in this browser, took too long, or was used before. Begin again here.",
                "Cette ouverture de session n’a pas été commencée dans ce navigateur, a pris trop de temps ou a déjà servi. Recommencez ici.",
            ),
            ProviderError::Refused(_) => Text::new(
                "Your organization’s sign-in was not completed. Begin again here; if you did complete it, tell an administrator.",
                "L’ouverture de session de votre organisation n’a pas abouti. Recommencez ici; si vous l’aviez menée à terme, avisez l’administration.",
            ),
            ProviderError::Unproven(_) => Text::new(
                "What your organization’s sign-in answered cannot be trusted, so nobody was signed in. Tell an administrator.",
                "La réponse de l’ouverture de session de votre organisation n’est pas sûre : aucune session n’a été ouverte. Avisez l’administration.",
            ),
        }
    }
}

/// Somebody as the provider knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// By which the provider knows the person, for good: names and addresses change hands.
    pub subject: String,
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// Whether the provider has verified that the address is the person's.
    pub email_verified: bool,
    /// What the groups that the provider has the person in are worth here: roles, each once.
    pub roles: Vec<Role>,
    /// And the programs that they keep the person to; all where it names none.
    pub programs: Vec<String>,
}

/// All other claims, by name: which of them has the groups is a setting.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Others {
    #[serde(flatten)]
    all: BTreeMap<String, Value>,
}

impl AdditionalClaims for Others {}

type Fields = IdTokenFields<
    Others,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

type KnownClient = Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

type Claims = IdTokenClaims<Others, CoreGenderClaim>;

/// What was heard of the provider last, and when.
type Heard = (Instant, Result<ProviderMetadataWithLogout, String>);

/// The provider at which the unit's people sign in.
pub struct Provider {
    settings: OpenIdSettings,
    secret: Option<ClientSecret>,
    http: Http,
    issuer: IssuerUrl,
    back: RedirectUrl,
    heard: RwLock<Option<Heard>>,
}

impl Provider {
    /// The provider of these settings; `programs` are those that there are. Nothing is connected yet.
    pub fn new(settings: OpenIdSettings, programs: &[&str]) -> Result<Provider, SettingsError> {
        settings.check(programs)?;
        let http = Http::new(settings.ca_file.as_deref())?;
        let secret = settings.secret()?.map(ClientSecret::new);
        let malformed = |_| SettingsError::Address("issuer");
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(malformed)?;
        let back = RedirectUrl::new(settings.page(RETURN_PATH)).map_err(|_| SettingsError::Address("address"))?;
        Ok(Provider { settings, secret, http, issuer, back, heard: RwLock::default() })
    }

    /// Its issuer.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Whether it answered when it was asked last; none where nobody has signed in yet.
    pub async fn answered(&self) -> Option<bool> {
        self.heard.read().await.as_ref().map(|(_, heard)| heard.is_ok())
    }

    /// Where to send a browser that keeps a new secret.
    pub async fn begin(&self, begun: &Secret) -> Result<String, ProviderError> {
        let client = self.client(false).await?;
        let (state, nonce) = (part(begun, "state"), part(begun, "nonce"));
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier(begun));
        let request = client.authorize_url(
            AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
            move || CsrfToken::new(state.clone()),
            move || Nonce::new(nonce.clone()),
        );
        let scopes = ["profile", "email"].into_iter().chain(self.settings.scopes.iter().map(String::as_str));
        let request = request.add_scopes(scopes.map(|scope| Scope::new(scope.to_owned())));
        let (url, ..) = request.set_pkce_challenge(challenge).url();
        Ok(url.into())
    }

    /// Who has come back with a code and a state, in a browser that kept this secret.
    pub async fn returned(&self, begun: &Secret, state: &str, code: &str) -> Result<Identity, ProviderError> {
        if !bool::from(part(begun, "state").as_bytes().ct_eq(state.as_bytes())) {
            return Err(ProviderError::NotBegun);
        }
        let client = self.client(false).await?;
        let exchange = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| ProviderError::Unreachable(error.to_string()))?
            .set_pkce_verifier(verifier(begun));
        let answer = exchange.request_async(&self.http).await.map_err(|error| match error {
            RequestTokenError::ServerResponse(answer) if *answer.error() == CoreErrorResponseType::InvalidGrant => {
                ProviderError::NotBegun
            }
            RequestTokenError::ServerResponse(answer) => ProviderError::Refused(answer.error().to_string()),
            RequestTokenError::Request(error) => ProviderError::Unreachable(error.to_string()),
            error => ProviderError::Unproven(error.to_string()),
        })?;
        let token = answer.id_token().ok_or_else(|| ProviderError::Unproven("there is no ID token".into()))?;
        let nonce = Nonce::new(part(begun, "nonce"));
        let claims = match token.claims(&client.id_token_verifier(), &nonce) {
            Ok(claims) => claims.clone(),
            // It may have been signed with a key that is newer than what was heard.
            Err(_) => {
                let client = self.client(true).await?;
                let claims = token.claims(&client.id_token_verifier(), &nonce);
                claims.map_err(|error| ProviderError::Unproven(error.to_string()))?.clone()
            }
        };
        let more = self.more(&client, &answer, &claims).await?;
        self.identity(&claims, more.as_ref())
    }

    /// Where a browser is signed out of the provider too; none where it has no such page, or cannot be asked.
    pub async fn sign_out(&self) -> Option<String> {
        let known = self.known(false).await.ok()?;
        let endpoint = known.additional_metadata().end_session_endpoint.clone()?;
        let back = PostLogoutRedirectUrl::new(self.settings.page("/sign-in")).ok()?;
        let client = ClientId::new(self.settings.client_id.clone());
        let request = LogoutRequest::from(endpoint).set_client_id(client).set_post_logout_redirect_uri(back);
        Some(request.http_get_url().into())
    }

    /// What the provider says at its page about the person, where the token alone does not say it all.
    async fn more(
        &self,
        client: &KnownClient,
        answer: &StandardTokenResponse<Fields, CoreTokenType>,
        claims: &Claims,
    ) -> Result<Option<UserInfoClaims<Others, CoreGenderClaim>>, ProviderError> {
        let is_whole = claims.email().is_some()
            && claims.name().is_some()
            && claims.additional_claims().all.contains_key(&self.settings.claim);
        if is_whole {
            return Ok(None);
        }
        let subject = claims.subject().clone();
        let Ok(request) = client.user_info(answer.access_token().clone(), Some(subject)) else { return Ok(None) };
        let asked = request.request_async(&self.http).await;
        asked.map(Some).map_err(|error| ProviderError::Unproven(error.to_string()))
    }

    fn identity(
        &self,
        claims: &Claims,
        more: Option<&UserInfoClaims<Others, CoreGenderClaim>>,
    ) -> Result<Identity, ProviderError> {
        let of_token = (claims.name(), claims.email(), claims.email_verified());
        let of_page = more.map(|more| (more.name(), more.email(), more.email_verified()));
        // Address and whether it is verified are said in one place, or do not belong together.
        let said = of_page.filter(|(_, email, _)| email.is_some()).unwrap_or(of_token);
        let name = said.0.or(of_token.0).and_then(|name| name.get(None)).map(|name| name.to_string());
        let email = said.1.map(|email| email.to_string()).unwrap_or_default();
        let groups = more.and_then(|more| more.additional_claims().all.get(&self.settings.claim));
        let groups = groups.or_else(|| claims.additional_claims().all.get(&self.settings.claim));
        let (roles, programs) = self.settings.worth(&listed(groups));
        Ok(Identity {
            issuer: self.settings.issuer.clone(),
            subject: claims.subject().to_string(),
            name: name.unwrap_or_else(|| email.clone()),
            email,
            email_verified: said.2 == Some(true),
            roles,
            programs,
        })
    }

    async fn client(&self, anew: bool) -> Result<KnownClient, ProviderError> {
        let known = self.known(anew).await?;
        let id = ClientId::new(self.settings.client_id.clone());
        // A provider that says nothing takes HTTP Basic (OpenID Connect Discovery 1.0, section 3).
        let taken = known.token_endpoint_auth_methods_supported();
        let is_basic = taken.is_none_or(|taken| taken.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let way = if is_basic { AuthType::BasicAuth } else { AuthType::RequestBody };
        let client = Client::from_provider_metadata(known, id, self.secret.clone());
        Ok(client.set_redirect_uri(self.back.clone()).set_auth_type(way))
    }

    /// What the provider says of itself (OpenID Connect Discovery 1.0), asked once in a while, or anew.
    async fn known(&self, anew: bool) -> Result<ProviderMetadataWithLogout, ProviderError> {
        let unreachable = |why: String| ProviderError::Unreachable(why);
        if let Some((at, heard)) = self.heard.read().await.as_ref() {
            let holds = if anew || heard.is_err() { SPARED_FOR } else { KNOWN_FOR };
            if at.elapsed() < holds {
                return heard.clone().map_err(unreachable);
            }
        }
        let mut kept = self.heard.write().await;
        // Somebody else may have asked while this one waited.
        if let Some((_, heard)) = kept.as_ref().filter(|(at, _)| at.elapsed() < SPARED_FOR) {
            return heard.clone().map_err(unreachable);
        }
        let asked = ProviderMetadataWithLogout::discover_async(self.issuer.clone(), &self.http).await;
        let heard = asked.map_err(|error| http::whole(&error));
        if let Err(why) = &heard {
            tracing::warn!(why, issuer = self.settings.issuer, "the provider of sign-ins cannot be used");
        }
        *kept = Some((Instant::now(), heard.clone()));
        heard.map_err(unreachable)
    }
}

/// One of the values that are made of a secret: what one shows says nothing of the others.
fn part(begun: &Secret, what: &str) -> String {
    Sha256::of(format!("{what} {}", begun.text()).as_bytes()).to_string()
}

fn verifier(begun: &Secret) -> PkceCodeVerifier {
    PkceCodeVerifier::new(part(begun, "verifier"))
}

/// The groups of a claim: a list of names, or one name alone.
fn listed(claim: Option<&Value>) -> BTreeSet<&str> {
    match claim {
        Some(Value::Array(groups)) => groups.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(group)) => BTreeSet::from([group.as_str()]),
        _ => BTreeSet::new(),
    }
}
