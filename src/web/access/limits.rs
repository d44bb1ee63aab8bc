//! How much one source may ask for in a while, so that a script that has gone wrong, or a stranger, leaves the service to the others.
//!
//! Nobody who works here meets a limit. Guessing passwords has limits of its own (`people::BackOff`).

use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::Method;
use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::people::{Who, network};

/// What is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Stranger,
    Look,
    Change,
    Costly,
    Typeset,
    System,
}

/// How many requests a second each source has, and how many at once, by what they are:
/// a stranger (a network address: an office may come from one, each morning), a person's looks (a page may have thirty pictures), a person's
/// changes (what is typed is kept as it is typed), what takes seconds or much memory, pages that a program has set to look at them (they
/// overtake the letters of a batch, and must leave it the press), and a system's other requests.
const LIMITS: [(Kind, u32, u32); 6] = [
    (Kind::Stranger, 20, 200),
    (Kind::Look, 30, 300),
    (Kind::Change, 10, 500),
    (Kind::Costly, 1, 30),
    (Kind::Typeset, 10, 100),
    (Kind::System, 100, 1_000),
];

/// What takes seconds or much memory, once it is asked for.
const COSTLY: [(&str, &str); 8] = [
    ("POST", "/cases/{reference}/disclosure"),
    ("GET", "/letters.csv"),
    ("GET", "/audit.csv"),
    ("POST", "/merges"),
    ("GET", "/merges/sheets/{id}/checked.xlsx"),
    ("GET", "/merges/{id}/result.xlsx"),
    ("POST", "/api/v1/merges"),
    ("GET", "/api/v1/merges/{id}/result"),
];

/// What sets a letter's pages for a program.
const TYPESET: [(&str, &str); 2] = [("POST", "/api/v1/letters/preview"), ("GET", "/api/v1/letters/{id}/draft")];

/// The one route where a whole day comes in, as fast as it is taken: its limit is the service's own pace.
const BULK: &str = "/api/v1/events";

/// Sources that are kept of each kind at most; those that have asked for nothing lately are forgotten first.
const MOST: usize = 10_000;

type Limiter = RateLimiter<String, HashMapStateStore<String>, DefaultClock>;

/// What each source has asked for lately, as far as this process has seen it.
pub(in crate::web) struct Limits([Limiter; LIMITS.len()]);

impl Limits {
    pub(in crate::web) fn new() -> Limits {
        Limits(LIMITS.map(|(_, a_second, at_once)| {
            let [a_second, at_once] =
                [a_second, at_once].map(|count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN));
            RateLimiter::hashmap(Quota::per_second(a_second).allow_burst(at_once))
        }))
    }

    /// Counts a request. An error has how long its source has to wait. A token that is none is counted apart from the people of its
    /// address, who sign in.
    pub(super) fn count(
        &self,
        who: Result<Option<&Who>, ()>,
        address: &str,
        method: &Method,
        route: &str,
    ) -> Result<(), Duration> {
        let source = match who {
            // Whoever runs this machine could stop it altogether.
            Ok(Some(Who::Operator(_))) => return Ok(()),
            Ok(Some(Who::System(token))) => token.id.to_string(),
            Ok(Some(Who::Person(account))) => account.id.to_string(),
            // What has come over no network is within this machine.
            _ if address.is_empty() => return Ok(()),
            Ok(None) => network(address),
            Err(()) => format!("token from {}", network(address)),
        };
        let Some(kind) = kind(who.ok().flatten(), method, route) else { return Ok(()) };
        let limiters = LIMITS.iter().zip(&self.0);
        for (_, limiter) in limiters.filter(|((one, ..), _)| *one == kind) {
            if limiter.len() > MOST {
                limiter.retain_recent();
            }
            limiter.check_key(&source).map_err(|until| until.wait_time_from(DefaultClock::default().now()))?;
        }
        Ok(())
    }
}

/// What a request is; none where it is not counted.
fn kind(who: Option<&Who>, method: &Method, route: &str) -> Option<Kind> {
    if who.is_none() {
        return Some(Kind::Stranger);
    }
    // Whoever asks for the headers alone has the rest made too.
    let asked = (if *method == Method::HEAD { Method::GET.as_str() } else { method.as_str() }, route);
    if COSTLY.contains(&asked) {
        return Some(Kind::Costly);
    }
    if TYPESET.contains(&asked) {
        return Some(Kind::Typeset);
    }
    match who {
        Some(Who::System(_)) => (route != BULK).then_some(Kind::System),
        _ if method.is_safe() => Some(Kind::Look),
        _ => Some(Kind::Change),
    }
}
