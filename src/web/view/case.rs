//! A case: its people with their standing, its debts, plans and disputes, its letters, follow-ups and entries.

use serde::Serialize;

use super::{DebtView, EntryView, FollowUpView, LetterView, PartyView, PlanView, SituationView};
use crate::case::insurance::masked;
use crate::case::{CaseRef, Day, Language, PersonId, Policy, money};
use crate::desk::{CaseRead, Desk, DeskError, Dispute, People, Standing};
use crate::letter::Data;
use crate::register::Filter;

/// Letters of one case, at most.
const MAX_LETTERS: i64 = 1_000;

/// A case.
#[derive(Serialize, utoipa::ToSchema)]
pub struct CaseView {
    /// The case reference.
    pub reference: CaseRef,
    /// The program's key.
    pub program: String,
    /// Its parties, each with what stands in their way.
    pub parties: Vec<PartyView>,
    /// Dollars that are asked for today, on all of its debts; absent where no balance of one of them is known.
    pub owed: Option<String>,
    /// Its debts, each with what is owed on it today and how that was worked out.
    pub debts: Vec<DebtView>,
    /// The newest repayment plan of each party, agreed on or proposed.
    pub plans: Vec<PlanView>,
    /// What its parties disputed, asked to have reviewed, appealed or submitted, oldest first.
    pub disputes: Vec<DisputeView>,
    /// Its letters, newest first.
    pub letters: Vec<LetterView>,
    /// What Recto noticed to be due, and what was decided of it.
    pub follow_ups: Vec<FollowUpView>,
    /// What was done, in order.
    pub entries: Vec<EntryView>,
}

/// Something that a party wrote and that the unit must answer.
#[derive(Serialize, utoipa::ToSchema)]
pub struct DisputeView {
    /// Who wrote.
    pub person: PersonId,
    /// `dispute`, `review`, `appeal` or `submission`.
    pub kind: &'static str,
    /// The number of the debt that it is about; empty where it is about all.
    pub debt: String,
    /// When it came.
    pub received: Day,
    /// When it was decided.
    pub decided: Option<Day>,
    /// `upheld` (the debt stands), `partly`, or `allowed`.
    pub outcome: Option<String>,
    /// When the person was told of the decision.
    pub told: Option<Day>,
    /// Whether the person waits for an answer, or to be told of it.
    pub open: bool,
}

impl DisputeView {
    fn of(one: &Dispute) -> DisputeView {
        let answer = one.answer.as_ref();
        DisputeView {
            person: PersonId::new(one.person.clone()),
            kind: one.kind.into(),
            debt: one.debt.clone(),
            received: one.received.into(),
            decided: answer.map(|answer| answer.on.into()),
            outcome: answer.and_then(|answer| serde_json::json!(answer.outcome).as_str().map(str::to_owned)),
            told: one.told.map(Day::from),
            open: one.is_open(),
        }
    }
}

impl CaseView {
    /// A case in one language, if an event of it was taken.
    pub(in crate::web) async fn of(
        desk: &Desk,
        reference: &CaseRef,
        language: Language,
    ) -> Result<Option<CaseView>, DeskError> {
        CaseView::read(desk, &desk.case(reference).await?, language).await
    }

    /// The same of one that was read.
    pub(in crate::web) async fn read(
        desk: &Desk,
        case: &CaseRead,
        language: Language,
    ) -> Result<Option<CaseView>, DeskError> {
        let (reader, reference) = (desk.reader(), case.reference());
        let Some(program) = case.program() else { return Ok(None) };
        let filter = Filter { case: Some(reference.clone()), limit: MAX_LETTERS, ..Filter::default() };
        let letters = LetterView::all(reader.letters(&filter).await?, &desk.studio.catalogue, language);
        let follow_ups = reader.follow_ups(None, Some(reference), &[], MAX_LETTERS).await?;
        let follow_ups: Result<Vec<_>, DeskError> =
            follow_ups.into_iter().map(|row| FollowUpView::of(row, language)).collect();
        let entries = reader.entries_of_case(reference).await?;
        let mut view = CaseView {
            reference: reference.clone(),
            parties: Vec::new(),
            owed: None,
            debts: Vec::new(),
            plans: Vec::new(),
            disputes: Vec::new(),
            letters,
            follow_ups: follow_ups?,
            entries: entries.into_iter().map(|one| EntryView::of(one, &desk.studio.catalogue, language)).collect(),
            program,
        };
        view.stand(desk, case, language);
        Ok(Some(view))
    }

    /// What its people's standings have.
    fn stand(&mut self, desk: &Desk, case: &CaseRead, language: Language) {
        let (people, today) = (desk.people(case), desk.clock.today());
        let policy = desk.studio.catalogue.program(&self.program).ok().and_then(|program| program.policy_on(today));
        for id in people.known() {
            let standing = people.standing(&id, &case.letters);
            let Some(party) = party(desk, &people, &id, &standing, policy, language) else { continue };
            // What is owed, agreed on and disputed is the same for all of its parties.
            if self.parties.is_empty() {
                let terms = policy.map_or(&[][..], |policy| &policy.terms);
                let asked = standing.ledger.asked_for(today, terms);
                let owed = asked.iter().map(|one| Some(one.balance?.max(Default::default()))).sum::<Option<_>>();
                self.owed = owed.filter(|_| !asked.is_empty()).map(money::plain);
                self.debts = DebtView::all(&standing, today, policy);
                self.plans = PlanView::all(&standing, today, policy);
                self.disputes = standing.disputes.iter().map(DisputeView::of).collect();
            }
            self.parties.push(party);
        }
    }
}

/// Nobody of the case is shown by what somebody else's event says, or an older word.
fn party(
    desk: &Desk,
    people: &People<'_>,
    id: &PersonId,
    standing: &Standing,
    policy: Option<&Policy>,
    language: Language,
) -> Option<PartyView> {
    let today = desk.clock.today();
    let mut data = people.newest(id)?.data.clone();
    standing.person.reach.as_it_stands(&mut data["party"]);
    let data = Data::read(&data).ok()?;
    let (role, reach) = (data.person.role.as_str(), &standing.person.reach);
    let address = reach.address.as_ref().map(|word| word.is.block(""));
    Some(PartyView {
        standing: standing.flags(today, policy.map_or(&[][..], |policy| &policy.terms)),
        situations: SituationView::all(standing, today),
        name: masked(&data.person.full_name()),
        role_name: desk.studio.catalogue.role(role).get(language).to_owned(),
        role,
        language: data.person.language,
        channel: data.person.channel,
        format: data.person.format,
        address: address.unwrap_or_default().iter().map(|line| masked(line)).collect(),
        email: reach.email.as_ref().map(|word| masked(&word.is)),
        id: id.clone(),
    })
}
