//! A party of a case: who it is, how it is reached, and what is known of it that letters depend on.

use chrono::NaiveDate;
use serde::Serialize;

use crate::case::insurance::masked;
use crate::case::{Channel, Day, Format, PersonId, PreferredLanguage, money};
use crate::desk::{Insolvency, Person, Standing};

/// A party of a case.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PartyView {
    /// The case system's key.
    pub id: PersonId,
    /// The name.
    pub name: String,
    /// `debtor`, `sponsor` …
    pub role: &'static str,
    /// The same in words, in the language of Accept-Language.
    pub role_name: String,
    /// `en`, `fr` or `unknown`.
    pub language: PreferredLanguage,
    /// `print` or `email`.
    pub channel: Channel,
    /// `standard`, `large-print` or `screen-reader`.
    #[schema(value_type = String, pattern = "^(standard|large-print|screen-reader)$")]
    pub format: Format,
    /// The lines of the postal address as they are printed, without the name; empty where none is on file.
    pub address: Vec<String>,
    /// The e-mail address, where one is on file.
    pub email: Option<String>,
    /// What the case's events say of the party: `deceased`, `insolvency_stay`, `open_dispute` …
    pub standing: Vec<&'static str>,
    /// The same with its days, kinds and names, and what is on file besides.
    pub situations: Vec<SituationView>,
}

/// Something on file of a party that letters depend on.
#[derive(Default, Serialize, utoipa::ToSchema)]
pub struct SituationView {
    /// `died`, `said-to-be-dead`, `insolvency`, `released`, `deferral`, `transferred`, `recalled`, `active-recipient`, `mail-returned`,
    /// `email-returned`, `reach-uncertain`, `flag`, `representative`, `no-consent`, `inquiry`, `offer`, `no-sin`.
    pub key: &'static str,
    /// Which, where there are several: `bankruptcy`, `hardship`, `safe-contact` …
    pub kind: Option<String>,
    /// Since when, or when.
    pub since: Option<Day>,
    /// Until when; of an insolvency filing, when its stay ended.
    pub until: Option<Day>,
    /// Who acts for the person.
    pub who: Option<String>,
    /// Where they get mail.
    pub address: Vec<String>,
    /// Dollars.
    pub amount: Option<String>,
}

impl SituationView {
    /// What is on file of the person of a standing.
    pub(super) fn all(standing: &Standing, today: NaiveDate) -> Vec<SituationView> {
        let person = &standing.person;
        let mut all = Vec::new();
        all.extend(person.died.map(|day| since("died", day)));
        all.extend(plainly(person.said_to_be_dead && person.died.is_none(), "said-to-be-dead"));
        all.extend(person.insolvencies.iter().flat_map(insolvency));
        let deferral = person.deferral.as_ref();
        all.extend(deferral.map(|one| SituationView { until: until(one.until), ..of_kind("deferral", one.ground) }));
        all.extend(person.transferred.map(|day| since("transferred", day)));
        all.extend(person.recalled.map(|day| since("recalled", day)));
        all.extend(plainly(person.active_recipient, "active-recipient"));
        all.extend(plainly(person.mail_returned, "mail-returned"));
        all.extend(plainly(person.email_returned, "email-returned"));
        let by_mail = person.reach.channel.as_ref().is_none_or(|word| word.is == Channel::Print);
        all.extend(plainly(person.reach.is_contested(by_mail), "reach-uncertain"));
        all.extend(person.flags.iter().map(|flag| of_kind("flag", flag)));
        all.extend(representative(person, today));
        all.extend(
            standing
                .inquiries
                .iter()
                .map(|one| SituationView { kind: one.by.map(word), ..since("inquiry", one.received) }),
        );
        let offers = standing.offers.iter().filter(|offer| offer.person == person.id);
        all.extend(
            offers.map(|offer| SituationView { amount: Some(money::plain(offer.amount)), ..since("offer", offer.on) }),
        );
        all.extend(plainly(person.sin_on_file == Some(false), "no-sin"));
        all
    }
}

fn insolvency(filing: &Insolvency) -> Vec<SituationView> {
    let stay = SituationView {
        since: Some(filing.filed.into()),
        until: until(filing.ended),
        ..of_kind("insolvency", filing.kind)
    };
    let released = filing.released.filter(|_| filing.has_released()).map(|day| since("released", day));
    std::iter::once(stay).chain(released).collect()
}

fn representative(person: &Person, today: NaiveDate) -> Option<SituationView> {
    let one = person.representative.as_ref()?;
    let acts = person.represented_by(today).is_some();
    Some(SituationView {
        who: Some(masked(&one.name)),
        until: until(one.until),
        address: one.address.block(""),
        ..of_kind(if acts { "representative" } else { "no-consent" }, one.kind)
    })
}

fn plainly(is_so: bool, key: &'static str) -> Option<SituationView> {
    is_so.then(|| SituationView { key, ..SituationView::default() })
}

fn since(key: &'static str, day: NaiveDate) -> SituationView {
    SituationView { key, since: Some(day.into()), ..SituationView::default() }
}

fn until(day: Option<NaiveDate>) -> Option<Day> {
    day.map(Day::from)
}

fn of_kind(key: &'static str, kind: impl Serialize) -> SituationView {
    SituationView { key, kind: Some(word(kind)), ..SituationView::default() }
}

/// A kind as events write it.
fn word(kind: impl Serialize) -> String {
    serde_json::json!(kind).as_str().unwrap_or_default().to_owned()
}
