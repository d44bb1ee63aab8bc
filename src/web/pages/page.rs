//! The pages' templates, words and languages.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use chrono::{DateTime, Timelike};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value as Template};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};
use rust_embed::RustEmbed;
use serde_json::{Value, json};
use strum::VariantArray;

use crate::case::clock::toronto;
use crate::case::format::Formats;
use crate::case::{Language, Phrases};
use crate::people::{Permission, Who};
use crate::web::Service;
use crate::web::access::cookie;
use crate::web::problem::accepted;

/// The cookie that keeps the language chosen on a page.
pub(super) const LANGUAGE_COOKIE: &str = "recto_lang";

#[derive(RustEmbed)]
#[folder = "src/web/templates"]
struct Sources;

/// A page that could not be written; the log says why.
#[derive(Debug)]
pub(in crate::web) struct Unwritten;

impl IntoResponse for Unwritten {
    /// What is left to say where no page of ours can be made.
    fn into_response(self) -> Response {
        let words = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Recto</title><p>The page could not be shown. \
                     Nothing was lost; the service’s log says why.</p><p lang=\"fr\">La page ne peut pas être affichée. Rien n’est perdu; \
                     le journal du service dit pourquoi.</p></html>";
        (StatusCode::INTERNAL_SERVER_ERROR, Html(words)).into_response()
    }
}

/// The templates, one environment a language, the words built in.
pub(in crate::web) struct Pages {
    environments: [Environment<'static>; 2],
    words: Arc<Phrases>,
}

impl Pages {
    pub(in crate::web) fn load() -> anyhow::Result<Pages> {
        let words = Arc::new(Phrases::read(include_str!("../words.toml"))?);
        let [en, fr] = Language::BOTH.map(|language| environment(language, &words));
        Ok(Pages { environments: [en?, fr?], words })
    }

    /// A word of the pages; its key where there is none.
    pub(super) fn word(&self, key: &str, language: Language) -> String {
        self.words.get(key, language).unwrap_or(key).to_owned()
    }

    /// A page in one language. `path` is the request's path and query.
    pub(in crate::web) fn render(
        &self,
        name: &str,
        language: Language,
        path: &str,
        service: &Service,
        who: Option<&Who>,
        values: Value,
    ) -> Result<Html<String>, Unwritten> {
        let other = if language == Language::En { Language::Fr } else { Language::En };
        let mut context = json!({
            "lang": language.code(),
            "other_lang": other.code(),
            "switch_url": with_language(path, other),
            "environment": service.desk.environment().as_str(),
            "today": service.desk.clock.today().to_string(),
            "path": path.split('?').next(),
            "me": who.map(|who| json!({"name": who.actor().name, "is_person": who.person().is_some()})),
            "may": Permission::VARIANTS.iter().filter(|one| who.is_some_and(|who| who.may(**one))).collect::<Vec<_>>(),
        });
        if let (Some(context), Value::Object(values)) = (context.as_object_mut(), values) {
            context.extend(values);
        }
        let environment = &self.environments[language as usize];
        let rendered = environment.get_template(name).and_then(|page| page.render(Template::from(Serde(context))));
        rendered.map(Html).map_err(|error| {
            tracing::error!(error = format!("{error:#}"), page = name, "a page could not be written");
            Unwritten
        })
    }
}

fn environment(language: Language, words: &Arc<Phrases>) -> anyhow::Result<Environment<'static>> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    let formats = Formats::of(language);
    let phrases = Arc::clone(words);
    environment.add_function("t", move |key: String| {
        let word = phrases.get(&key, language).map(str::to_owned);
        word.ok_or_else(|| unfit(format!("words.toml has no “{key}”")))
    });
    let phrases = Arc::clone(words);
    environment.add_function("count", move |count: i64, unit: String| {
        let counted = phrases.counted(count, &unit, language);
        counted.ok_or_else(|| unfit(format!("words.toml has no “unit.{unit}”")))
    });
    let plain = |kind: &'static str, text: &str| unfit(format!("“{text}” is not a {kind}"));
    environment.add_filter("number", move |value: Template| {
        let text = value.to_string();
        formats.number(&text).ok_or_else(|| plain("number", &text))
    });
    // A balance below zero is a credit, and its words say so.
    environment.add_filter("dollars", move |text: String| {
        formats.money(text.trim_start_matches('-')).ok_or_else(|| plain("amount", &text))
    });
    environment.add_filter("date", move |text: String| formats.date(&text).ok_or_else(|| plain("date", &text)));
    environment
        .add_filter("clock", move |text: String| clock(formats, language, &text).ok_or_else(|| plain("time", &text)));
    for name in Sources::iter() {
        let file = Sources::get(&name).ok_or_else(|| unfit(format!("{name} is not there")))?;
        environment.add_template_owned(name.into_owned(), String::from_utf8_lossy(&file.data).into_owned())?;
    }
    Ok(environment)
}

/// A UTC stamp as Toronto's date and time: `November 17, 2026, 2:45 p.m.` or `17 novembre 2026, 14 h 45`.
fn clock(formats: &Formats, language: Language, stamp: &str) -> Option<String> {
    let local = toronto(DateTime::parse_from_rfc3339(stamp).ok()?.to_utc());
    let date = formats.date(&local.date().to_string())?;
    let minute = local.minute();
    let time = match language {
        Language::En => {
            let (afternoon, hour) = local.hour12();
            format!("{hour}:{minute:02}\u{a0}{}", if afternoon { "p.m." } else { "a.m." })
        }
        Language::Fr => format!("{}\u{a0}h\u{a0}{minute:02}", local.hour()),
    };
    Some(format!("{date}, {time}"))
}

fn unfit(detail: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, detail)
}

/// The language of a page: what the address asks for, or what was chosen before, or what the browser prefers.
pub(in crate::web) fn language_of(headers: &HeaderMap, query: &str) -> Language {
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("lang="));
    match asked.or(cookie(headers, LANGUAGE_COOKIE)) {
        Some("fr") => Language::Fr,
        Some("en") => Language::En,
        _ => accepted(headers),
    }
}

/// The header that keeps the language that the address asks for.
pub(super) fn keep_language(query: &str) -> Option<(header::HeaderName, String)> {
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("lang="))?;
    let language = if asked == "fr" { "fr" } else { "en" };
    Some((header::SET_COOKIE, format!("{LANGUAGE_COOKIE}={language}; Path=/; Max-Age=31536000; SameSite=Lax")))
}

/// The same address in the other language.
fn with_language(path: &str, language: Language) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
    let mut pairs: Vec<&str> = kept.collect();
    let chosen = format!("lang={}", language.code());
    pairs.push(&chosen);
    format!("{path}?{}", pairs.join("&"))
}
