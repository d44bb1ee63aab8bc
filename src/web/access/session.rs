//! What a browser keeps: its session, and where its request came from.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap, HeaderName, header};

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
    Secret::shown(cookie(headers, SESSION)?)
}

/// The header that has a browser keep a session, until it is closed. Off loopback it is given back over TLS alone.
pub(in crate::web) fn kept(headers: &HeaderMap, secret: &Secret) -> (HeaderName, String) {
    let secure = if is_loopback(headers) { "" } else { "; Secure" };
    (header::SET_COOKIE, format!("{SESSION}={}; Path=/; HttpOnly; SameSite=Lax{secure}", secret.text()))
}

/// The header that has a browser forget its session.
pub(in crate::web) fn ended() -> (HeaderName, String) {
    (header::SET_COOKIE, format!("{SESSION}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"))
}

/// Whether the service is asked by a name of this machine's own, as it is where somebody tries it.
fn is_loopback(headers: &HeaderMap) -> bool {
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
