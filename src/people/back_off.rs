//! Waiting after failed attempts, per account and per address, so that nobody guesses a password by trying many.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

/// The first wait; each further attempt waits twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// The longest wait. A stranger who keeps trying can shut somebody out no longer than this at a time.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// After this long without an attempt, all are forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(60 * 60);
/// Sources that are kept, at most; the one that tried the longest ago goes first.
const MOST: usize = 10_000;

/// Attempts that have not succeeded, by whoever they came from or were aimed at.
#[derive(Debug)]
pub struct BackOff {
    free: u32,
    attempts: HashMap<String, (u32, Instant)>,
}

impl BackOff {
    /// One that lets so many attempts pass before anybody waits.
    pub fn after(free: u32) -> BackOff {
        BackOff { free, attempts: HashMap::new() }
    }

    /// Notes an attempt before it is looked at, so that many at the same moment do not slip through together. An error has how long
    /// the source has to wait; such an attempt does not count.
    pub fn attempt(&mut self, source: &str, now: Instant) -> Result<(), Duration> {
        if let Some(wait) = self.wait(source, now) {
            return Err(wait);
        }
        self.attempts.retain(|_, (_, last)| now.saturating_duration_since(*last) < FORGOTTEN_AFTER);
        let known = self.attempts.entry(source.to_owned()).or_insert((0, now));
        *known = (known.0.saturating_add(1), now);
        if self.attempts.len() > MOST {
            let oldest = self.attempts.iter().min_by_key(|(_, (_, last))| *last).map(|(source, _)| source.clone());
            oldest.map(|source| self.attempts.remove(&source));
        }
        Ok(())
    }

    /// Forgets what a source has tried: it has succeeded.
    pub fn forget(&mut self, source: &str) {
        self.attempts.remove(source);
    }

    /// Takes one attempt of a source back: it has succeeded, which says nothing of its others.
    pub fn give_back(&mut self, source: &str) {
        if let Some((count, _)) = self.attempts.get_mut(source) {
            *count = count.saturating_sub(1);
        }
    }

    fn wait(&self, source: &str, now: Instant) -> Option<Duration> {
        let (count, last) = self.attempts.get(source)?;
        let over = count.checked_sub(self.free)?;
        let wait = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(over)).min(LONGEST_WAIT);
        wait.checked_sub(now.saturating_duration_since(*last)).filter(|left| !left.is_zero())
    }
}

/// What counts as one address: an IPv4 address, however it is written; of IPv6 the network of 64 bits, whose addresses are one
/// subscriber's to choose from (RFC 6177, RFC 7421). What is no address counts as it is.
pub fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.to_string(),
        Ok(IpAddr::V6(address)) => format!("{}/64", Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        Err(_) => address.to_owned(),
    }
}
