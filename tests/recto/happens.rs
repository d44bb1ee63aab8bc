//! The vocabulary of the generated cases: what happens, when, and which letter is asked for. Days are counted back from that of
//! the letter.

/// Something that happens in the case of one debtor and one co-signer, who have one debt of $1,000.00.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Happens {
    /// The letter is asked for, and nothing else happens by it.
    Asked,
    /// The debtor died; or that was a mistake.
    Died(bool),
    Filed(&'static str),
    Ended(&'static str),
    Disputed(&'static str),
    /// A decision: on what, where it is said, and how.
    Decided(Option<&'static str>, &'static str),
    Agreed,
    Defaulted,
    Paid(u32),
    Bounced(u32),
    PaidOff,
    WrittenOff,
    /// So much was found to have come above what was owed.
    CreditFound(u32),
    MailReturned {
        email: bool,
        deceased: bool,
    },
    /// The debtor told an address: another one, or the same again.
    Moved(bool),
    /// The co-signer wrote: from the debtor's address, or from their own.
    OtherWritten(bool),
    Assisted(bool),
    /// Somebody acts for the co-signer: the case knows who that is.
    OtherKnown,
    /// Assistance was resumed, as somebody of another name under the debtor's number says; and an officer, that these are two people,
    /// or one.
    AssistedUnderOtherName,
    TwoPeople,
    OnePerson,
    /// The debtor asked to be read to by a screen reader, or for print of the usual size.
    ReadsByEar(bool),
    /// Recovery waits until so many days after thirty days ago; or that was refused.
    Deferred(Option<u32>),
    /// A safety flag, of the debtor or of the co-signer.
    Flagged(&'static str, bool),
    Lifted(&'static str, bool),
    /// Somebody acts for the debtor, until so many days after thirty days ago.
    Represented {
        consents: bool,
        until: u32,
    },
    Unrepresented,
    Recalculating,
    Recalculated,
    Transferred,
    Recalled,
    /// A letter went out by other means than Recto.
    SentOtherwise(&'static str),
}

/// When something happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct When {
    /// So many days ago.
    pub ago: u32,
    /// Of what happens today, and of money of whatever day: told after the letter was asked for.
    pub late: bool,
}

impl When {
    pub fn is_late(&self, what: Happens) -> bool {
        self.late && (self.ago == 0 || what.is_money())
    }
}

impl Happens {
    /// Whether money moves by it.
    pub fn is_money(self) -> bool {
        matches!(self, Happens::Paid(_) | Happens::Bounced(_))
    }
}

/// The letter that is asked for.
#[derive(Debug, Clone)]
pub struct Ask {
    pub letter_type: &'static str,
    pub sponsorship: bool,
    pub estate: bool,
    pub by_mail: bool,
    /// The balance that it states: `right`, or an amount.
    pub balance: &'static str,
    /// The day of its balance.
    pub as_of: u32,
    pub sin_on_file: Option<bool>,
    /// Whether the referral of 130 days ago told the day of its decision.
    pub decision_told: bool,
    /// Which of the movements it lists, by a bit for each in the order in which they were told.
    pub lists: u8,
    /// Whether it is one of the register's letters; or else somebody asks whether it might go.
    pub registered: bool,
}

/// A letter of the register.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Its type, or `the same` as that of the letter that is asked for.
    pub letter_type: &'static str,
    /// The day of its mailing; none while it is on its way.
    pub ago: Option<u32>,
    /// Whether it was asked for before the letter.
    pub earlier: bool,
    pub same_facts: bool,
    pub by_mail: bool,
    /// Whether it is the co-signer's.
    pub other: bool,
    /// The time that it gave.
    pub gave: Option<Gave>,
}

/// A time that a letter gave: until so many days after thirty days ago, and what ends it before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gave {
    pub until: u32,
    /// `plan`, `payment` (of $100.00), `submission`, or nothing.
    pub spent_by: &'static str,
}

impl Letter {
    pub fn kind(&self, ask: &Ask) -> &'static str {
        if self.letter_type == "the same" { ask.letter_type } else { self.letter_type }
    }
}
