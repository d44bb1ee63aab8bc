//! Reading back: the finished pages of a letter are compared with the row of the sheet that it is made of, by the register and not by what
//! was composed. What is missing, or another row's, stops the merge.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use serde_json::Value;

use crate::case::format::Formats;
use crate::case::{Fault, Language, MergeId, money};
use crate::desk::assess::Assessment;
use crate::desk::{Desk, DeskError};
use crate::merge::{Mapping, folded, values_at};
use crate::register::LetterRow;
use crate::typeset::{PageText, Typeset};

/// What the codes of differences begin with.
const CODES: &str = "read-back-";
/// Words of a value that is looked for on other rows' pages, at most.
const MAX_WORDS: usize = 12;

/// What is one row's alone, by the hash of its words: its case, its person's name, street and mailbox. Shared values are nobody's.
pub(in crate::desk) struct Owners {
    merge: MergeId,
    rows: HashMap<u64, Option<i64>>,
    lengths: HashSet<usize>,
}

impl Desk {
    /// What of a letter's finished pages is not as its row says. Letters that no merge has made have nothing to be compared with. A
    /// difference stops the merge when it is recorded.
    pub(in crate::desk) async fn read_back(
        &self,
        letter: &LetterRow,
        assessed: &Assessment<'_>,
        set: &Typeset,
    ) -> Result<Vec<Fault>, DeskError> {
        let Some(row) = self.reader().merge_row_of(&letter.id).await? else { return Ok(Vec::new()) };
        let Some(record) = self.reader().merge(&row.merge).await? else { return Ok(Vec::new()) };
        let data: Value = serde_json::from_str(&row.data).unwrap_or_default();
        let text = set.pages.iter().map(PageText::words).collect::<Vec<_>>().join(" ");
        let page = format!(" {} ", folded(&text));
        let written = folded(&assessed.composed.job.main.replace('\\', ""));
        let mapping: Mapping = record.mapping()?;
        let draft = &assessed.composed.draft;
        let mut missing: Vec<String> = own_values(&data).into_iter().filter(|value| !stands(&page, value)).collect();
        for path in mapping.columns.values().flatten() {
            let printed = draft.languages.iter().flat_map(|language| printed(&data, path, *language));
            missing.extend(printed.filter(|value| stands(&format!(" {written} "), value) && !stands(&page, value)));
        }
        // What the letter was composed of is what the row says: its template may leave a value out, but not take another in its place.
        let facts = data["facts"].as_object().into_iter().flatten();
        let others =
            facts.filter(|(name, fact)| draft.data.json["facts"][name.as_str()] != **fact).map(|(name, _)| name);
        let owners = self.owners(&row.merge).await?;
        // Who acts for the person may have a row as well.
        let attention = draft.data.json["party"]["address"]["attention"].as_str().unwrap_or_default();
        let own = format!(" {} ", folded(&format!("{} {attention}", row.data)));
        let foreign = owners.foreign(&page, &own, row.row);
        let mut faults: Vec<Fault> = missing.iter().map(|value| lacks(value, row.row)).collect();
        faults.extend(others.map(|name| is_other(name, row.row)));
        faults.extend(foreign.into_iter().map(|(value, other)| is_foreign(&value, other)));
        Ok(faults)
    }

    async fn owners(&self, merge: &MergeId) -> Result<Arc<Owners>, DeskError> {
        let mut kept = self.office.owners.lock().await;
        if let Some(owners) = kept.as_ref().filter(|owners| owners.merge == *merge) {
            return Ok(Arc::clone(owners));
        }
        let mut owners = Owners { merge: merge.clone(), rows: HashMap::new(), lengths: HashSet::new() };
        let mut after = 0;
        while let Some(rows) = self.reader().next_merge_rows(merge, &mut after).await? {
            for row in &rows {
                let data: Value = serde_json::from_str(&row.data).unwrap_or_default();
                own_values(&data).iter().for_each(|value| owners.add(value, row.row));
                let street = data.pointer("/party/address/lines/0").and_then(Value::as_str);
                let email = data["party"]["email"].as_str();
                street.into_iter().chain(email).for_each(|value| owners.add(&folded(value), row.row));
            }
        }
        let owners = Arc::new(owners);
        *kept = Some(Arc::clone(&owners));
        Ok(owners)
    }
}

impl Owners {
    fn add(&mut self, value: &str, row: i64) {
        let words = value.split(' ').count();
        // A single word is too common to be somebody's.
        if !(2..=MAX_WORDS).contains(&words) {
            return;
        }
        self.lengths.insert(words);
        let known = self.rows.entry(hash(value)).or_insert(Some(row));
        if *known != Some(row) {
            *known = None;
        }
    }

    /// What stands on a page and is another row's alone, with that row. What the row itself says is its own.
    fn foreign(&self, page: &str, own: &str, row: i64) -> Vec<(String, i64)> {
        let words: Vec<&str> = page.split(' ').filter(|word| !word.is_empty()).collect();
        let mut found = Vec::new();
        for length in &self.lengths {
            for window in words.windows(*length) {
                let value = window.join(" ");
                let owner = self.rows.get(&hash(&value)).copied().flatten();
                if let Some(other) = owner.filter(|other| *other != row && !stands(own, &value)) {
                    found.push((value, other));
                }
            }
        }
        found
    }
}

/// The difference among reasons for which a merge is stopped.
pub(in crate::desk) fn difference(reasons: &[Fault]) -> Option<&Fault> {
    reasons.iter().find(|reason| reason.code.starts_with(CODES))
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn stands(page: &str, value: &str) -> bool {
    value.is_empty() || page.contains(&format!(" {value} "))
}

/// What every letter of a row says: its case, and the person's name.
fn own_values(data: &Value) -> Vec<String> {
    let reference = data["case"]["reference"].as_str().unwrap_or_default();
    [reference, &crate::case::party::full_name_in(&data["party"])]
        .map(folded)
        .into_iter()
        .filter(|value| !value.is_empty())
        .collect()
}

/// A value of a row as a letter prints it, folded; of a list, each of them.
fn printed(data: &Value, path: &str, language: Language) -> Vec<String> {
    let texts = values_at(data, path).into_iter().filter_map(Value::as_str);
    let formats = Formats::of(language);
    let written = |text: &str| {
        let amount = money::parse_signed(text).and_then(|_| formats.money(text.trim_start_matches('-')));
        amount.or_else(|| formats.date(text)).or_else(|| formats.month(text)).unwrap_or_else(|| text.to_owned())
    };
    texts.map(|text| folded(&written(text))).filter(|value| !value.is_empty()).collect()
}

fn lacks(value: &str, row: i64) -> Fault {
    Fault::new(
        "read-back-missing",
        row.to_string(),
        format!("“{value}” of row {row} does not stand in its letter. The merge was stopped: no letter of it leaves."),
        format!(
            "« {value} », de la ligne {row}, ne figure pas dans sa lettre. La fusion a été arrêtée : aucune de ses lettres ne part."
        ),
    )
}

fn is_other(name: &str, row: i64) -> Fault {
    Fault::new(
        "read-back-other",
        row.to_string(),
        format!(
            "What the letter was composed of has another “{name}” than row {row}. The merge was stopped: no letter of it leaves."
        ),
        format!(
            "Ce dont la lettre a été composée a un autre « {name} » que la ligne {row}. La fusion a été arrêtée : aucune de ses lettres ne part."
        ),
    )
}

fn is_foreign(value: &str, row: i64) -> Fault {
    Fault::new(
        "read-back-foreign",
        row.to_string(),
        format!(
            "“{value}” stands in the letter, and is row {row}'s alone. The merge was stopped: no letter of it leaves."
        ),
        format!(
            "« {value} » figure dans la lettre, et n’appartient qu’à la ligne {row}. La fusion a été arrêtée : aucune de ses lettres ne part."
        ),
    )
}
