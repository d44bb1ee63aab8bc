//! Which guards must stop a letter, from the list of rules alone and not as Recto works it out: for each rule, by looking at what
//! happened last. Amounts are in cents, days are counted back from the day of the letter, Tuesday, November 17, 2026.

use std::collections::BTreeSet;

use crate::happens::{Ask, Gave, Happens, Letter, When};

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
    /// In the order in which it was told, each with its day.
    course: Vec<(Happens, u32)>,
    /// The place of the asking among it.
    asked: usize,
    /// Type, day, and whether it is known as the very same, of the debtor's letters that did not come back.
    letters: Vec<(&'static str, Option<u32>, Letter)>,
    /// Those that are on their way or of today, whether they came back or not.
    contradicting: bool,
}

/// What the person wrote, and all decisions.
#[derive(Default)]
struct Answers {
    written: Vec<Written>,
    decisions: Vec<Decision>,
}

/// Something that the person wrote: what it is, when it came, when it was decided, and when a letter that told of that left.
struct Written {
    kind: &'static str,
    received: u32,
    decided: Option<u32>,
    told: Option<u32>,
}

impl Written {
    /// Of an appeal, the Tribunal tells what was decided.
    fn is_open(&self) -> bool {
        self.decided.is_none() || (self.told.is_none() && self.kind != "appeal")
    }
}

/// What the unit's statements of the debt come to.
struct Account {
    /// The newest statement that said anything new: its day, its place in the course, and the amount.
    stated: (u32, usize, i64),
    /// The day on which the debt was told to be paid off, and the place of that in the course.
    paid: Option<(u32, usize)>,
    /// The day of the decision.
    decided: Option<u32>,
    /// Whether it is calculated again.
    open: bool,
    /// The place of the newest statement by which the debt changed.
    changed: Option<usize>,
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
        let told = |what: Happens, when: When| if when.is_late(what) { 0 } else { when.ago };
        ordered
            .sort_by_key(|(place, (what, when))| (std::cmp::Reverse(told(*what, *when)), when.is_late(*what), *place));
        let asked = ordered.iter().filter(|(_, (what, when))| !when.is_late(*what)).count();
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
                // Thirty days from receipt, fifteen to cure. Of an answer nobody can tell whether it gave a time.
                gave: match *letter_type {
                    "dispute-response" => None,
                    "plan-reminder" => Some(Gave { until: 30 + 18 - (*ago).min(48), spent_by: "plan" }),
                    _ => Some(Gave { until: 30 + 33 - (*ago).min(63), spent_by: "plan" }),
                },
            }),
            _ => None,
        }));
        // A plan that is offered, and the first notice, which gives time before anything further.
        let contradicts = |letter: &Letter| {
            let kind = letter.kind(ask);
            ["plan-proposal", "debt-notice", "sponsor-debt-notice"].contains(&kind)
                && letter.ago.is_none_or(|ago| ago == 0)
        };
        let contradicting = sent.iter().any(contradicts);
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

    /// What moved on the debt up to a day and is not in figures of another day that were told at a place in the course: what moved
    /// after their day, and whatever was told after them, unless they are the letter's and list it.
    fn moved(&self, ago: u32, place: usize, until: u32, lists: bool) -> i64 {
        self.moved_before((ago, place, lists), until, usize::MAX)
    }

    /// The same, of what was told before a place in the course.
    fn moved_before(&self, (ago, place, lists): (u32, usize, bool), until: u32, before: usize) -> i64 {
        let is_new = |one: usize, day: u32| day < ago || (one > place && !(lists && self.is_listed(one)));
        let counts = |(one, (_, day)): &(usize, &(Happens, u32))| is_new(*one, *day) && *day >= until && *one < before;
        self.course.iter().enumerate().filter(counts).map(|(_, (what, _))| cents(*what)).sum()
    }

    /// Whether the letter lists a movement: as often as it lists ones like it, the first of them are those.
    fn is_listed(&self, place: usize) -> bool {
        let money = self.course.iter().enumerate().filter(|(_, (what, _))| what.is_money()).map(|(place, _)| place);
        let listed = money.enumerate().filter(|(nth, _)| *nth < 8 && self.ask.lists >> nth & 1 == 1);
        let alike = |other: usize| self.course[other] == self.course[place];
        let rows = listed.filter(|(_, other)| alike(*other)).count();
        (0..place).filter(|other| alike(*other)).count() < rows
    }

    /// What had been paid by a place in the course.
    fn paid_before(&self, place: usize) -> i64 {
        self.course[..place].iter().map(|(what, _)| cents(*what)).sum::<i64>().max(0)
    }

    /// What the person wrote, what was decided, and what the person was told of it.
    fn answers(&self) -> Answers {
        let mut answers = Answers::default();
        for (place, (what, ago)) in self.course.iter().enumerate() {
            match what {
                Happens::Disputed(kind) => {
                    answers.written.push(Written { kind, received: *ago, decided: None, told: None });
                }
                Happens::Decided(kind, outcome) => {
                    // Where it is not said, the answer is to the oldest that is undecided.
                    let mut undecided = answers.written.iter_mut().filter(|one| one.decided.is_none());
                    let answered = match kind {
                        Some(kind) => undecided.find(|one| one.kind == *kind),
                        None => undecided.next(),
                    };
                    let kind = kind.or(answered.as_ref().map(|one| one.kind)).unwrap_or_default();
                    if let Some(one) = answered {
                        one.decided = Some(*ago);
                        // Told by the first answer that was mailed since, on that day or later.
                        one.told = self.told(&["dispute-response"]).filter(|day| day <= ago).max();
                    }
                    answers.decisions.push(Decision { place, kind, outcome });
                }
                _ => {}
            }
        }
        answers
    }

    /// Whether a letter that goes less far than the one that is asked for gave a time that is not over and that nothing has ended.
    fn has_time_left(&self) -> bool {
        let step = |kind| match kind {
            "debt-notice" | "sponsor-debt-notice" | "plan-reminder" | "dispute-response" => 1,
            "plan-default" => 2,
            "cra-transfer-notice" => 3,
            "cra-transfer-confirmed" => 4,
            _ => 0,
        };
        let written = self.answers().written;
        let agreed = self.last(|what| what == Happens::Agreed).map(|place| self.course[place].1);
        self.letters.iter().any(|(kind, ago, letter)| {
            let (Some(ago), Some(gave)) = (*ago, letter.gave) else { return false };
            let spent = match gave.spent_by {
                "plan" => agreed.is_some_and(|agreed| agreed <= ago),
                "payment" => self.moved(ago, usize::MAX, 0, false) >= 10_000,
                "submission" => {
                    let own = |one: &&Written| one.kind == "submission" && one.received <= ago;
                    written.iter().filter(own).any(|one| !one.is_open())
                }
                _ => false,
            };
            // What the step itself waits for has a rule of its own.
            let own = match self.ask.letter_type {
                "cra-transfer-confirmed" => *kind == "cra-transfer-notice",
                "plan-default" => *kind == "plan-reminder",
                _ => false,
            };
            step(*kind) < step(self.ask.letter_type) && gave.until >= 30 && !spent && !own
        })
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

    /// What the statements of the debt come to: one that says what is known already says nothing.
    fn account(&self) -> Account {
        let decided = self.ask.decision_told.then_some(130);
        let mut account = Account { stated: (130, 0, 100_000), paid: None, decided, open: false, changed: None };
        let decisions = self.answers().decisions;
        for (place, (what, ago)) in self.course.iter().enumerate() {
            let decision = decisions.iter().find(|one| one.place == place && one.changes_the_debt());
            let known = |account: &Account, on: u32| self.known_then(account, place, on);
            match what {
                Happens::Recalculating => account.open = true,
                Happens::Recalculated => {
                    let news = known(&account, *ago) != Some(100_000);
                    if news || account.open {
                        account.decided = Some(*ago);
                    }
                    if news {
                        (account.stated, account.changed) = ((*ago, place, 100_000), Some(place));
                        account.paid = account.paid.filter(|(paid, _)| ago > paid);
                    }
                    account.open = false;
                }
                Happens::PaidOff => account.paid = Some((*ago, place)),
                _ if decision.is_some_and(|one| one.outcome == "allowed") => {
                    // What was paid on a debt that does not stand came for nothing.
                    let nothing = -self.paid_before(place);
                    if known(&account, *ago) != Some(nothing) {
                        account.stated = (*ago, place, nothing);
                        account.paid = account.paid.filter(|(paid, _)| nothing == 0 || ago > paid);
                    }
                }
                _ if place == self.asked && self.ask.letter_type == "debt-notice" => {
                    let on = self.ask.as_of;
                    let same = (on, self.claimed) == (account.stated.0, account.stated.2);
                    let news = !same && known(&account, on) != Some(self.claimed);
                    if on <= account.stated.0 && (news || self.lists_any()) {
                        account.stated = (on, place, self.claimed);
                    }
                }
                _ => {}
            }
        }
        account
    }

    fn lists_any(&self) -> bool {
        (0..self.course.len()).any(|place| self.course[place].0.is_money() && self.is_listed(place))
    }

    /// What is owed on a day by an account, and by what was told before a place in the course; below zero where more came than was
    /// owed.
    fn known_then(&self, account: &Account, before: usize, on: u32) -> Option<i64> {
        let (ago, place, amount) = account.stated;
        let stated = (ago >= on).then(|| amount - self.moved_before((ago, place, place == self.asked), on, before));
        match (self.owed_since_paid(account, before, on), stated) {
            (Some(paid), Some(stated)) => Some(paid.min(stated)),
            (paid, stated) => paid.or(stated),
        }
    }

    /// What is owed by the word that the debt was paid off: what came back since. What came by its day has paid it, whenever it was told.
    fn owed_since_paid(&self, account: &Account, before: usize, on: u32) -> Option<i64> {
        let (paid, place) = account.paid.filter(|(paid, _)| *paid >= on)?;
        let counts = |(one, (what, day)): &(usize, &(Happens, u32))| {
            let is_new = *day < paid || (*one > place && cents(*what) < 0);
            is_new && *day >= on && *one < before
        };
        Some(-self.course.iter().enumerate().filter(counts).map(|(_, (what, _))| cents(*what)).sum::<i64>())
    }

    /// What is owed on a day, written off or not, as far as that is known.
    fn owed(&self, on: u32) -> Option<i64> {
        self.known_then(&self.account(), usize::MAX, on)
    }

    /// What is owed on a day and asked for.
    fn known(&self, on: u32) -> Option<i64> {
        if self.ever(|what| what == Happens::WrittenOff) { None } else { self.owed(on) }
    }

    fn debt(&self) -> Vec<Verdict> {
        use Happens::*;
        let (ask, asks) = (self.ask, self.claimed != 0);
        let minimum =
            if ["cra-transfer-notice", "cra-transfer-confirmed"].contains(&ask.letter_type) { 2_500 } else { 250 };
        let is_new = |place: usize, ago: u32| ago < ask.as_of || (place > self.asked && !self.is_listed(place));
        let moved = self.course.iter().enumerate().any(|(place, (what, ago))| what.is_money() && is_new(place, *ago));
        let answers = self.answers();
        let changed = answers.decisions.iter().any(|one| one.place > self.asked && one.changes_the_debt());
        let account = self.account();
        let (_, _, released) = self.filing();
        let newer = account.stated.0 < ask.as_of;
        // What was found to be paid back may have been, or not yet.
        let credits = self.course.iter().filter_map(|(what, _)| match what {
            CreditFound(cents) => Some(i64::from(*cents)),
            _ => None,
        });
        let credits: Vec<i64> = credits.collect();
        let found = !credits.is_empty() && self.owed(0).is_none_or(|owed| -owed <= credits.iter().sum());
        let agrees = |known: i64| known == self.claimed || (found && self.claimed == 0 && known < 0);
        let differs = self.known(ask.as_of).is_some_and(|known| !agrees(known));
        let covered = self.owed(0).is_some_and(|owed| owed <= 0);
        vec![
            (self.claimed <= minimum, "minimum-balance"),
            (account.open, "debt-validated"),
            (changed || account.changed > Some(self.asked), "debt-as-decided"),
            (moved, "figures-current"),
            (ask.as_of > 60, "figures-recent"),
            ((asks || !released) && (newer || differs), "balance-agrees"),
            (asks && covered, "debt-not-paid"),
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
        let received = agreed.map(|place| self.moved(since, place, 0, false));
        let kept = !defaulted && received.is_some_and(|received| received < total);
        let arrears = received.map(|received| match if own { 0 } else { instalments_due(since) } {
            0 => 0,
            due => (10_000 * due - received).max(0),
        });
        // Without a plan on file: what came since the instalment of forty days ago.
        let cured = arrears.map_or(self.moved(40, self.asked, 0, false) >= 10_000, |arrears| arrears <= 0);
        let came = self.moved(self.ask.as_of, self.asked, 0, true) >= 10_000;
        let reminded = self.told(&["plan-reminder"]).filter(|ago| *ago <= 40).max();
        let recalled = self.last(|what| what == Recalled);
        let before = recalled.and_then(|place| self.course[..place].iter().rposition(|(what, _)| *what == Recalled));
        let transferred =
            recalled.and_then(|place| self.course[..place].iter().rposition(|(what, _)| *what == Transferred));
        vec![
            (answers.written.iter().any(Written::is_open), "no-open-dispute"),
            (if heeded > decided { heeded.is_some() } else { granted }, "no-deferral"),
            (kept, "no-plan-in-good-standing"),
            (agreed > Some(self.asked) || defaulted, "plan-still-agreed"),
            // A reminder or a default tells of a plan, and brings none.
            (agreed.is_none(), "plan-on-file"),
            (cured || arrears.is_some_and(|arrears| arrears < 10_000) || came || defaulted, "instalment-still-missed"),
            // 15 days from receipt, which is 3 days after mailing, are over on the nineteenth day.
            (
                cured || reminded.is_none_or(|ago| ago < 19) || self.gives_time("plan-reminder", |ago| ago <= 40),
                "reminder-sent-and-cure-passed",
            ),
            (!after(transferred, before), "debt-transferred"),
            // A hundred dollars a month are five per cent of two thousand.
            (self.claimed > 200_000, "plan-minimum"),
        ]
    }

    /// Whether a letter of a type, of one of some days, said a day that is not over.
    fn gives_time(&self, kind: &str, of: impl Fn(u32) -> bool) -> bool {
        let runs = |gave: Gave| gave.until >= 30;
        self.letters
            .iter()
            .any(|(one, ago, letter)| *one == kind && ago.is_some_and(&of) && letter.gave.is_some_and(runs))
    }

    /// The days of the letters of some types that told the debtor.
    fn told(&self, types: &[&str]) -> impl Iterator<Item = u32> {
        self.letters.iter().filter(|(kind, ..)| types.contains(kind)).filter_map(|(_, ago, _)| *ago)
    }

    fn letters_gone(&self) -> Vec<Verdict> {
        // 30 days from receipt, which is 3 days after mailing, are over on the thirty-fourth day.
        let over = |ago: Option<u32>| ago.is_some_and(|ago| ago >= 34);
        // From the decision, or from the day on which the person was told of a review, which nothing but an appeal follows.
        let appealed = self.ever(|what| what == Happens::Disputed("appeal"));
        let written = self.answers().written;
        let reviews = written.iter().filter(|one| one.kind == "review" && !appealed);
        let runs_from = reviews.filter_map(|one| one.told).chain(self.account().decided).min();
        let recalled = self.last(|what| what == Happens::Recalled).map(|place| self.course[place].1);
        let notice =
            self.told(&["cra-transfer-notice"]).filter(|ago| recalled.is_none_or(|recalled| *ago < recalled)).min();
        let notice_runs = self.gives_time("cra-transfer-notice", |ago| recalled.is_none_or(|recalled| ago < recalled));
        let explained = self.told(&["sponsor-debt-notice", "cra-transfer-notice"]).max();
        let repeats = ["plan-reminder", "account-statement", "plan-confirmation"].contains(&self.ask.letter_type);
        let same = |(kind, ago, letter): &(&str, Option<u32>, Letter)| {
            let close = ago.map_or(letter.earlier || !self.ask.registered, |ago| ago < 21);
            *kind == self.ask.letter_type && close && (!repeats || letter.same_facts)
        };
        vec![
            (!self.ask.sponsorship && !over(runs_from), "review-period-over"),
            (self.has_time_left(), "given-time-over"),
            (!over(notice) || notice_runs, "transfer-notice-given"),
            (self.ask.sponsorship && !over(explained), "opportunity-to-explain"),
            (self.letters.iter().any(same), "no-duplicate"),
            (self.contradicting, "no-conflicting-letter"),
        ]
    }
}

/// What something takes off the debt, in cents.
fn cents(what: Happens) -> i64 {
    match what {
        Happens::Paid(cents) => i64::from(cents),
        Happens::Bounced(cents) => -i64::from(cents),
        _ => 0,
    }
}

/// How many monthly instalments were due before today of a plan that was agreed on so many days ago, the first after a week.
fn instalments_due(ago: u32) -> i64 {
    use chrono::{Days, Months, NaiveDate};
    let today = NaiveDate::from_ymd_opt(2026, 11, 17).unwrap();
    let first = today - Days::new(ago.into()) + Days::new(7);
    (0..10).filter(|month| first + Months::new(*month) < today).count() as i64
}
