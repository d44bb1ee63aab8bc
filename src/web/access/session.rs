//! What a browser keeps: its session, and where its request came from.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap, HeaderName, header};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::people::Secret;

/// The cookie that holds a session.
const SESSION: &str = "recto_session";

/// A cookie's value.
pub(in crate::web) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    cookies.split(';').find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// The session that a browser holds.
pub(in crate::web) fn held(headers: &HeaderMap) -> Option<Secret> {
    Secret::shown(cookie(headers, &named(headers, SESSION))?)
}

/// The header that has a browser keep a session, until it is closed.
pub(in crate::web) fn kept(headers: &HeaderMap, secret: &Secret) -> (HeaderName, String) {
    set(headers, SESSION, secret.text(), "")
}

/// The header that has a browser forget its session.
pub(in crate::web) fn ended(headers: &HeaderMap) -> (HeaderName, String) {
    set(headers, SESSION, "", "; Max-Age=0")
}

/// The name of a cookie: off loopback it is one that the browser takes over TLS alone, from this very host, and that no other host of the
/// domain can set (RFC 6265bis, section 4.1.3.2).
fn named(headers: &HeaderMap, name: &str) -> String {
    if is_loopback(headers) { name.to_owned() } else { format!("__Host-{name}") }
}

fn set(headers: &HeaderMap, name: &str, value: &str, rest: &str) -> (HeaderName, String) {
    let secure = if is_loopback(headers) { "" } else { "; Secure" };
    let name = named(headers, name);
    (header::SET_COOKIE, format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{rest}"))
}

/// Whether a form came from another machine in the clear: no browser would keep its session then.
pub(in crate::web) fn is_in_the_clear(headers: &HeaderMap) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()).unwrap_or_default();
    origin.starts_with("http://") && !is_loopback(headers)
}

/// The cookie that holds what was begun at the provider, and where to go afterwards.
const BEGUN: &str = "recto_sign_in";
/// Seconds for which somebody may be at the provider: to find a telephone for the second factor, not to go home.
const BEGUN_SECONDS: u32 = 15 * 60;
/// Characters of where to go afterwards that are kept at most.
const LONGEST_NEXT: usize = 1_000;

/// The header that has a browser keep what it began at the provider.
pub(in crate::web) fn begun(headers: &HeaderMap, secret: &Secret, next: &str) -> (HeaderName, String) {
    let next = utf8_percent_encode(next, NON_ALPHANUMERIC).to_string();
    let next = if next.len() <= LONGEST_NEXT { next } else { String::new() };
    set(headers, BEGUN, &format!("{}.{next}", secret.text()), &format!("; Max-Age={BEGUN_SECONDS}"))
}

/// What a browser began at the provider, and where to go afterwards.
pub(in crate::web) fn under_way(headers: &HeaderMap) -> Option<(Secret, String)> {
    let (secret, next) = cookie(headers, &named(headers, BEGUN))?.split_once('.')?;
    let next = percent_decode_str(next).decode_utf8().ok()?.into_owned();
    Some((Secret::shown(secret)?, next))
}

/// The header that has a browser forget what it began.
pub(in crate::web) fn not_begun(headers: &HeaderMap) -> (HeaderName, String) {
    set(headers, BEGUN, "", "; Max-Age=0")
}

/// Whether the service is asked by a name of this machine's own, as it is where somebody tries it; not where a proxy has been asked over TLS.
fn is_loopback(headers: &HeaderMap) -> bool {
    if headers.get("x-forwarded-proto").is_some_and(|scheme| scheme.as_bytes().eq_ignore_ascii_case(b"https")) {
        return false;
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.strip_prefix('[').and_then(|rest| rest.split(']').next());
    let name = name.unwrap_or_else(|| host.rsplit_once(':').map_or(host, |(name, _)| name));
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The network address that a request came from. Behind a proxy on this machine it is the one that the proxy names last.
pub(in crate::web) fn client(extensions: &Extensions, headers: &HeaderMap) -> String {
    let Some(ConnectInfo(peer)) = extensions.get::<ConnectInfo<SocketAddr>>() else { return String::new() };
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
    let named = forwarded.and_then(|list| list.rsplit(',').next()).map(str::trim);
    match named
        .and_then(|named| named.parse::<std::net::IpAddr>().ok())
        .filter(|_| peer.ip().to_canonical().is_loopback())
    {
        Some(named) => named.to_canonical().to_string(),
        None => peer.ip().to_canonical().to_string(),
    }
}
