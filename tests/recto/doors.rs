//! Every route with every role and with none: the table of doors holds, and no route is without one.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use recto::people::{PERMISSIONS, Permission};
use recto::web::{DOORS, Door};
use strum::VariantArray;

use crate::http::{Api, TOKEN};
use crate::support::{files, home, machine, person};

/// A person of each role.
const PEOPLE: [&str; 8] =
    ["O. Officer", "L. Lead", "A. Manager", "D. Director", "R. Cords", "M. Room", "T. Author", "S. Admin"];

/// A route with something in each of its places. What is there may not exist: whoever may pass is told so.
fn address(route: &str) -> String {
    let places =
        [("{id}", "0000-0000-0000"), ("{reference}", "DR-2026-004512"), ("{date}", "2026-11-17"), ("{row}", "2")];
    let places =
        places.into_iter().chain([("{page}", "page-1.png"), ("{secret}", "0"), ("{name}", "x"), ("{key}", "x")]);
    places.fold(route.to_owned(), |route, (place, something)| route.replace(place, something))
}

/// Whether an answer is that of somebody who was let in, whatever it says of what was asked for.
fn let_in(status: StatusCode) -> bool {
    !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_route_lets_in_whom_the_table_says_and_nobody_else() {
    let api = Api::start().await;
    for (method, route, door) in DOORS {
        // To sign out ends the session that the next route is tried with.
        if route.ends_with("sign-out") || route.ends_with("sign-out-everywhere") {
            continue;
        }
        let request = || Request::builder().method(*method).uri(address(route)).header("sec-fetch-site", "same-origin");
        let nobody = api.send(request().body(Body::empty()).unwrap()).await.status();
        assert_eq!(let_in(nobody), *door == Door::Open, "{method} {route} by nobody: {nobody}");
        let token = request().header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
        let token = api.send(token.body(Body::empty()).unwrap()).await.status();
        assert_eq!(let_in(token), door.lets_pass(Some(&machine())), "{method} {route} by the machine: {token}");
        for name in PEOPLE {
            let [(cookie, value), _] = api.session(name).await;
            let answer = api.send(request().header(cookie, value).body(Body::empty()).unwrap()).await.status();
            let may = door.lets_pass(Some(&person(name)));
            assert_eq!(let_in(answer), may, "{method} {route} by {name}: {answer}");
            assert_ne!(answer, StatusCode::INTERNAL_SERVER_ERROR, "{method} {route} by {name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_somebody_elses_acts_in_nobodys_name() {
    let api = Api::start().await;
    for (method, route, _) in DOORS.iter().filter(|(method, ..)| *method == "POST") {
        for from in [None, Some("cross-site"), Some("same-site"), Some("none")] {
            let [(cookie, value), _] = api.session("A. Manager").await;
            let mut request = Request::builder().method(*method).uri(address(route)).header(cookie, value);
            if let Some(site) = from {
                request = request.header("sec-fetch-site", site);
            }
            let answer = api.send(request.body(Body::empty()).unwrap()).await.status();
            assert_eq!(answer, StatusCode::FORBIDDEN, "{method} {route} from {from:?}");
        }
    }
}

#[test]
fn every_route_that_the_sources_name_has_its_door() {
    let mut named = BTreeSet::new();
    for (file, bytes) in files(&home().join("src/web")) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (before, root) = if file.starts_with("api/") { ("path = \"", "/api/v1") } else { (".route(\"", "") };
        for (at, _) in text.match_indices(before) {
            let rest = &text[at + before.len()..];
            named.insert(format!("{root}{}", &rest[..rest.find('"').unwrap()]));
        }
    }
    // What says nothing of any case or person, and is open to everybody.
    for open in ["/healthz", "/readyz", "/metrics", "/assets/{*path}"] {
        assert!(named.remove(open), "{open}");
    }
    let doors: BTreeSet<String> = DOORS.iter().map(|(_, route, _)| (*route).to_owned()).collect();
    assert_eq!(named, doors);
    assert!(doors.len() > 60, "{}", doors.len());
    let each: BTreeSet<(&str, &str)> = DOORS.iter().map(|(method, route, _)| (*method, *route)).collect();
    assert_eq!(each.len(), DOORS.len(), "each method of a route once");
}

#[test]
fn every_permission_is_somebodys_and_what_two_must_do_is_no_systems() {
    for permission in Permission::VARIANTS {
        let roles = PERMISSIONS.iter().filter(|(_, may)| may.contains(permission));
        assert!(roles.count() > 0, "{permission:?} is nobody's");
        assert_eq!(machine().may(*permission), permission.is_for_systems());
        let asked = DOORS.iter().any(|(.., door)| matches!(door, Door::May(some) if some.contains(permission)));
        assert!(asked, "{permission:?} opens nothing");
    }
}

#[test]
fn every_role_of_the_delegation_tables_is_a_role_of_the_unit() {
    for (name, program) in &crate::support::catalogue().programs {
        let policy = program.policy_on("2026-11-17".parse().unwrap()).unwrap();
        for role in policy.delegation.iter().map(|line| &line.role).chain(&policy.override_roles) {
            let role = role.parse::<recto::people::Role>().unwrap_or_else(|_| panic!("{name}: {role}"));
            assert!(role.permissions().contains(&Permission::Decide), "{name}: {role:?} decides by the table");
        }
    }
}
