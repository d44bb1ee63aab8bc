//! How money, dates, months and telephone numbers are written in each language of Canada.
//!
//! Numbers and dates come from ICU (CLDR) for `en-CA` and `fr-CA`. The rest follows Justice Canada's jurilinguistic notes and
//! the Office québécois de la langue française: the dollar sign after the amount in French, the first of the month as 1er,
//! and U+00A0 wherever a line may not break.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use icu_datetime::fieldsets::{YM, YMD};
use icu_datetime::input::Date;
use icu_datetime::{DateTimeFormatter, DateTimeFormatterPreferences};
use icu_decimal::options::{DecimalFormatterOptions, GroupingStrategy};
use icu_decimal::{DecimalFormatter, input::Decimal as IcuDecimal};
use icu_list::ListFormatter;
use icu_list::options::{ListFormatterOptions, ListLength};
use icu_locale_core::{Locale, locale};
use icu_plurals::{PluralCategory, PluralRules};
use rust_decimal::Decimal;

use super::elision::elided;
use super::language::Language;
use super::money;
use super::no_break::held_together;
use super::phone::Phone;

/// The formats of one language.
pub struct Formats {
    language: Language,
    number: DecimalFormatter,
    day: DateTimeFormatter<YMD>,
    month: DateTimeFormatter<YM>,
    list: ListFormatter,
    plural: PluralRules,
}

const NBSP: char = '\u{a0}';

impl Formats {
    /// The formats of Canadian English or Canadian French.
    pub fn of(language: Language) -> &'static Formats {
        static FORMATS: LazyLock<[Formats; 2]> = LazyLock::new(|| Language::BOTH.map(Formats::new));
        &FORMATS[language as usize]
    }

    fn new(language: Language) -> Formats {
        let locale: Locale = match language {
            Language::En => locale!("en-CA-u-ca-gregory"),
            Language::Fr => locale!("fr-CA-u-ca-gregory"),
        };
        let mut options = DecimalFormatterOptions::default();
        options.grouping_strategy = Some(GroupingStrategy::Always);
        let lists = ListFormatterOptions::default().with_length(ListLength::Wide);
        let preferences = DateTimeFormatterPreferences::from(&locale);
        Formats {
            language,
            number: DecimalFormatter::try_new((&locale).into(), options).expect("ICU's data for Canada is compiled in"),
            day: DateTimeFormatter::try_new(preferences, YMD::long()).expect("ICU's data for Canada is compiled in"),
            month: DateTimeFormatter::try_new(preferences, YM::long()).expect("ICU's data for Canada is compiled in"),
            list: ListFormatter::try_new_and((&locale).into(), lists).expect("ICU's data for Canada is compiled in"),
            plural: PluralRules::try_new_cardinal((&locale).into()).expect("ICU's data for Canada is compiled in"),
        }
    }

    /// An amount: `$1,234.56` or `1 234,56 $`; below zero, which a derived value or a credit is, with an en dash before it. `None`
    /// where the text is not an amount.
    pub fn money(&self, text: &str) -> Option<String> {
        let amount = money::parse(text.strip_prefix('-').unwrap_or(text))?;
        self.sum(if text.starts_with('-') { -amount } else { amount })
    }

    /// A sum of amounts, which may be larger than any of them may be.
    pub fn sum(&self, sum: Decimal) -> Option<String> {
        let number = self.grouped(&money::plain(sum.abs()))?;
        let sign = if sum.is_sign_negative() && !sum.is_zero() { "–" } else { "" };
        Some(match self.language {
            Language::En => format!("{sign}${number}"),
            Language::Fr => format!("{sign}{number}{NBSP}$"),
        })
    }

    /// A whole or decimal number: `12,345.5` or `12 345,5`.
    pub fn number(&self, text: &str) -> Option<String> {
        self.grouped(text)
    }

    /// A percentage: `5.25%` or `5,25 %`.
    pub fn percent(&self, text: &str) -> Option<String> {
        let number = self.grouped(text)?;
        Some(match self.language {
            Language::En => format!("{number}%"),
            Language::Fr => format!("{number}{NBSP}%"),
        })
    }

    /// A date from its ISO form: `January 1, 2026` or `1er janvier 2026`. It does not break over a line.
    pub fn date(&self, text: &str) -> Option<String> {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10)?;
        let icu = Date::try_new_iso(date.year(), date.month() as u8, date.day() as u8).ok()?;
        let written = self.day.format(&icu).to_string().replace(' ', "\u{a0}");
        Some(match self.language {
            Language::Fr if date.day() == 1 => format!("1er{}", written.trim_start_matches('1')),
            _ => written,
        })
    }

    /// A month from its ISO form: `March 2025` or `mars 2025`.
    pub fn month(&self, text: &str) -> Option<String> {
        let first = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok().filter(|_| text.len() == 7)?;
        let icu = Date::try_new_iso(first.year(), first.month() as u8, 1).ok()?;
        Some(self.month.format(&icu).to_string().replace(' ', "\u{a0}"))
    }

    /// A North American telephone number: `1-800-555-0199` or `1 800 555-0199`. `None` where the text is none.
    pub fn phone(&self, text: &str) -> Option<String> {
        Phone::read(text).map(|phone| phone.written(self.language))
    }

    /// A name with the word before it that may lose its vowel: in French `d’Anne` and `de Jean`, in English the name alone.
    pub fn elided(&self, word: &str, name: &str) -> String {
        match self.language {
            Language::En => name.to_owned(),
            Language::Fr => elided(word, name),
        }
    }

    /// A list in a sentence: `a, b and c` or `a, b et c`; with semicolons where an item has a comma of its own, as an English date.
    pub fn list(&self, items: &[String]) -> String {
        if let Some((last, others)) = items.split_last().filter(|(_, others)| others.len() > 1)
            && items.iter().any(|item| item.contains(','))
        {
            let and = if self.language == Language::En { "and" } else { "et" };
            return format!("{}; {and} {last}", others.join("; "));
        }
        self.list.format(items.iter()).to_string()
    }

    /// A number with its noun, `one` in the singular and `many` in the plural, as the language counts: English has 0 payments,
    /// French 0 versement. `None` where the text is not a number.
    pub fn plural(&self, text: &str, one: &str, many: &str) -> Option<String> {
        let decimal: IcuDecimal = text.parse().ok()?;
        let noun = if self.plural.category_for(&decimal) == PluralCategory::One { one } else { many };
        Some(format!("{}{NBSP}{noun}", self.grouped(text)?))
    }

    /// A text that somebody has typed, with a no-break space wherever a line may not end.
    pub fn text(&self, text: &str) -> String {
        held_together(text, self.language)
    }

    /// Below zero, with an en dash: ICU writes a hyphen.
    fn grouped(&self, plain: &str) -> Option<String> {
        let decimal: IcuDecimal = plain.parse().ok()?;
        Some(self.number.format(&decimal).to_string().replace('-', "–"))
    }
}
