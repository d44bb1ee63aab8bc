//! Signing in at an OpenID Connect provider: who is let in as whom, and what is not believed. The provider of these tests says what it is
//! told to (tests/browser/liar.mjs); a real one is in `browser`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http_body_util::BodyExt;
use recto::case::{AccountState, AuditKind};
use recto::desk::{CurrentDesk, Desk, Proof, Settings, SignInError};
use recto::openid::{Group, OpenIdSettings, Provider, SettingsError};
use recto::people::{Account, Particulars, Role, Secret, Who};
use recto::register::AuditFilter;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{NOW, PASSWORD, at, home, machine, studio};

const HERE: Proof<'static> = Proof { address: "192.0.2.7", browser: "Tests/1.0" };

/// A provider as a process of its own, which ends with this.
pub struct Started {
    process: Child,
    /// Held open: whoever writes into a pipe that nobody reads ends.
    _output: BufReader<ChildStdout>,
    pub issuer: String,
}

impl Started {
    /// One of the scripts of tests/browser, with its arguments.
    pub fn script(name: &str, arguments: &[&str]) -> Started {
        let mut process = Command::new("node")
            .arg(home().join("tests/browser").join(name))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (mut issuer, mut output) = (String::new(), BufReader::new(process.stdout.take().unwrap()));
        output.read_line(&mut issuer).unwrap();
        Started { process, _output: output, issuer: issuer.trim().to_owned() }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn group(name: &str, roles: &[Role], programs: &[&str]) -> Group {
    let programs = programs.iter().map(|one| (*one).to_owned()).collect();
    Group { name: name.to_owned(), roles: roles.to_vec(), programs }
}

fn settings(folder: &Path, issuer: &str) -> OpenIdSettings {
    let file = folder.join("client-secret");
    std::fs::write(&file, "a secret of the tests alone\n").unwrap();
    OpenIdSettings {
        issuer: issuer.to_owned(),
        client_id: "recto".to_owned(),
        client_secret_file: Some(file),
        address: "https://recto.fsu.example.ca".to_owned(),
        ca_file: None,
        claim: "groups".to_owned(),
        scopes: vec!["groups".to_owned()],
        groups: vec![
            group("FSU officers", &[Role::Officer], &[]),
            group("FSU ODSP", &[], &["odsp"]),
            group("FSU managers", &[Role::Manager], &[]),
            group("FSU administrators", &[Role::Administrator], &[]),
        ],
    }
}

/// The service's router over a desk whose people sign in at a liar's.
struct House {
    desk: Arc<Desk>,
    router: Router,
    liar: Started,
    _folder: tempfile::TempDir,
}

/// What somebody gets: status, headers, page.
type Answer = (StatusCode, HeaderMap, String);

impl House {
    async fn new() -> House {
        let (folder, liar) = (tempfile::tempdir().unwrap(), Started::script("liar.mjs", &[]));
        let openid = Some(settings(folder.path(), &liar.issuer));
        let settings = Settings { openid, ..Settings::default() };
        let desk = Desk::open(studio(), settings, at(NOW), &folder.path().join("data")).await.unwrap();
        let open = Arc::new(CurrentDesk::new(desk, home()));
        let desk = open.desk();
        House { desk, router: recto::web::router(open, "a-token").unwrap(), liar, _folder: folder }
    }

    async fn get(&self, path: &str, cookie: &str) -> Answer {
        let request = Request::get(path).header(header::HOST, "recto.fsu.example.ca").header(header::COOKIE, cookie);
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    /// Sends a browser to the provider: its cookie, and the state and the nonce that it brings there.
    async fn begun(&self) -> (String, String, String) {
        let (status, headers, _) = self.get("/sign-in/provider?next=%2Fwork", "").await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let kept = cookies(&headers);
        assert!(kept[0].contains("; HttpOnly; SameSite=Lax") && kept[0].contains("; Secure"), "{kept:?}");
        let to = headers[header::LOCATION].to_str().unwrap();
        assert!(to.starts_with(&format!("{}/authorize?response_type=code&client_id=recto&", self.liar.issuer)), "{to}");
        let value = |name: &str| {
            let found = to.split(['?', '&']).find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            found.unwrap_or_else(|| panic!("no {name} in {to}")).to_owned()
        };
        assert_eq!(value("code_challenge_method"), "S256");
        assert_eq!(value("scope"), "openid+profile+email+groups");
        assert_eq!(value("redirect_uri"), "https%3A%2F%2Frecto.fsu.example.ca%2Fsign-in%2Fprovider%2Freturn");
        let cookie = kept[0].split(';').next().unwrap().to_owned();
        (cookie, value("state"), value("nonce"))
    }

    /// Signs somebody in, with what the liar is to say.
    async fn signed_in(&self, lie: impl FnOnce(&mut Value)) -> Answer {
        let (cookie, state, nonce) = self.begun().await;
        let mut says = json!({"claims": honest(&nonce)});
        lie(&mut says);
        self.get(&format!("/sign-in/provider/return?state={state}&code={}", code(&says)), &cookie).await
    }

    /// The same, and who has a session then.
    async fn person(&self, lie: impl FnOnce(&mut Value)) -> Account {
        let (status, headers, page) = self.signed_in(lie).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        assert_eq!(headers[header::LOCATION], "/work");
        let account = self.desk.signed_in(&session(&headers).unwrap()).await.unwrap();
        account.expect("a session")
    }

    async fn trail(&self) -> Vec<AuditKind> {
        let rows = self.desk.reader().audit(&AuditFilter { limit: 100, ..AuditFilter::default() }).await.unwrap();
        rows.into_iter().rev().map(|row| row.kind).collect()
    }
}

fn cookies(headers: &HeaderMap) -> Vec<&str> {
    headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect()
}

/// The session that an answer hands out.
fn session(headers: &HeaderMap) -> Option<Secret> {
    let found = cookies(headers).into_iter().find_map(|cookie| {
        let (name, value) = cookie.split(';').next()?.split_once('=')?;
        name.ends_with("recto_session").then_some(value)
    });
    Secret::shown(found?)
}

fn honest(nonce: &str) -> Value {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    json!({
        "sub": "248", "aud": "recto", "nonce": nonce, "iat": now, "exp": now + 300, "name": "Noor Castellan",
        "email": "noor@fsu.example.ca", "email_verified": true, "groups": ["FSU officers", "Chess club"],
    })
}

fn code(says: &Value) -> String {
    URL_SAFE_NO_PAD.encode(says.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_says_is_believed_only_as_far_as_it_is_proven() {
    let house = House::new().await;
    type Lie = fn(&mut Value);
    let lies: [(&str, Lie); 11] = [
        ("of another sign-in", |says| says["claims"]["nonce"] = json!("another")),
        ("without a nonce", |says| drop(says["claims"].as_object_mut().unwrap().remove("nonce"))),
        ("for another service", |says| says["claims"]["aud"] = json!("another")),
        ("for others besides", |says| says["claims"]["aud"] = json!(["recto", "another"])),
        ("of another provider", |says| says["claims"]["iss"] = json!("https://login.example.com")),
        ("of yesterday", |says| says["claims"]["exp"] = json!(1_700_000_000)),
        ("by another key", |says| says["signed"] = json!("other key")),
        ("by nobody", |says| says["signed"] = json!("none")),
        ("by the public key as a secret", |says| says["signed"] = json!("secret")),
        ("of two people", |says| {
            drop(says["claims"].as_object_mut().unwrap().remove("groups"));
            says["userinfo"] = json!({"sub": "249", "groups": ["FSU managers"]});
        }),
        ("out of order", |says| says["status"] = json!(500)),
    ];
    for (what, lie) in lies {
        let (status, headers, page) = house.signed_in(lie).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{what}: {page}");
        assert!(session(&headers).is_none(), "{what}");
        assert!(page.contains("callout--refused"), "{what}: {page}");
    }
    assert!(house.desk.accounts().await.unwrap().is_empty(), "nobody has an account of a lie");

    // A code is worth nothing in a browser that did not begin, with the state of another, or twice begun.
    let (cookie, state, nonce) = house.begun().await;
    let (others, ..) = house.begun().await;
    let back = format!("/sign-in/provider/return?code={}&state=", code(&json!({"claims": honest(&nonce)})));
    for (cookie, state) in [("", state.as_str()), (&others, &state), (&cookie, "another"), (&cookie, "")] {
        let (status, headers, page) = house.get(&format!("{back}{state}"), cookie).await;
        assert_eq!((status, session(&headers)), (StatusCode::UNPROCESSABLE_ENTITY, None), "{page}");
        assert!(page.contains("Begin again here"), "{page}");
    }
    // The provider's own word that somebody went back.
    let (status, headers, page) =
        house.get(&format!("/sign-in/provider/return?error=access_denied&state={state}"), &cookie).await;
    assert_eq!((status, session(&headers)), (StatusCode::UNPROCESSABLE_ENTITY, None), "{page}");
    assert!(
        page.contains("was not completed") && page.contains("next=/work") || page.contains("next=%2Fwork"),
        "{page}"
    );
    // A key that is newer than what was heard is asked for.
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    house.person(|says| says["signed"] = json!("newer key")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_worth_roles_and_programs_at_each_sign_in() {
    let house = House::new().await;
    let noor = house.person(|_| {}).await;
    assert_eq!(noor.is.roles, [Role::Officer]);
    assert_eq!((noor.is.name.as_str(), noor.is.programs.len()), ("Noor Castellan", 0));
    // What the token does not say is asked for at the provider's page. A new name changes nobody's; groups do.
    let moved = house
        .person(|says| {
            drop(says["claims"].as_object_mut().unwrap().remove("groups"));
            says["claims"]["name"] = json!("A Manager");
            says["userinfo"] = json!({"sub": "248", "email": "noor.c@fsu.example.ca", "email_verified": true,
                "groups": ["FSU officers", "FSU managers", "FSU ODSP"]});
        })
        .await;
    assert_eq!((&moved.id, moved.is.name.as_str()), (&noor.id, "Noor Castellan"));
    assert_eq!(moved.is.email, "noor.c@fsu.example.ca");
    assert_eq!(
        (moved.is.roles.as_slice(), moved.is.programs.as_slice()),
        ([Role::Officer, Role::Manager].as_slice(), ["odsp".to_owned()].as_slice())
    );
    let trail = [
        AuditKind::AccountMade,
        AuditKind::IdentityLinked,
        AuditKind::SignedIn,
        AuditKind::AccountChanged,
        AuditKind::SignedIn,
    ];
    assert_eq!(house.trail().await, trail);

    // Two people of one name are told apart; an address that is not verified is nobody's proof.
    let other = house
        .person(|says| {
            says["claims"]["sub"] = json!("9");
            says["claims"]["email"] = json!("n.castellan@fsu.example.ca");
        })
        .await;
    assert_eq!(other.is.name, "Noor Castellan (n.castellan@fsu.example.ca)");
    let (status, _, page) = house
        .signed_in(|says| {
            says["claims"]["sub"] = json!("10");
            says["claims"]["email"] = json!("noor.c@fsu.example.ca");
            says["claims"]["email_verified"] = json!(false);
        })
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("Another account has this e-mail address"), "{page}");

    // Whoever is in no group any more is out at once, wherever they are signed in.
    let (.., headers, _) = house.signed_in(|says| says["claims"]["groups"] = json!("FSU managers")).await;
    let still = session(&headers).unwrap();
    let (status, headers, page) = house.signed_in(|says| says["claims"]["groups"] = json!(["Chess club"])).await;
    assert_eq!((status, session(&headers)), (StatusCode::UNPROCESSABLE_ENTITY, None));
    assert!(page.contains("no group that has a role here"), "{page}");
    assert_eq!(house.desk.signed_in(&still).await.unwrap(), None);
    assert_eq!(house.trail().await.last(), Some(&AuditKind::SignInFailed));
    // And whoever's account is closed here stays out.
    house.desk.close_account(&machine(), &noor.id).await.unwrap();
    let (status, _, page) = house.signed_in(|_| {}).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("Your account here is closed"), "{page}");
    assert!(house.desk.verify().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_was_invited_is_taken_up_and_has_no_password_any_more() {
    let house = House::new().await;
    let is = Particulars {
        name: "N. Castellan".to_owned(),
        email: "Noor@fsu.example.ca".to_owned(),
        roles: vec![Role::Administrator],
        programs: Vec::new(),
    };
    let (invited, link) = house.desk.invite(&machine(), is.clone()).await.unwrap();
    house.desk.sign_in_by_link(&link, None, PASSWORD, HERE).await.unwrap();
    let link = house.desk.link_to(&machine(), &invited.id).await.unwrap();
    let noor = house.person(|_| {}).await;
    assert_eq!(
        (&noor.id, noor.state, noor.is.roles.as_slice()),
        (&invited.id, AccountState::Open, [Role::Officer].as_slice())
    );
    assert_eq!(noor.is.name, "N. Castellan");
    let by_password = house.desk.sign_in("noor@fsu.example.ca", PASSWORD, HERE).await;
    assert!(matches!(by_password, Err(SignInError::Wrong)));
    let by_link = house.desk.sign_in_by_link(&link, None, PASSWORD, HERE).await;
    assert!(matches!(by_link, Err(SignInError::NoLink)));
    // Nobody else of the provider's gets it by the same address.
    let (status, ..) = house.signed_in(|says| says["claims"]["sub"] = json!("9")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    // What the provider says is not changed here; the name is.
    let raised = Particulars { roles: vec![Role::Director], ..noor.is.clone() };
    let faults = house.desk.change_account(&machine(), &noor.id, raised).await.unwrap_err();
    assert!(format!("{faults:?}").contains("account-of-provider"), "{faults:?}");
    let named = Particulars { name: "Noor C. Castellan".to_owned(), ..noor.is.clone() };
    house.desk.change_account(&machine(), &noor.id, named).await.unwrap();
    // Where the provider is out of order, an administrator's link lets in, until it is in order again.
    let link = house.desk.link_to(&machine(), &noor.id).await.unwrap();
    let session = house.desk.sign_in_by_link(&link, None, PASSWORD, HERE).await.unwrap();
    let who = Who::Person(house.desk.signed_in(&session).await.unwrap().unwrap());
    assert_eq!(who.actor().name, "Noor C. Castellan");
    house.person(|_| {}).await;
    let by_password = house.desk.sign_in("noor@fsu.example.ca", PASSWORD, HERE).await;
    assert!(matches!(by_password, Err(SignInError::Wrong)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_does_not_answer_is_said_and_keeps_nobody_out_who_has_a_password() {
    let folder = tempfile::tempdir().unwrap();
    // Nothing listens where nothing was ever begun.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let openid = Some(settings(folder.path(), &format!("http://{free}")));
    let desk = Desk::open(studio(), Settings { openid, ..Settings::default() }, at(NOW), folder.path()).await.unwrap();
    let open = Arc::new(CurrentDesk::new(desk, home()));
    let desk = open.desk();
    let router = recto::web::router(open, "a-token").unwrap();
    let request = Request::get("/sign-in/provider?lang=fr").body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = response.into_body().collect().await.unwrap().to_bytes();
    let page = String::from_utf8(page.to_vec()).unwrap();
    assert!(page.contains("ne répond pas") && page.contains("id=\"password\""), "{page}");
    crate::support::signed_in(&desk, "O. Officer").await;
}

#[test]
fn settings_that_would_let_secrets_out_or_nobody_in_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    type Change = fn(&mut OpenIdSettings);
    let wrong: [(&str, Change); 8] = [
        ("issuer", |openid| openid.issuer = "http://login.example.ca".to_owned()),
        ("issuer", |openid| openid.issuer = "login.example.ca".to_owned()),
        ("address", |openid| openid.address = "http://recto.fsu.example.ca".to_owned()),
        ("address", |openid| openid.address = "https://recto.fsu.example.ca/letters".to_owned()),
        ("client-secret-that-is-not-there", |openid| {
            openid.client_secret_file = Some("client-secret-that-is-not-there".into());
        }),
        ("ca_file", |openid| openid.ca_file.clone_from(&openid.client_secret_file)),
        ("[[openid.groups]]", |openid| openid.groups.retain(|group| group.roles.is_empty())),
        ("odsp", |openid| openid.groups[0].programs = vec!["ei".to_owned()]),
    ];
    for (place, change) in wrong {
        let mut openid = settings(folder.path(), "https://login.example.ca/realms/fsu");
        change(&mut openid);
        let refused: SettingsError = Provider::new(openid, &["odsp"]).err().expect(place);
        let says = refused.says();
        assert!(says.en.contains(place) && says.fr.contains(place), "{place}: {says:?}");
    }
    assert!(Provider::new(settings(folder.path(), "https://login.example.ca/realms/fsu"), &["odsp"]).is_ok());
}
