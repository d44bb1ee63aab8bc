//! Which guards must stop a letter, from the list of rules alone and not as Recto works it out: for each rule, by looking at what
//! happened last. Amounts are in cents, days are counted back from the day of the letter, Tuesday, November 17, 2026.

use std::collections::BTreeSet;

use crate::happens::{Ask, Happens, Letter, When};

/// The guards that must stop the letter, whichever of them its type asks; and the balance that it states, in dollars.
pub fn expected(ask: &Ask, course: &[(Happens, When)], letters: &[Letter]) -> (BTreeSet<&'static str>, String) {
    let known = Case::of(ask, 0, course, letters).known(ask.as_of);
    let claimed = match ask.balance {
        "right" => known.unwrap_or(100_000).max(0),
        dollars => dollars.replace('.', "").parse().unwrap(),
    };
    let case = Case::of(ask, claimed, course, letters);
    let found = [case.person(), case.debt(), case.course_of_the_case(), case.letters_gone()].concat();
    let keys = found.into_iter().filter(|(stops, _)| *stops).map(|(_, key)| key).collect();
    (keys, format!("{}.{:02}", claimed / 100, claimed % 100))
}

/// The debtor's address on record.
const ELM: &str = "elm street";

/// Whether a guard stops the letter, by its key.
type Verdict = (bool, &'static str);

struct Case<'a> {
    ask: &'a Ask,
    claimed: i64,
    /// In the order in which it happened, each with its day.
    course: Vec<(Happens, u32)>,
    /// The place of the asking among it.
    asked: usize,
    /// Type, day, and whether it is known as the very same, of the debtor's letters that did not come back.
    letters: Vec<(&'static str, Option<u32>, Letter)>,
    /// Those that are on their way or of today, whether they came back or not.
    contradicting: bool,
}

/// What the person wrote that is still open, the days of the answers to requests for review, and all decisions.
#[derive(Default)]
struct Answers {
    open: Vec<&'static str>,
    reviews: Vec<u32>,
    decisions: Vec<Decision>,
}

/// A decision: its place in the course, what it is on, which is empty where nothing was open, and how it ended.
struct Decision {
    place: usize,
    kind: &'static str,
    outcome: &'static str,
}

impl Decision {
    /// Whether it changes the debt: a sponsor's submission changes what is done about it, never the debt.
    fn changes_the_debt(&self) -> bool {
        self.outcome != "upheld" && self.kind != "submission"
    }

    /// Whether what a sponsor has submitted was heeded, so that the unit waits.
    fn heeds(&self) -> bool {
        self.outcome != "upheld" && self.kind == "submission"
    }
}

/// Whether something is there and came after something else, if that is there.
fn after(one: Option<usize>, other: Option<usize>) -> bool {
    one.is_some() && one > other
}

impl<'a> Case<'a> {
    fn of(ask: &'a Ask, claimed: i64, course: &[(Happens, When)], letters: &[Letter]) -> Case<'a> {
        use Happens::*;
        let mut ordered: Vec<(usize, (Happens, When))> = course.iter().copied().enumerate().collect();
        ordered.sort_by_key(|(place, (_, when))| (std::cmp::Reverse(when.ago), when.is_late(), *place));
        let asked = ordered.iter().filter(|(_, (_, when))| !when.is_late()).count();
        let mut course: Vec<(Happens, u32)> = ordered.into_iter().map(|(_, (what, when))| (what, when.ago)).collect();
        let by_asking = match ask.letter_type {
            "plan-confirmation" => Agreed,
            "plan-default" => Defaulted,
            "cra-transfer-confirmed" => Transferred,
            "cra-transfer-recalled" => Recalled,
            _ => Asked,
        };
        course.insert(asked, (by_asking, 0));
        let mut sent: Vec<Letter> = letters.iter().filter(|letter| !letter.other).cloned().collect();
        sent.extend(course.iter().filter_map(|(what, ago)| match what {
            SentOtherwise(letter_type) => Some(Letter {
                letter_type,
                ago: Some(*ago),
                earlier: true,
                same_facts: false,
                by_mail: true,
                other: false,
            }),
            _ => None,
        }));
        let proposed = |letter: &Letter| letter.kind(ask) == "plan-proposal" && letter.ago.is_none_or(|ago| ago == 0);
        let contradicting = sent.iter().any(proposed);
        // What comes back is the newest letter of before that went the same way.
        let mut returned = BTreeSet::new();
        for (what, ago) in &course {
            if let MailReturned { email, .. } = what {
                let own = |letter: &Letter| letter.by_mail != *email && letter.ago.is_some_and(|day| day >= *ago);
                let newest =
                    (0..sent.len()).rev().filter(|place| own(&sent[*place])).min_by_key(|place| sent[*place].ago);
                returned.extend(newest);
            }
        }
        let kept = sent.into_iter().enumerate().filter(|(place, _)| !returned.contains(place));
        let letters = kept.map(|(_, letter)| (letter.kind(ask), letter.ago, letter)).collect();
        Case { ask, claimed, course, asked, letters, contradicting }
    }

    fn last(&self, of: impl Fn(Happens) -> bool) -> Option<usize> {
        self.course.iter().rposition(|(what, _)| of(*what))
    }

    fn ever(&self, of: impl Fn(Happens) -> bool) -> bool {
        self.last(of).is_some()
    }

    /// What moved on the debt after a day, or on it and after a place in the course, up to another day.
    fn moved(&self, ago: u32, place: usize, until: u32) -> i64 {
        let later =
            |(one, (_, day)): &(usize, &(Happens, u32))| (*day < ago || (*day == ago && *one > place)) && *day >= until;
        let moves = self.course.iter().enumerate().filter(later);
        moves
            .map(|(_, (what, _))| match what {
                Happens::Paid(cents) => i64::from(*cents),
                Happens::Bounced(cents) => -i64::from(*cents),
                _ => 0,
            })
            .sum()
    }

    /// What the person wrote, and what was answered.
    fn answers(&self) -> Answers {
        let mut answers = Answers::default();
        for (place, (what, ago)) in self.course.iter().enumerate() {
            match what {
                Happens::Disputed(kind) => answers.open.push(kind),
                Happens::Decided(kind, outcome) => {
                    // Where it is not said, the answer is to the oldest that is open.
                    let kind = kind.or(answers.open.first().copied()).unwrap_or_default();
                    if let Some(answered) = answers.open.iter().position(|one| *one == kind) {
                        answers.open.remove(answered);
                        answers.reviews.extend((kind == "review").then_some(*ago));
                    }
                    answers.decisions.push(Decision { place, kind, outcome });
                }
                _ => {}
            }
        }
        answers
    }

    /// Of the one filing of the course: whether its stay is in force for the debt, whether it has released the debt, and whether it has
    /// released any.
    fn filing(&self) -> (bool, bool, bool) {
        let Some(filed) = self.last(|what| matches!(what, Happens::Filed(_))) else { return (false, false, false) };
        let (mut ended, mut released) = (false, false);
        for (what, _) in &self.course[filed..] {
            match what {
                Happens::Ended("discharged") => released = true,
                Happens::Ended("annulled") => (ended, released) = (true, false),
                Happens::Ended("proposal-performed") if !ended => (ended, released) = (true, true),
                Happens::Ended(_) => ended = true,
                _ => {}
            }
        }
        // The debt began a hundred days ago.
        let provable = self.course[filed].1 <= 100;
        (provable && !ended, provable && released, released)
    }

    /// Where the debtor gets mail, and the places from which some came back. Every event has Elm Street on record, which says nothing
    /// once mail came back from there; who moves tells it, and may move back.
    fn mail(&self) -> (&'static str, BTreeSet<&'static str>) {
        let (mut lives, mut came_back) = (ELM, BTreeSet::new());
        for (what, _) in &self.course {
            use Happens::*;
            let others = matches!(what, OtherWritten(_) | Flagged(_, true) | Lifted(_, true) | OtherKnown);
            // Who somebody is says nothing of where; nor does what is told under another name, unless it is the debtor's.
            let one = self.last(|what| matches!(what, TwoPeople | OnePerson)).map(|place| self.course[place].0);
            if others
                || matches!(what, TwoPeople | OnePerson)
                || (*what == AssistedUnderOtherName && one != Some(OnePerson))
            {
                continue;
            }
            let before = lives;
            if !came_back.contains(ELM) {
                lives = ELM;
            }
            match what {
                MailReturned { email: false, .. } => came_back.extend([before, lives]),
                Moved(away) => {
                    lives = if *away { "new street" } else { ELM };
                    if !came_back.contains(before) {
                        came_back.remove(lives);
                    }
                }
                _ => {}
            }
        }
        (lives, came_back)
    }

    fn person(&self) -> Vec<Verdict> {
        use Happens::*;
        let mistaken = self.last(|what| what == Died(true));
        let died = after(self.last(|what| what == Died(false)), mistaken);
        let said = self.last(|what| what == MailReturned { email: false, deceased: true });
        let (lives, came_back) = self.mail();
        let unreachable = match self.ask.by_mail {
            true => came_back.contains(lives),
            false => self.ever(|what| matches!(what, MailReturned { email: true, .. })),
        };
        let known = self.ever(|what| what == OtherKnown);
        let in_force = |(flag, other)| {
            after(self.last(|what| what == Flagged(flag, other)), self.last(|what| what == Lifted(flag, other)))
        };
        let flags =
            [("family-violence", false), ("family-violence", true), ("safe-contact", false), ("safe-contact", true)];
        let flagged = flags.into_iter().filter(|(_, other)| known || !other).any(in_force);
        // What the co-signer has said counts only where the case knows who that is.
        let others = |what| matches!(what, OtherWritten(_) | Flagged(_, true) | Lifted(_, true) | OtherKnown);
        let is_at = |place: Option<usize>, what| place.is_some_and(|place| self.course[place].0 == what);
        let together = known && is_at(self.last(others), OtherWritten(true)) && lives == ELM;
        let represented = self.course.iter().rev().find_map(|(what, _)| match what {
            Represented { consents, until } => Some(*consents && *until >= 30),
            Unrepresented => Some(false),
            _ => None,
        });
        let represented = represented == Some(true);
        // Of what is told under another name, an officer has said whether it is about the debtor.
        let who = self.last(|what| matches!(what, TwoPeople | OnePerson));
        let own = |what| what == AssistedUnderOtherName && is_at(who, OnePerson);
        let assisted = self.last(|what| matches!(what, Assisted(_)) || own(what));
        let is_assisted = is_at(assisted, Assisted(true)) || is_at(assisted, AssistedUnderOtherName);
        let unsaid = who.is_none() && self.ever(|what| what == AssistedUnderOtherName);
        let (stayed, released, _) = self.filing();
        vec![
            (died || after(said, mistaken) || self.ask.estate, "debtor-living"),
            (died && !self.ask.estate, "payee-living-or-estate"),
            (stayed && self.claimed != 0, "no-insolvency-stay"),
            (released, "debt-not-released"),
            (flagged, "contact-is-safe"),
            (flagged && together && self.ask.by_mail, "no-shared-address"),
            (unreachable, "mail-deliverable"),
            (is_assisted, "not-active-recipient"),
            (unsaid, "names-differ"),
            (is_at(self.last(|what| matches!(what, ReadsByEar(_))), ReadsByEar(true)), "reach-certain"),
            (self.ask.sin_on_file != Some(true), "sin-on-file"),
            (!self.ask.estate && represented && !self.ask.by_mail, "representative-reachable"),
        ]
    }

    /// The newest statement of the debt: its day, its place in the course, and the amount.
    fn stated(&self) -> (u32, usize, i64) {
        let mut stated = (130, 0, 100_000);
        let answers = self.answers();
        let allowed = |place: usize| {
            let of_the_place =
                |one: &Decision| one.place == place && one.changes_the_debt() && one.outcome == "allowed";
            answers.decisions.iter().any(of_the_place)
        };
        for (place, (what, ago)) in self.course.iter().enumerate() {
            if *what == Happens::Recalculated {
                stated = (*ago, place, 100_000);
            } else if allowed(place) {
                stated = (*ago, place, 0);
            } else if place == self.asked && self.ask.letter_type == "debt-notice" && self.ask.as_of <= stated.0 {
                stated = (self.ask.as_of, place, self.claimed);
            }
        }
        stated
    }

    /// The day on which the debt was paid off, and is still.
    fn paid(&self) -> Option<u32> {
        let place = self.last(|what| what == Happens::PaidOff);
        let again = self.last(|what| matches!(what, Happens::Bounced(_) | Happens::Recalculated));
        place.filter(|_| after(place, again)).map(|place| self.course[place].1)
    }

    /// What is owed on a day, as far as that is known.
    fn known(&self, on: u32) -> Option<i64> {
        let (ago, place, amount) = self.stated();
        match self.paid() {
            _ if self.ever(|what| what == Happens::WrittenOff) => None,
            Some(paid) if paid >= on => Some(0),
            _ => (ago >= on).then(|| amount - self.moved(ago, place, on)),
        }
    }

    fn debt(&self) -> Vec<Verdict> {
        use Happens::*;
        let (ask, asks) = (self.ask, self.claimed != 0);
        let minimum =
            if ["cra-transfer-notice", "cra-transfer-confirmed"].contains(&ask.letter_type) { 2_500 } else { 250 };
        let moved = self.course.iter().any(|(what, ago)| *ago < ask.as_of && matches!(what, Paid(_) | Bounced(_)));
        let answers = self.answers();
        let changed = answers.decisions.iter().any(|one| one.place > self.asked && one.changes_the_debt());
        let open = after(self.last(|what| what == Recalculating), self.last(|what| what == Recalculated));
        let (_, _, released) = self.filing();
        let newer = self.stated().0 < ask.as_of;
        let differs = self.known(ask.as_of).is_some_and(|known| known != self.claimed);
        let covered = self.known(0).is_some_and(|owed| owed <= 0);
        vec![
            (self.claimed <= minimum, "minimum-balance"),
            (open, "debt-validated"),
            (changed || self.last(|what| what == Recalculated) > Some(self.asked), "debt-as-decided"),
            (moved, "figures-current"),
            (ask.as_of > 60, "figures-recent"),
            ((asks || !released) && (newer || differs), "balance-agrees"),
            (asks && (self.paid().is_some() || covered), "debt-not-paid"),
            (asks && self.ever(|what| what == WrittenOff), "debt-not-written-off"),
        ]
    }

    fn course_of_the_case(&self) -> Vec<Verdict> {
        use Happens::*;
        let answers = self.answers();
        let heeded = answers.decisions.iter().rfind(|one| one.heeds()).map(|one| one.place);
        let decided = self.last(|what| matches!(what, Deferred(_)));
        let granted = decided.is_some_and(|place| matches!(self.course[place].0, Deferred(Some(days)) if days >= 30));
        let agreed = self.last(|what| what == Agreed);
        let defaulted = after(self.last(|what| what == Defaulted), agreed);
        let own = agreed == Some(self.asked);
        // The plan that is confirmed counts from the day of its balance, for all of it; others are of $1,000.00.
        let (since, total) = if own {
            (self.ask.as_of, self.claimed)
        } else {
            (agreed.map_or(0, |place| self.course[place].1), 100_000)
        };
        let received = agreed.map(|place| self.moved(since, place, 0));
        let kept = !defaulted && received.is_some_and(|received| received < total);
        let arrears = received.map(|received| match if own { 0 } else { instalments_due(since) } {
            0 => 0,
            due => (10_000 * due - received).max(0),
        });
        // Without a plan on file: what came since the instalment of forty days ago.
        let cured = arrears.map_or(self.moved(40, self.asked, 0) >= 10_000, |arrears| arrears <= 0);
        let came = self.moved(self.ask.as_of, self.asked, 0) >= 10_000;
        let reminded = self.told(&["plan-reminder"]).filter(|ago| *ago <= 40).max();
        let recalled = self.last(|what| what == Recalled);
        let before = recalled.and_then(|place| self.course[..place].iter().rposition(|(what, _)| *what == Recalled));
        let transferred =
            recalled.and_then(|place| self.course[..place].iter().rposition(|(what, _)| *what == Transferred));
        vec![
            (!answers.open.is_empty(), "no-open-dispute"),
            (if heeded > decided { heeded.is_some() } else { granted }, "no-deferral"),
            (kept, "no-plan-in-good-standing"),
            (agreed > Some(self.asked) || defaulted, "plan-still-agreed"),
            (cured || arrears.is_some_and(|arrears| arrears < 10_000) || came || defaulted, "instalment-still-missed"),
            // 15 days from receipt, which is 3 days after mailing, are over on the nineteenth day.
            (cured || reminded.is_none_or(|ago| ago < 19), "reminder-sent-and-cure-passed"),
            (!after(transferred, before), "debt-transferred"),
            // A hundred dollars a month are five per cent of two thousand.
            (self.claimed > 200_000, "plan-minimum"),
        ]
    }

    /// The days of the letters of some types that told the debtor.
    fn told(&self, types: &[&str]) -> impl Iterator<Item = u32> {
        self.letters.iter().filter(|(kind, ..)| types.contains(kind)).filter_map(|(_, ago, _)| *ago)
    }

    fn letters_gone(&self) -> Vec<Verdict> {
        // 30 days from receipt, which is 3 days after mailing, are over on the thirty-fourth day.
        let over = |ago: Option<u32>| ago.is_some_and(|ago| ago >= 34);
        let mut runs_from = self.answers().reviews;
        if self.ever(|what| what == Happens::Disputed("appeal")) {
            runs_from.clear();
        }
        let recalculated = self.last(|what| what == Happens::Recalculated).map(|place| self.course[place].1);
        runs_from.extend(recalculated.or(self.ask.decision_told.then_some(130)));
        let runs_from = runs_from.into_iter().min().or(self.told(&["debt-notice"]).max());
        let recalled = self.last(|what| what == Happens::Recalled).map(|place| self.course[place].1);
        let notice =
            self.told(&["cra-transfer-notice"]).filter(|ago| recalled.is_none_or(|recalled| *ago < recalled)).min();
        let explained = self.told(&["sponsor-debt-notice", "cra-transfer-notice"]).max();
        let repeats = ["plan-reminder", "account-statement"].contains(&self.ask.letter_type);
        let same = |(kind, ago, letter): &(&str, Option<u32>, Letter)| {
            let close = ago.map_or(letter.earlier || !self.ask.registered, |ago| ago < 21);
            *kind == self.ask.letter_type && close && (!repeats || letter.same_facts)
        };
        vec![
            (!self.ask.sponsorship && !over(runs_from), "review-period-over"),
            (!over(notice), "transfer-notice-given"),
            (self.ask.sponsorship && !over(explained), "opportunity-to-explain"),
            (self.letters.iter().any(same), "no-duplicate"),
            (self.contradicting, "no-conflicting-letter"),
        ]
    }
}

/// How many monthly instalments were due before today of a plan that was agreed on so many days ago, the first after a week.
fn instalments_due(ago: u32) -> i64 {
    use chrono::{Days, Months, NaiveDate};
    let today = NaiveDate::from_ymd_opt(2026, 11, 17).unwrap();
    let first = today - Days::new(ago.into()) + Days::new(7);
    (0..10).filter(|month| first + Months::new(*month) < today).count() as i64
}
