//! Every route, and who may pass: the one table that pages, API and downloads ask.

use crate::people::Permission::{self, Administer, Author, Decide, Disclose, Look, Mail, Prepare, Record};
use crate::people::Who;

/// Who may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Everybody, known or not.
    Open,
    /// Whoever is known: a person who is signed in, a system, this machine's operator.
    Known,
    /// A person who is signed in.
    Person,
    /// Who has one of these permissions.
    May(&'static [Permission]),
}

impl Door {
    /// Whether somebody may pass.
    pub fn lets_pass(self, who: Option<&Who>) -> bool {
        match (self, who) {
            (Door::Open, _) | (Door::Known, Some(_)) => true,
            (Door::Person, Some(who)) => who.person().is_some(),
            (Door::May(permissions), Some(who)) => permissions.iter().any(|permission| who.may(*permission)),
            (_, None) => false,
        }
    }
}

const GET: &str = "GET";
const POST: &str = "POST";

const LOOK: Door = Door::May(&[Look]);
const PREPARE: Door = Door::May(&[Prepare]);
const DECIDE: Door = Door::May(&[Decide]);
const RECORD: Door = Door::May(&[Record]);
const WRITE: Door = Door::May(&[Prepare, Record]);
const RUNS: Door = Door::May(&[Look, Mail]);
const ADMINISTER: Door = Door::May(&[Administer]);

/// The routes with their doors. What is not here is shut to everybody.
pub const DOORS: &[(&str, &str, Door)] = &[
    // Signing in and out
    (GET, "/sign-in", Door::Open),
    (POST, "/sign-in", Door::Open),
    (GET, "/sign-in/provider", Door::Open),
    (GET, "/sign-in/provider/return", Door::Open),
    (GET, "/links/{secret}", Door::Open),
    (POST, "/links/{secret}", Door::Open),
    (POST, "/sign-out", Door::Person),
    (GET, "/account", Door::Person),
    (POST, "/account/password", Door::Person),
    (POST, "/account/sign-out-everywhere", Door::Person),
    // The pages
    (GET, "/", Door::Known),
    (GET, "/work", PREPARE),
    (GET, "/letters", LOOK),
    (GET, "/letters.csv", LOOK),
    (GET, "/letters/{id}", LOOK),
    (GET, "/letters/{id}/pdf", LOOK),
    (GET, "/letters/{id}/{page}", LOOK),
    (GET, "/letters/{id}/approve", LOOK),
    (POST, "/letters/{id}/approve", DECIDE),
    (GET, "/letters/{id}/override", LOOK),
    (POST, "/letters/{id}/override", DECIDE),
    (GET, "/letters/{id}/withdraw", LOOK),
    (POST, "/letters/{id}/withdraw", PREPARE),
    (GET, "/letters/new", PREPARE),
    (GET, "/letters/{id}/correct", PREPARE),
    (GET, "/events/new", RECORD),
    (GET, "/events/take-back", RECORD),
    (POST, "/events/take-back", RECORD),
    (GET, "/drafts/{id}", WRITE),
    (POST, "/drafts/{id}", WRITE),
    (GET, "/letters/{id}/return", LOOK),
    (POST, "/letters/{id}/return", DECIDE),
    (GET, "/letters/{id}/resubmit", LOOK),
    (POST, "/letters/{id}/resubmit", PREPARE),
    (GET, "/decisions", DECIDE),
    (GET, "/decisions/approve", DECIDE),
    (POST, "/decisions/approve", DECIDE),
    (GET, "/standards", DECIDE),
    (GET, "/follow-ups/{id}", LOOK),
    (POST, "/follow-ups/{id}", PREPARE),
    (GET, "/cases/{reference}", LOOK),
    (GET, "/cases/{reference}/plan", LOOK),
    (GET, "/cases/{reference}/disclosure", LOOK),
    (POST, "/cases/{reference}/disclosure", Door::May(&[Disclose])),
    (GET, "/merges", LOOK),
    (POST, "/merges", PREPARE),
    (GET, "/merges/empty-sheet", PREPARE),
    (GET, "/merges/sheets/{id}", PREPARE),
    (POST, "/merges/sheets/{id}", PREPARE),
    (GET, "/merges/sheets/{id}/confirm", PREPARE),
    (POST, "/merges/sheets/{id}/confirm", PREPARE),
    (GET, "/merges/sheets/{id}/discard", PREPARE),
    (POST, "/merges/sheets/{id}/discard", PREPARE),
    (GET, "/merges/sheets/{id}/checked.xlsx", PREPARE),
    (GET, "/merges/sheets/{id}/rows/{row}", PREPARE),
    (GET, "/merges/sheets/{id}/rows/{row}/{page}", PREPARE),
    (GET, "/merges/{id}", LOOK),
    (GET, "/merges/{id}/result.xlsx", LOOK),
    (GET, "/merges/{id}/second", LOOK),
    (POST, "/merges/{id}/second", DECIDE),
    (GET, "/merges/{id}/stop", LOOK),
    (POST, "/merges/{id}/stop", PREPARE),
    (GET, "/runs", RUNS),
    (GET, "/runs/{id}", RUNS),
    (GET, "/runs/{id}/close", RUNS),
    (POST, "/runs/{id}/close", Door::May(&[Mail])),
    (GET, "/runs/{id}/files/{name}", Door::May(&[Mail])),
    (GET, "/people", ADMINISTER),
    (POST, "/people", ADMINISTER),
    (GET, "/people/{id}", ADMINISTER),
    (POST, "/people/{id}", ADMINISTER),
    (POST, "/people/{id}/link", ADMINISTER),
    (POST, "/people/{id}/close", ADMINISTER),
    (POST, "/people/{id}/open", ADMINISTER),
    (POST, "/people/{id}/sign-out-everywhere", ADMINISTER),
    (GET, "/tokens", ADMINISTER),
    (POST, "/tokens", ADMINISTER),
    (POST, "/tokens/{id}/revoke", ADMINISTER),
    (GET, "/health", ADMINISTER),
    (POST, "/health/sessions/{id}/end", ADMINISTER),
    (GET, "/audit", ADMINISTER),
    (GET, "/audit.csv", ADMINISTER),
    // The API
    (GET, "/api/docs", Door::Open),
    (GET, "/api/v1/openapi.json", Door::Open),
    (POST, "/api/v1/events", RECORD),
    (GET, "/api/v1/letters", LOOK),
    (POST, "/api/v1/letters", PREPARE),
    (POST, "/api/v1/letters/preview", PREPARE),
    (GET, "/api/v1/letters/{id}", LOOK),
    (GET, "/api/v1/letters/{id}/pdf", LOOK),
    (GET, "/api/v1/letters/{id}/review", LOOK),
    (GET, "/api/v1/letters/{id}/draft", LOOK),
    (POST, "/api/v1/letters/{id}/approve", DECIDE),
    (POST, "/api/v1/letters/{id}/override", DECIDE),
    (POST, "/api/v1/letters/{id}/withdraw", PREPARE),
    (POST, "/api/v1/letters/{id}/return", DECIDE),
    (POST, "/api/v1/letters/{id}/resubmit", PREPARE),
    (GET, "/api/v1/follow-ups", LOOK),
    (POST, "/api/v1/follow-ups/{id}", PREPARE),
    (POST, "/api/v1/follow-ups/{id}/answer", PREPARE),
    (GET, "/api/v1/cases/{reference}", LOOK),
    (GET, "/api/v1/cases/{reference}/eligibility", LOOK),
    (POST, "/api/v1/addresses/check", Door::Known),
    (GET, "/api/v1/merges", LOOK),
    (POST, "/api/v1/merges", PREPARE),
    (GET, "/api/v1/merges/uploads/{id}", PREPARE),
    (GET, "/api/v1/merges/{id}", LOOK),
    (GET, "/api/v1/merges/{id}/result", LOOK),
    (POST, "/api/v1/merges/{id}/second", DECIDE),
    (POST, "/api/v1/merges/{id}/stop", PREPARE),
    (GET, "/api/v1/runs", RUNS),
    (POST, "/api/v1/runs/{date}/close", Door::May(&[Mail])),
    (GET, "/api/v1/event-types", Door::Known),
    (GET, "/api/v1/event-types/{name}", Door::Known),
    (GET, "/api/v1/letter-types", Door::Known),
    (GET, "/api/v1/letter-types/reload", Door::Known),
    (POST, "/api/v1/letter-types/reload", Door::May(&[Author])),
    (GET, "/api/v1/letter-types/{key}", Door::Known),
    (GET, "/api/v1/letter-types/{key}/schema", Door::Known),
    (GET, "/api/v1/letter-types/{key}/sheet", Door::Known),
];

/// The door of a route; none where the method is not taken there. `HEAD` is let in where `GET` is.
pub(super) fn door(method: &str, route: &str) -> Option<Door> {
    let method = if method == "HEAD" { GET } else { method };
    DOORS.iter().find(|(one, path, _)| *one == method && *path == route).map(|(.., door)| *door)
}

/// The methods that a route takes, as `Allow` has them; empty where there is no such route.
pub(super) fn methods(route: &str) -> String {
    let taken = DOORS.iter().filter(|(_, path, _)| *path == route).map(|(method, ..)| *method);
    taken.flat_map(|method| if method == GET { vec![GET, "HEAD"] } else { vec![method] }).collect::<Vec<_>>().join(",")
}
