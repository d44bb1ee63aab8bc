//! What the rows of a sheet come to.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;

use super::check::{CheckedColumn, CheckedRow};
use crate::case::{Channel, PreferredLanguage, money};
use crate::merge::FieldKind;

/// What the rows of a sheet come to. Rows at fault count as faulty, and for nothing else.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// Letters that would be called for.
    pub letters: usize,
    /// Rows at fault.
    pub faulty: usize,
    /// Letters that the rules would hold or end.
    pub held: usize,
    /// Letters that somebody would have to approve.
    pub to_approve: usize,
    /// Letters by language.
    pub languages: BTreeMap<String, usize>,
    /// Letters by channel.
    pub channels: BTreeMap<String, usize>,
    /// Letters by program.
    pub programs: BTreeMap<String, usize>,
    /// Dollars by field: each amount of the letters, together.
    pub amounts: BTreeMap<String, Decimal>,
    /// How many different values each column has, by field.
    pub different: BTreeMap<String, usize>,
    /// People who would get several, with the rows: key, name, rows.
    pub several: Vec<(String, String, Vec<usize>)>,
    /// The rows to look at before all others, as places among the rows: the first, the last, the longest and three more.
    pub to_look_at: Vec<usize>,
}

impl Totals {
    pub(super) fn of(rows: &[CheckedRow], columns: &[CheckedColumn]) -> Totals {
        let mut totals =
            Totals { faulty: rows.iter().filter(|row| !row.faults.is_empty()).count(), ..Totals::default() };
        let mut people: BTreeMap<String, (String, Vec<usize>)> = BTreeMap::new();
        let mut values: BTreeMap<String, std::collections::BTreeSet<String>> = BTreeMap::new();
        let told: Vec<_> =
            columns.iter().filter_map(|column| column.field.as_ref()).filter(|field| field.list.is_none()).collect();
        let mut good = Vec::new();
        for (place, row) in rows.iter().enumerate() {
            let Some(outlook) = row.outlook.as_ref().filter(|_| row.faults.is_empty()) else { continue };
            good.push(place);
            totals.letters += 1;
            totals.held += usize::from(!outlook.may_go);
            totals.to_approve += usize::from(outlook.needs_approval);
            *totals.languages.entry(language(outlook.language).to_owned()).or_default() += 1;
            *totals.channels.entry(channel(outlook.channel).to_owned()).or_default() += 1;
            *totals.programs.entry(outlook.program.clone()).or_default() += 1;
            if let Some((id, name)) = &row.person {
                people.entry(id.clone()).or_insert_with(|| (name.clone(), Vec::new())).1.push(row.number);
            }
            let data: Value = serde_json::from_str(&row.data).unwrap_or_default();
            for (name, value) in data["facts"].as_object().into_iter().flatten() {
                if let Some(amount) = value.as_str().and_then(money::parse_signed) {
                    *totals.amounts.entry(format!("facts.{name}")).or_default() += amount;
                }
            }
            for field in &told {
                let value = data.pointer(&format!("/{}", field.path.replace('.', "/")));
                if let Some(value) = value.filter(|value| !value.is_null()) {
                    values.entry(field.path.clone()).or_default().insert(value.to_string());
                }
                if let (FieldKind::Amount { .. }, Some(amount), true) = (
                    &field.kind,
                    value.and_then(Value::as_str).and_then(money::parse_signed),
                    field.path.matches('.').count() > 1,
                ) {
                    *totals.amounts.entry(field.path.clone()).or_default() += amount;
                }
            }
        }
        totals.different = values.into_iter().map(|(path, values)| (path, values.len())).collect();
        totals.several = people
            .into_iter()
            .filter(|(_, (_, rows))| rows.len() > 1)
            .map(|(id, (name, rows))| (id, name, rows))
            .collect();
        totals.to_look_at = to_look_at(rows, &good);
        totals
    }
}

/// The first, the last, the longest, and three from in between.
fn to_look_at(rows: &[CheckedRow], good: &[usize]) -> Vec<usize> {
    let longest = good.iter().copied().max_by_key(|place| rows[*place].data.len());
    let at = |quarter: usize| good.get(good.len() * quarter / 4).copied();
    let wanted = [good.first().copied(), good.last().copied(), longest, at(1), at(2), at(3)];
    let mut chosen = Vec::new();
    for place in wanted.into_iter().flatten() {
        if !chosen.contains(&place) {
            chosen.push(place);
        }
    }
    chosen
}

/// A language as programs read it.
pub(super) fn language(language: PreferredLanguage) -> &'static str {
    match language {
        PreferredLanguage::En => "en",
        PreferredLanguage::Fr => "fr",
        PreferredLanguage::Unknown => "unknown",
    }
}

/// A channel as programs read it.
pub(super) fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Print => "print",
        Channel::Email => "email",
        Channel::File => "file",
    }
}
