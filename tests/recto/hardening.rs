//! What keeps the doors shut when somebody leans on them: guessing at an open session, many addresses of one subscriber, two
//! administrators who go at the same time, and print runs that have other programs' letters.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use recto::case::{AccountState, AuditKind};
use recto::desk::{PeopleError, Proof, SignInError};
use recto::people::{Account, Particulars, Permission, Role, Secret, Who, network};
use recto::register::AuditFilter;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::http::Api;
use crate::support::{PASSWORD, debt_referred, desk, machine, signed_in};

const HERE: Proof<'static> = Proof { address: "192.0.2.7", browser: "Tests/1.0" };

fn says(name: &str, role: Role, programs: &[&str]) -> Particulars {
    let email = format!("{}@fsu.example.ca", name.to_lowercase().replace(' ', "."));
    let programs = programs.iter().map(|one| (*one).to_owned()).collect();
    Particulars { name: name.to_owned(), email, roles: vec![role], programs }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_old_password_is_a_failed_sign_in_of_its_account() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let own = Secret::shown(&signed_in(&desk, "O. Officer").await).unwrap();
    let account = desk.signed_in(&own).await.unwrap().unwrap();
    let guess = async || desk.change_password(&account, &own, "not it", "another four words here", HERE).await;
    for _ in 0..5 {
        assert!(matches!(guess().await, Err(SignInError::Wrong)));
    }
    assert!(matches!(guess().await, Err(SignInError::Wait(_))), "they count");
    assert!(matches!(desk.sign_in(&account.is.email, PASSWORD, HERE).await, Err(SignInError::Wait(_))));
    let filter = AuditFilter { kind: Some(AuditKind::SignInFailed), limit: 100, ..AuditFilter::default() };
    let failed = desk.reader().audit(&filter).await.unwrap();
    assert_eq!(failed.len(), 5);
    for line in failed {
        assert_eq!(line.subject, account.id.as_str());
        assert_eq!(line.detail().unwrap()["address"], HERE.address);
        assert_eq!(line.actor().unwrap().name, "O. Officer");
    }
    assert!(desk.verify().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_addresses_of_one_subscriber_count_as_one() {
    for (one, other) in [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
        ("192.0.2.7", "::ffff:192.0.2.7"),
        ("2001:0db8:0001:0002::1", "2001:db8:1:2::9"),
    ] {
        assert_eq!(network(one), network(other), "{one} {other}");
    }
    for (one, other) in [("2001:db8:1:2::1", "2001:db8:1:3::1"), ("192.0.2.7", "192.0.2.8"), ("", "::1")] {
        assert_ne!(network(one), network(other), "{one} {other}");
    }
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let mut last = None;
    for number in 0..60 {
        let address = format!("2001:db8:1:2::{number:x}");
        let proof = Proof { address: &address, ..HERE };
        last = desk.sign_in(&format!("nobody-{number}@fsu.example.ca"), "x", proof).await.err();
    }
    assert!(matches!(last, Some(SignInError::Wait(_))), "{last:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_administrators_who_go_at_the_same_time_do_not_both_go() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Arc::new(desk(folder.path()).await);
    for round in 0..4 {
        let mut accounts = Vec::new();
        for name in ["Ada Min", "Bea Min"] {
            let says = says(&format!("{name}{round}"), Role::Administrator, &[]);
            let (Account { id, is, .. }, link) = desk.invite(&machine(), says).await.unwrap();
            desk.sign_in_by_link(&link, None, PASSWORD, HERE).await.unwrap();
            accounts.push((id, is));
        }
        // Those of the rounds before are closed, but for one.
        for before in desk.accounts().await.unwrap() {
            let is_new = accounts.iter().any(|(id, _)| *id == before.id);
            if before.state == AccountState::Open && !is_new {
                desk.close_account(&machine(), &before.id).await.unwrap();
            }
        }
        let [(one, _), (other, is)] = <[_; 2]>::try_from(accounts).unwrap();
        let (first, second) = (Arc::clone(&desk), Arc::clone(&desk));
        let closing = tokio::spawn(async move { first.close_account(&machine(), &one).await });
        let demoted = Particulars { roles: vec![Role::Records], ..is };
        let changing = tokio::spawn(async move { second.change_account(&machine(), &other, demoted).await.map(drop) });
        let done = [closing.await.unwrap(), changing.await.unwrap()];
        let refused = done.iter().filter(|one| matches!(one, Err(PeopleError::Faults(_)))).count();
        assert_eq!(refused, 1, "{done:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_kept_to_some_programs_closes_no_print_run() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    let (_, link) = api.desk.invite(&machine(), says("Kept Mail", Role::Manager, &["odsp"])).await.unwrap();
    let secret = api.desk.sign_in_by_link(&link, None, PASSWORD, HERE).await.unwrap();
    let cookie = format!("__Host-recto_session={}", secret.text());
    let date = api.desk.run_date();
    let asked = async |method: &str, path: &str| {
        let request = Request::builder().method(method).uri(path).header(header::COOKIE, &cookie);
        let request = request.header("sec-fetch-site", "same-origin").body(Body::empty()).unwrap();
        let answer = api.send(request).await;
        let status = answer.status();
        let text = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8_lossy(&text).into_owned())
    };
    for path in [format!("/api/v1/runs/{date}/close"), format!("/runs/{date}/close")] {
        let (status, text) = asked("POST", &path).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}: {text}");
        assert!(text.contains("letters of all programs"), "{text}");
    }
    assert!(api.desk.reader().runs(10).await.unwrap().is_empty(), "nothing was closed");
    let (_, page) = asked("GET", "/runs").await;
    assert!(!page.contains("<button class=\"button\" type=\"submit\">Close"), "{page}");
    let Who::Person(whole) = crate::support::person("M. Room") else { unreachable!() };
    api.desk.close_run_for(&Who::Person(whole), date).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_has_gone_wrong_waits_and_the_others_do_not() {
    let api = Api::start().await;
    let [cookie, same_origin] = api.session("O. Officer").await;
    let look = async |who: &[(header::HeaderName, String)], path: &str, address: [u8; 4]| {
        let request = who.iter().fold(Request::get(path), |request, (name, value)| request.header(name, value));
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((address, 40_000))));
        let answer = api.send(request).await;
        let wait = answer.headers().get(header::RETRY_AFTER).map(|wait| wait.to_str().unwrap().parse::<u64>().unwrap());
        (answer.status(), wait)
    };
    let (officer, here) = ([cookie, same_origin], [192, 0, 2, 7]);
    let refused = async |who: &[(header::HeaderName, String)], path: &str, address, most: usize| {
        for number in 0..most {
            let (status, wait) = look(who, path, address).await;
            if status == StatusCode::TOO_MANY_REQUESTS {
                assert!(wait.is_some_and(|seconds| (1..=60).contains(&seconds)), "{wait:?}");
                return number;
            }
        }
        panic!("{path} was never refused")
    };
    // A list as a file takes long: some at once are a person's, hundreds are a script's.
    assert!(refused(&officer, "/letters.csv", here, 100).await >= 30);
    assert_eq!(look(&officer, "/account", here).await.0, StatusCode::OK, "other pages open as ever");
    assert!(refused(&officer, "/account", here, 3_000).await >= 250);
    let manager = api.session("A. Manager").await;
    assert_eq!(look(&manager, "/account", here).await.0, StatusCode::OK, "nobody waits for somebody else's script");
    // A stranger, by the address; the one that comes from another does not wait.
    assert!(refused(&[], "/sign-in", here, 3_000).await >= 200);
    assert_eq!(look(&[], "/sign-in", [192, 0, 2, 8]).await.0, StatusCode::OK);
    assert_eq!(look(&manager, "/work", here).await.0, StatusCode::OK, "who is known is not a stranger");
    // A system brings a day's events as fast as they are taken, and no more of the rest than a system needs.
    let (_, secret) =
        api.desk.make_token(&machine(), "Case system", &[Permission::Look, Permission::Record]).await.unwrap();
    let system = [(header::AUTHORIZATION, format!("Bearer {}", secret.text()))];
    assert!(refused(&system, "/api/v1/event-types", here, 20_000).await >= 1_000);
    for _ in 0..1_500 {
        let request = Request::post("/api/v1/events").header(header::AUTHORIZATION, &system[0].1);
        let answer = api.send(request.body(Body::from("{}")).unwrap()).await.status();
        assert_ne!(answer, StatusCode::TOO_MANY_REQUESTS);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_asking_for_headers_alone_nor_a_token_that_is_none_gets_round_a_limit() {
    let api = Api::start().await;
    let officer = api.session("O. Officer").await;
    let permissions = [Permission::Look, Permission::Prepare];
    let (_, secret) = api.desk.make_token(&machine(), "Case system", &permissions).await.unwrap();
    let system = [(header::AUTHORIZATION, format!("Bearer {}", secret.text()))];
    let stranger = [(header::AUTHORIZATION, format!("Bearer {}", "0".repeat(64)))];
    for (who, method, path, least, most) in [
        (&officer[..], "HEAD", "/letters.csv", 30, 60),
        (&officer[..], "HEAD", "/account", 250, 3_000),
        // What a program has set overtakes the letters of a batch: it leaves them the press.
        (&system[..], "POST", "/api/v1/letters/preview", 100, 400),
        (&system[..], "GET", "/api/v1/letters/0000-0000-0000/draft", 0, 400),
        (&stranger[..], "GET", "/api/v1/letters", 200, 3_000),
    ] {
        let mut passed = 0;
        loop {
            let request = Request::builder().method(method).uri(path);
            let request = who.iter().fold(request, |request, (name, value)| request.header(name, value));
            let mut request = request.body(Body::empty()).unwrap();
            request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 7], 40_000))));
            if api.send(request).await.status() == StatusCode::TOO_MANY_REQUESTS {
                break;
            }
            passed += 1;
            assert!(passed < most, "{method} {path} is never refused");
        }
        assert!(passed >= least, "{method} {path} is refused after {passed}");
    }
    let mut request = Request::get("/sign-in").body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 7], 40_000))));
    let people = api.send(request).await.status();
    assert_eq!(people, StatusCode::OK, "a system whose token was revoked shuts nobody of its address out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_under_way_does_not_outlive_its_password_or_its_account() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Arc::new(desk(folder.path()).await);
    for (meanwhile, again) in [
        ("UPDATE accounts SET state = 'closed'", "UPDATE accounts SET state = 'open'"),
        ("UPDATE accounts SET password = NULL", "UPDATE accounts SET state = 'open'"),
    ] {
        let own = Secret::shown(&signed_in(&desk, "O. Officer").await).unwrap();
        let account = desk.signed_in(&own).await.unwrap().unwrap();
        // Somebody else writes: what is compared is compared, and its act waits for its turn.
        let options = SqliteConnectOptions::new().filename(folder.path().join("recto.db"));
        let mut other: SqliteConnection = options.connect().await.unwrap();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
        let (at_door, at_desk) = (Arc::clone(&desk), Arc::clone(&desk));
        let email = account.is.email.clone();
        let door = tokio::spawn(async move { at_door.sign_in(&email, PASSWORD, HERE).await });
        let change = tokio::spawn(async move {
            at_desk.change_password(&account, &own, PASSWORD, "five other words that nobody knows", HERE).await
        });
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(!door.is_finished() && !change.is_finished(), "both wait for their turn");
        sqlx::query(meanwhile).execute(&mut other).await.unwrap();
        sqlx::query("COMMIT").execute(&mut other).await.unwrap();
        assert!(matches!(door.await.unwrap(), Err(SignInError::Wrong)), "{meanwhile}");
        assert!(matches!(change.await.unwrap(), Err(SignInError::Wrong)), "{meanwhile}");
        sqlx::query(again).execute(&mut other).await.unwrap();
    }
}
