//! People sign in: the first administrator, invitations, passwords, sessions and their ends, tokens of systems, programs.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use recto::case::{AccountState, AuditKind};
use recto::desk::{Desk, PeopleError, Proof, SignInError};
use recto::people::{Account, Particulars, Permission, Role, Secret, Who};
use recto::register::AuditFilter;
use serde_json::{Value, json};

use crate::http::{Api, STRUCTURED};
use crate::support::{PASSWORD, debt_referred, desk, desk_at, event, machine, sample, signed_in};

const HERE: Proof<'static> = Proof { address: "192.0.2.7", browser: "Tests/1.0" };

fn says(name: &str, email: &str, roles: &[Role], programs: &[&str]) -> Particulars {
    let programs = programs.iter().map(|one| (*one).to_owned()).collect();
    Particulars { name: name.to_owned(), email: email.to_owned(), roles: roles.to_vec(), programs }
}

fn codes(error: PeopleError) -> Vec<String> {
    let PeopleError::Faults(faults) = error else { panic!("{error:?}") };
    faults.into_iter().map(|fault| fault.code).collect()
}

async fn trail(desk: &Desk) -> Vec<AuditKind> {
    let rows = desk.reader().audit(&AuditFilter { limit: 100, ..AuditFilter::default() }).await.unwrap();
    rows.into_iter().rev().map(|row| row.kind).collect()
}

/// The account behind a session, as somebody who acts.
async fn who(desk: &Desk, secret: &Secret) -> Who {
    Who::Person(desk.signed_in(secret).await.unwrap().expect("signed in"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_administrator_comes_by_a_link_that_is_used_once_and_invites_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let stale = desk.first_link(&machine()).await.unwrap().unwrap();
    let link = desk.first_link(&machine()).await.unwrap().unwrap();
    let first = Some(("Ada Min", "ada@fsu.example.ca"));
    let old = desk.sign_in_by_link(&stale, first, PASSWORD, HERE).await;
    assert!(matches!(old, Err(SignInError::NoLink)), "a newer one takes its place");
    let Err(SignInError::Faults(faults)) = desk.sign_in_by_link(&link, Some(("", "ada")), "short", HERE).await else {
        panic!("all that is wrong is said")
    };
    let wrong: Vec<&str> = faults.iter().map(|fault| fault.code.as_str()).collect();
    assert_eq!(wrong, ["name-invalid", "email-invalid", "password-weak"]);
    let session = desk.sign_in_by_link(&link, first, PASSWORD, HERE).await.unwrap();
    assert!(matches!(desk.sign_in_by_link(&link, first, PASSWORD, HERE).await, Err(SignInError::NoLink)));
    assert_eq!(desk.first_link(&machine()).await.unwrap(), None, "somebody has an account");
    let ada = who(&desk, &session).await;
    assert_eq!(ada.roles(), [Role::Administrator]);

    let officer = says("Olga Fisher", "olga@fsu.example.ca", &[Role::Officer], &["odsp"]);
    let (account, link) = desk.invite(&ada, officer.clone()).await.unwrap();
    assert_eq!(account.state, AccountState::Invited);
    let nobody = desk.sign_in(&officer.email, PASSWORD, HERE).await;
    assert!(matches!(nobody, Err(SignInError::Wrong)), "no password yet");
    desk.make_token(&ada, "Case system", &[Permission::Record]).await.unwrap();
    let again = desk.invite(&ada, says("OLGA FISHER", "other@fsu.example.ca", &[Role::Officer], &[])).await;
    assert_eq!(codes(again.unwrap_err()), ["account-taken"], "the case files would not tell them apart");
    // A Cyrillic O, a zero in its place, a blank that does not show.
    for (like, code) in [
        ("\u{41e}lga Fisher", "account-taken"),
        ("0lga Fisher", "account-taken"),
        ("\u{41e}LGA FISHER", "account-taken"),
        ("CASE \u{405}YSTEM", "account-taken"),
        ("Olga\u{200b} Fisher", "name-invalid"),
    ] {
        let again = desk.invite(&ada, says(like, "other@fsu.example.ca", &[Role::Officer], &[])).await;
        assert_eq!(codes(again.unwrap_err()), [code], "{like:?}");
    }
    let unfit = desk.invite(&ada, says("7", "nowhere", &[], &["ei"])).await;
    assert_eq!(codes(unfit.unwrap_err()), ["name-invalid", "email-invalid", "role-missing", "program-unknown"]);
    desk.sign_in_by_link(&link, None, PASSWORD, HERE).await.unwrap();
    let olga = who(&desk, &desk.sign_in("Olga@FSU.example.ca ", PASSWORD, HERE).await.unwrap()).await;
    assert_eq!((olga.actor().name.as_str(), olga.programs()), ("Olga Fisher", ["odsp".to_owned()].as_slice()));

    // Nobody raises themselves, and somebody can always administer.
    let Who::Person(Account { id, is, .. }) = &ada else { panic!() };
    let raised = Particulars { roles: vec![Role::Administrator, Role::Manager], ..is.clone() };
    assert_eq!(codes(desk.change_account(&ada, id, raised).await.unwrap_err()), ["own-account"]);
    assert_eq!(codes(desk.close_account(&ada, id).await.unwrap_err()), ["last-administrator"]);
    let demoted = Particulars { roles: vec![Role::Records], ..is.clone() };
    assert_eq!(codes(desk.change_account(&machine(), id, demoted).await.unwrap_err()), ["last-administrator"]);
    // Closed, an account lets nobody in; opened again, it wants a new password.
    let session = desk.sign_in(&officer.email, PASSWORD, HERE).await.unwrap();
    desk.close_account(&ada, &account.id).await.unwrap();
    assert_eq!(desk.signed_in(&session).await.unwrap(), None);
    assert!(matches!(desk.sign_in(&officer.email, PASSWORD, HERE).await, Err(SignInError::Wrong)));
    let link = desk.open_account(&ada, &account.id).await.unwrap();
    assert!(matches!(desk.sign_in(&officer.email, PASSWORD, HERE).await, Err(SignInError::Wrong)));
    desk.sign_in_by_link(&link, None, "another four words here", HERE).await.unwrap();
    let kinds = trail(&desk).await;
    for kind in [AuditKind::AccountMade, AuditKind::LinkMade, AuditKind::PasswordSet, AuditKind::SignedIn] {
        assert!(kinds.contains(&kind), "{kind:?}: {kinds:?}");
    }
    for kind in [AuditKind::SignInFailed, AuditKind::AccountClosed, AuditKind::AccountOpened] {
        assert!(kinds.contains(&kind), "{kind:?}: {kinds:?}");
    }
    assert_eq!(desk.verify().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_stands_in_the_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let session = signed_in(&desk, "S. Admin").await;
    let (_, link) = desk.invite(&machine(), says("Nina", "nina@fsu.example.ca", &[Role::Records], &[])).await.unwrap();
    let (_, token) = desk.make_token(&machine(), "Case system", &[Permission::Record]).await.unwrap();
    drop(desk.sign_in("a-password-in-the-wrong-field", "x", HERE).await);
    desk.close().await;
    let bytes = std::fs::read(folder.path().join("recto.db")).unwrap();
    let stands = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    for secret in [session.as_str(), link.text(), token.text(), PASSWORD, "a-password-in-the-wrong-field"] {
        assert!(!stands(secret), "{secret}");
    }
    assert!(stands("$argon2id$v=19$m=19456,t=2,p=1$") && stands(link.hash().as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_keeps_guessing_waits_and_the_one_who_is_right_gets_in_after_that() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    drop(signed_in(&desk, "O. Officer").await);
    let email = "o.officer@fsu.example.ca";
    for _ in 0..5 {
        assert!(matches!(desk.sign_in(email, "a wrong password", HERE).await, Err(SignInError::Wrong)));
    }
    let Err(SignInError::Wait(wait)) = desk.sign_in(email, PASSWORD, HERE).await else { panic!("too many") };
    assert!(wait.as_secs() < 6, "{wait:?}");
    let elsewhere = Proof { address: "198.51.100.9", ..HERE };
    let waits = desk.sign_in("O.OFFICER@fsu.example.ca", PASSWORD, elsewhere).await;
    assert!(matches!(waits, Err(SignInError::Wait(_))), "per account, wherever from");
    assert!(desk.sign_in("nobody@fsu.example.ca", PASSWORD, HERE).await.is_err());
    tokio::time::sleep(wait).await;
    desk.sign_in(email, PASSWORD, HERE).await.unwrap();
    desk.sign_in(email, PASSWORD, HERE).await.unwrap();
    // One address that tries many accounts waits too, and others do not for it.
    let many = async |address: &'static str| {
        let mut last = None;
        for number in 0..60 {
            let proof = Proof { address, ..HERE };
            last = desk.sign_in(&format!("nobody-{number}@fsu.example.ca"), "x", proof).await.err();
        }
        last
    };
    assert!(matches!(many("203.0.113.5").await, Some(SignInError::Wait(_))));
    desk.sign_in(email, PASSWORD, HERE).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_after_half_an_hour_of_nothing_and_after_a_working_day() {
    let folder = tempfile::tempdir().unwrap();
    let at = async |instant: &str| desk_at(folder.path(), instant).await;
    let morning = at("2026-11-17T08:00:00-05:00").await;
    let secret = Secret::shown(&signed_in(&morning, "O. Officer").await).unwrap();
    morning.close().await;
    // Used every 29 minutes it goes on, for ten hours.
    let mut minutes = 0;
    while minutes < 9 * 60 + 50 {
        minutes += 29;
        let now = format!("2026-11-17T{:02}:{:02}:00-05:00", 8 + minutes / 60, minutes % 60);
        let desk = at(&now).await;
        assert_eq!(desk.signed_in(&secret).await.unwrap().is_some(), minutes < 600, "{now}");
        desk.close().await;
    }
    let evening = at("2026-11-17T18:30:00-05:00").await;
    let fresh = Secret::shown(&signed_in(&evening, "O. Officer").await).unwrap();
    evening.close().await;
    let later = at("2026-11-17T19:00:00-05:00").await;
    assert_eq!(later.signed_in(&fresh).await.unwrap(), None, "half an hour of nothing");
    later.close().await;
    // A link has its end, too.
    let morning = at("2026-11-18T08:00:00-05:00").await;
    let (_, link) =
        morning.invite(&machine(), says("N. One", "n@fsu.example.ca", &[Role::Records], &[])).await.unwrap();
    morning.close().await;
    let late = at("2026-11-21T08:00:00-05:00").await;
    assert_eq!(late.invited(&link).await.unwrap(), None);
    assert!(matches!(late.sign_in_by_link(&link, None, PASSWORD, HERE).await, Err(SignInError::NoLink)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_changed_by_its_owner_and_ends_the_other_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let other = Secret::shown(&signed_in(&desk, "O. Officer").await).unwrap();
    let own = Secret::shown(&signed_in(&desk, "O. Officer").await).unwrap();
    let account = desk.signed_in(&own).await.unwrap().unwrap();
    let change = async |old: &str, new: &str| desk.change_password(&account, &own, old, new, HERE).await;
    assert!(matches!(change("not it", "another four words here").await, Err(SignInError::Wrong)));
    for weak in ["too short", "aaaaaaaaaaaaaaaaaaaa", "o.officer o.officer", "abcabcabcabcabcabc"] {
        assert!(matches!(change(PASSWORD, weak).await, Err(SignInError::Faults(_))), "{weak}");
    }
    change(PASSWORD, "another four words here").await.unwrap();
    assert!(desk.signed_in(&own).await.unwrap().is_some());
    assert!(desk.signed_in(&other).await.unwrap().is_none());
    assert!(matches!(desk.sign_in(&account.is.email, PASSWORD, HERE).await, Err(SignInError::Wrong)));
    desk.sign_in(&account.is.email, "another four words here", HERE).await.unwrap();
    desk.end_sessions(&Who::Person(account), &desk.accounts().await.unwrap()[0].id).await.unwrap();
    assert!(desk.signed_in(&own).await.unwrap().is_none(), "everywhere");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_does_what_its_token_is_for_until_it_is_revoked() {
    let api = Api::start().await;
    let desk = &api.desk;
    let nothing = desk.make_token(&machine(), "", &[Permission::Decide]).await;
    assert_eq!(codes(nothing.unwrap_err()), ["name-invalid", "permission-missing"], "what two must do is no system's");
    let (token, secret) = desk.make_token(&machine(), "Case system", &[Permission::Record]).await.unwrap();
    let same = desk.make_token(&machine(), "case SYSTEM", &[Permission::Record]).await;
    assert_eq!(codes(same.unwrap_err()), ["token-taken"]);
    // Nor one that looks the same, another system's or somebody's.
    desk.invite(&machine(), says("Nina Rowe", "nina@fsu.example.ca", &[Role::Officer], &[])).await.unwrap();
    for (like, code) in [
        ("C\u{430}se system", "token-taken"),
        ("Nin\u{430} Rowe", "token-taken"),
        ("Case\u{200d} system", "name-invalid"),
    ] {
        let same = desk.make_token(&machine(), like, &[Permission::Record]).await;
        assert_eq!(codes(same.unwrap_err()), [code], "{like:?}");
    }
    let call = async |method: &str, path: &str, body: String| {
        let request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        let request = request.header(STRUCTURED.0, STRUCTURED.1);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", secret.text()));
        api.send(request.body(Body::from(body)).unwrap()).await.status()
    };
    assert_eq!(call("POST", "/events", debt_referred("e-1").to_string()).await, StatusCode::ACCEPTED);
    assert_eq!(call("GET", "/letters", String::new()).await, StatusCode::FORBIDDEN);
    let case = api.get("/cases/DR-2026-004512").await;
    assert_eq!(case["entries"][0]["actor"], json!({"kind": "case-system", "name": "Case system"}));
    let (row, _) = desk.tokens().await.unwrap().remove(0);
    assert!(row.used_at.is_some());
    desk.revoke_token(&machine(), &token.id).await.unwrap();
    assert!(matches!(desk.revoke_token(&machine(), &token.id).await, Err(PeopleError::NotFound(_))));
    assert_eq!(call("POST", "/events", debt_referred("e-2").to_string()).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_works_in_one_program_sees_and_asks_for_nothing_of_another() {
    let api = Api::start().await;
    let letter = api.taken(&debt_referred("e-1")).await.remove(0);
    let program = sample("debt-notice", "plausible")["case"]["program"].as_str().unwrap().to_owned();
    let other = if program == "odsp" { "ontario-works" } else { "odsp" };
    for (name, of) in [("In Side", program.as_str()), ("Out Side", other)] {
        let email = format!("{}@fsu.example.ca", name.replace(' ', "."));
        let (_, link) = api.desk.invite(&machine(), says(name, &email, &[Role::Officer], &[of])).await.unwrap();
        let secret = api.desk.sign_in_by_link(&link, None, PASSWORD, HERE).await.unwrap();
        let is_in = of == program;
        let asked = async |path: &str| {
            let request = Request::get(path).header(header::COOKIE, format!("__Host-recto_session={}", secret.text()));
            let answer = api.send(request.body(Body::empty()).unwrap()).await;
            let status = answer.status();
            let text = answer.into_body().collect().await.unwrap().to_bytes();
            (status, String::from_utf8_lossy(&text).into_owned())
        };
        let wanted = if is_in { StatusCode::OK } else { StatusCode::FORBIDDEN };
        for path in [
            "/cases/DR-2026-004512",
            &format!("/letters/{letter}"),
            &format!("/letters/{letter}/pdf"),
            &format!("/letters/{letter}/page-1.png"),
            "/api/v1/cases/DR-2026-004512",
            "/api/v1/cases/DR-2026-004512/eligibility",
            &format!("/api/v1/letters/{letter}/pdf"),
        ] {
            assert_eq!(asked(path).await.0, wanted, "{path} by {name}");
        }
        for path in ["/", "/letters", "/api/v1/letters"] {
            let (status, text) = asked(path).await;
            assert_eq!((status, text.contains(&letter)), (StatusCode::OK, is_in), "{path} by {name}");
        }
        let request = json!({"letter": "debt-notice", "data": sample("debt-notice", "plausible")});
        let preview = Request::post("/api/v1/letters/preview")
            .header(header::COOKIE, format!("__Host-recto_session={}", secret.text()))
            .header("sec-fetch-site", "same-origin");
        let status = api.send(preview.body(Body::from(request.to_string())).unwrap()).await.status();
        assert_eq!(status.is_success(), is_in, "a preview by {name}: {status}");
        // What is told under another program's name does not bring the case over.
        let mut told = debt_referred(&format!("t-{of}"));
        told["data"]["case"]["program"] = json!(of);
        let tell = Request::post("/api/v1/events")
            .header(STRUCTURED.0, STRUCTURED.1)
            .header(header::COOKIE, format!("__Host-recto_session={}", secret.text()))
            .header("sec-fetch-site", "same-origin");
        let status = api.send(tell.body(Body::from(told.to_string())).unwrap()).await.status();
        assert_eq!(status.is_success(), is_in, "an event by {name}: {status}");
        // Nor does a sheet of references alone show what the register knows.
        let sheet = Request::post("/api/v1/merges?letter=account-statement&file=s.csv")
            .header(header::COOKIE, format!("__Host-recto_session={}", secret.text()))
            .header("sec-fetch-site", "same-origin");
        let rows = "Case;Requested on\nDR-2026-004512;2026-11-03\n";
        let answer = api.send(sheet.body(Body::from(rows)).unwrap()).await;
        let text = answer.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert_eq!(text.contains("Tremblay"), is_in, "a sheet by {name}: {text}");
        assert_eq!(text.contains("program-not-yours"), !is_in, "a sheet by {name}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_asks_for_is_prepared_by_that_person_who_cannot_approve_it() {
    let api = Api::start().await;
    let mut data = sample("correspondence", "plausible");
    data.as_object_mut().unwrap().remove("dated");
    data["facts"]["prepared_by"] = json!("Somebody Else");
    let ask = async |name: &str, key: &str, data: &Value| {
        let body = json!({"letter": "correspondence", "data": data}).to_string();
        api.call_by(name, "POST", "/letters", &[("idempotency-key", key)], body).await
    };
    let (status, problem) = ask("A. Manager", "k-1", &data).await;
    assert_eq!(
        (status, &problem["faults"][0]["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("prepared-by-somebody-else"))
    );
    data["facts"].as_object_mut().unwrap().remove("prepared_by");
    let (status, letter) = ask("A. Manager", "k-2", &data).await;
    assert_eq!(status, StatusCode::CREATED, "{letter:#}");
    crate::support::work(&api.desk).await;
    let id = letter["id"].as_str().unwrap();
    let row = api.desk.reader().letter(&recto::case::LetterId::new(id)).await.unwrap().unwrap();
    let asked = api.desk.reader().event(row.event).await.unwrap().unwrap().event;
    assert_eq!(asked.data["facts"]["prepared_by"], "A. Manager");
    // An event that a person brings is that person's as well.
    let mut data = sample("reimbursement", "plausible");
    data["facts"]["prepared_by"] = json!("O. Officer");
    let credit = event("c-1", "credit.found", "2026-11-17T09:00:00-05:00", &data).to_string();
    let (status, problem) = api.call_by("A. Manager", "POST", "/events", &[STRUCTURED], credit).await;
    assert_eq!(
        (status, &problem["faults"][0]["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("prepared-by-somebody-else"))
    );
    data["facts"]["prepared_by"] = json!("a. manager");
    let credit = event("c-1", "credit.found", "2026-11-17T09:00:00-05:00", &data).to_string();
    let (status, receipt) = api.call_by("A. Manager", "POST", "/events", &[STRUCTURED], credit).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{receipt:#}");
    crate::support::work(&api.desk).await;
    let path = format!("/letters/{}", receipt["letters"][0].as_str().unwrap());
    assert_eq!(api.get(&path).await["state"], "awaiting-approval");
    let seal = json!({"seal": api.get(&format!("{path}/review")).await["seal"]});
    let own = api.post_by("A. Manager", &format!("{path}/approve"), &seal).await;
    assert_eq!(own, (403, "preparer-cannot-approve".to_owned()));
    assert_eq!(api.post_by("D. Director", &format!("{path}/approve"), &seal).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_cookie_is_kept_from_scripts_and_goes_over_tls_alone_but_on_this_machine() {
    let api = Api::start().await;
    drop(api.session("O. Officer").await);
    let sign_in = async |host: &str, next: &str| {
        let request = Request::post("/sign-in").header(header::HOST, host).header("sec-fetch-site", "same-origin");
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = format!("email=o.officer%40fsu.example.ca&password={}&next={next}", PASSWORD.replace(' ', "+"));
        let answer = api.send(request.body(Body::from(body)).unwrap()).await;
        let header = |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        (header(header::SET_COOKIE).unwrap(), header(header::LOCATION).unwrap())
    };
    for (host, secure) in [
        ("127.0.0.1:8080", false),
        ("localhost", false),
        ("[::1]:8080", false),
        ("recto.fsu.example.ca", true),
        ("localhost.evil.example", true),
    ] {
        let (cookie, _) = sign_in(host, "%2F").await;
        assert!(cookie.contains("; HttpOnly; SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
        assert_eq!(cookie.ends_with("; Secure"), secure, "{host}: {cookie}");
        assert_eq!(cookie.starts_with("__Host-recto_session="), secure, "{host}: {cookie}");
    }
    // One that another host of the domain could have set opens nothing; nor does a browser get one that it would not keep.
    let [(_, cookie), _] = api.session("O. Officer").await;
    for (host, proxy, cookie, status) in [
        ("recto.fsu.example.ca", "http", cookie.clone(), StatusCode::OK),
        ("recto.fsu.example.ca", "http", cookie.replace("__Host-", ""), StatusCode::UNAUTHORIZED),
        ("localhost", "http", cookie.replace("__Host-", ""), StatusCode::OK),
        ("localhost", "https", cookie.replace("__Host-", ""), StatusCode::UNAUTHORIZED),
        ("localhost", "https", cookie, StatusCode::OK),
    ] {
        let request = Request::get("/work").header(header::HOST, host).header("x-forwarded-proto", proxy);
        let answer = api.send(request.header(header::COOKIE, &cookie).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status(), status, "{host} {proxy} {cookie}");
        assert!(answer.headers().contains_key(header::STRICT_TRANSPORT_SECURITY));
    }
    let request =
        Request::post("/sign-in").header(header::HOST, "recto.fsu.example.ca").header("sec-fetch-site", "same-origin");
    let request = request.header(header::ORIGIN, "http://recto.fsu.example.ca");
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = api.send(request.body(Body::from("email=a&password=b")).unwrap()).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&page).contains("without encryption"), "it says why");
    for (next, place) in [
        ("%2Fletters%3Fstate%3Dheld", "/letters?state=held"),
        ("%2F%2Fevil.example", "/"),
        ("https%3A%2F%2Fevil.example", "/"),
        ("%2F%5Cevil.example", "/"),
        ("", "/"),
    ] {
        assert_eq!(sign_in("localhost", next).await.1, place, "{next}");
    }
}
