//! What would become of what is written: the page and its verdict, what an event would change, or what is wrong with it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::writing::{Part, What, Writing, Written};
use crate::case::fault::views;
use crate::case::{Fault, Language, Sha256, money};
use crate::desk::{EventOutlook, Foreseen, Look, Told};
use crate::people::Who;
use crate::web::Service;
use crate::web::api::foreseen_says;
use crate::web::problem::Problem;

/// Pixels a point of the page beside the form: 108 dots an inch.
const SCALE: f32 = 1.5;
/// The code of what is not typed yet.
const MISSING: &str = "fact-missing";

/// What would become of it.
pub(super) struct Outlook {
    /// What is wrong with what was typed, at places such as `/facts/plan/amount`.
    pub faults: Vec<Fault>,
    /// The places at which nothing is typed yet.
    blank: Vec<String>,
    /// What the page shows; null where something is wrong.
    pub shown: Value,
    /// What whoever sends it has seen: what was typed and what was said of it.
    pub seen: Sha256,
}

impl Outlook {
    /// The faults of what was typed. What is not typed yet is none while somebody types.
    pub fn of_typed(&self) -> Vec<Fault> {
        self.faults.iter().filter(|fault| !self.is_missing(fault)).cloned().collect()
    }

    /// How many facts are not typed yet.
    pub fn missing(&self) -> usize {
        self.faults.iter().filter(|fault| self.is_missing(fault)).count()
    }

    fn is_missing(&self, fault: &Fault) -> bool {
        fault.code == MISSING || self.blank.contains(&fault.place)
    }
}

/// Which page of a letter is seen beside its form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beside {
    /// The page, from 1.
    pub page: usize,
    /// A language in which somebody wants to see it.
    pub language: Option<Language>,
}

impl Beside {
    /// The language in which a letter is looked at without going in it; none where it is seen as it goes.
    fn other(self, written: &Written) -> Option<Language> {
        self.language.filter(|language| !written.languages.contains(language))
    }
}

/// What would become of it now; of a letter, with one of its pages. What is said is in `language`.
pub(super) async fn outlook(
    service: &Service,
    who: &Who,
    (writing, parts): (&Writing, &[Part]),
    written: &Written,
    beside: Beside,
    language: Language,
) -> Result<Outlook, Problem> {
    let found = match writing.what {
        What::Letter => {
            let other = beside.other(written);
            let look = other.map(|language| Look { language, facts: writing.facts_by_language(parts) });
            let foreseen = match &writing.replaces {
                Some(old) => service.desk.preview_correction(who, old, writing.request(&written.data), look).await?,
                None => service.desk.preview(who, &writing.key, &written.data, look).await?,
            };
            match foreseen {
                Ok(foreseen) => {
                    let sheet = sheet(service, &foreseen, (beside.page, other), written.languages, language).await;
                    Ok(letter(&foreseen, sheet, language))
                }
                Err(faults) => Err(faults),
            }
        }
        What::Event => {
            let told = told(writing, written);
            service.desk.foresee_event(who, told).await?.map(|outlook| event(service, &outlook, language))
        }
    };
    let (faults, shown) = match found {
        Ok(shown) if written.faults.is_empty() => (Vec::new(), shown),
        // What cannot be read stands in the data as it was typed, and is no second fault of its place.
        found => {
            let unread = |fault: &Fault| written.faults.iter().any(|one| one.place == fault.place);
            let others = found.err().unwrap_or_default().into_iter().map(at_field).filter(|fault| !unread(fault));
            (written.faults.iter().cloned().chain(others).collect(), Value::Null)
        }
    };
    let seen = seen(&written.data, &shown);
    let is_blank = |place: &&String| place.len() > 1 && writing.typed.is_blank(&place[1..].replace('/', "."));
    let blank = faults.iter().map(|fault| &fault.place).filter(is_blank).cloned().collect();
    Ok(Outlook { faults, blank, shown, seen })
}

/// The hash of what was typed and of all that is said of it; which of the pages is looked at, and in which language, makes no difference.
fn seen(data: &Value, shown: &Value) -> Sha256 {
    let mut said = shown.clone();
    said.as_object_mut().map(|said| said.shift_remove("sheet"));
    Sha256::of(json!([data, said]).to_string().as_bytes())
}

/// The event that is told.
pub(super) fn told(writing: &Writing, written: &Written) -> Told {
    Told {
        kind: writing.key.clone(),
        case: writing.case.clone(),
        data: written.data.clone(),
        key: writing.id.to_string(),
    }
}

/// A fault of the data at the place of its field.
pub(super) fn at_field(fault: Fault) -> Fault {
    let place = fault.place.strip_prefix("/data").map(str::to_owned).unwrap_or_default();
    Fault { place, ..fault }
}

fn letter(foreseen: &Foreseen, sheet: Value, language: Language) -> Value {
    let way = if !foreseen.may_go {
        "held"
    } else if foreseen.needs_approval {
        "approval"
    } else {
        "goes"
    };
    json!({
        "says": foreseen_says(foreseen, language),
        "way": way,
        "date": foreseen.date,
        "channel": foreseen.channel,
        "email_window": foreseen.email_window,
        "reasons": views(&foreseen.reasons, language),
        "notes": views(&foreseen.notes, language),
        "deadlines": foreseen.set.deadlines.iter().map(|(label, day)| {
            json!({"label": label.get(language), "day": day})
        }).collect::<Vec<_>>(),
        "pages": foreseen.set.pages.len(),
        "sheet": sheet,
    })
}

/// The page that is seen: of the letter as it goes, or, where it is looked at in another language, of what it would be in that; or why it
/// cannot be shown so.
async fn sheet(
    service: &Service,
    foreseen: &Foreseen,
    (page, other): (usize, Option<Language>),
    languages: &[Language],
    language: Language,
) -> Value {
    let goes_in = languages.first().filter(|_| languages.len() == 1);
    let set = match &foreseen.look {
        None => Ok(&foreseen.set),
        Some(look) => look.as_ref(),
    };
    let (set, faults) = match set {
        Ok(set) => (Some(set), Vec::new()),
        Err(faults) => (None, views(faults, language)),
    };
    let pages = set.map_or(0, |set| set.pages.len());
    let page = page.clamp(1, pages.max(1));
    let drawn = match set {
        Some(set) => service.desk.studio.threads.draw(set.pdf.clone(), page, SCALE).await,
        None => None,
    };
    json!({
        "goes_in": goes_in,
        "looked_at_in": other,
        "faults": faults,
        "page": page,
        "pages": pages,
        "words": set.and_then(|set| set.pages.get(page - 1)),
        "picture": drawn.map(|png| format!("data:image/png;base64,{}", BASE64_STANDARD.encode(png))),
    })
}

pub(super) fn event(service: &Service, outlook: &EventOutlook, language: Language) -> Value {
    let types = &service.desk.studio.catalogue.types;
    let title = |key: &String| {
        types.get(key).map_or_else(|| key.clone(), |letter| letter.description.title.get(language).to_owned())
    };
    let owed = |amount: Option<rust_decimal::Decimal>| amount.map(money::plain);
    json!({
        "calls_for": outlook.calls_for.iter().map(title).collect::<Vec<_>>(),
        "waits": outlook.waits,
        "owed": outlook.owed.iter().map(|moved| {
            json!({"name": moved.name, "before": owed(moved.before), "after": owed(moved.after)})
        }).collect::<Vec<_>>(),
        "stops": outlook.stops.iter().map(|(name, letter, why)| {
            json!({"name": name, "letter": title(letter), "why": why.message.get(language)})
        }).collect::<Vec<_>>(),
        "allows": outlook.allows.iter().map(|(name, letter)| json!({"name": name, "letter": title(letter)})).collect::<Vec<_>>(),
        "keeps_back": outlook.keeps_back,
    })
}
