//! The states of what moves on (letters, deliveries, runs, pieces, follow-ups) and what may become what.

use serde::{Deserialize, Serialize};
use strum::VariantArray;

use super::stored::stored_as_text;

macro_rules! states {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident,)+ })+) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, strum::IntoStaticStr,
            strum::EnumString, VariantArray, utoipa::ToSchema,
        )]
        #[serde(rename_all = "kebab-case")]
        #[strum(serialize_all = "kebab-case")]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        stored_as_text!($name);
    )+};
}

states! {
    /// How far a letter has come. Whether it was *sent* is its delivery's matter; whether it is to be worked (for the first time, or
    /// again because something has changed) is a fact of its own beside the state.
    LetterState {
        /// Called for by an event and never worked.
        Due,
        /// Stopped by a rule, or by arithmetic that does not agree.
        Held,
        /// Waiting for somebody with the authority to approve it; approved, it waits to be issued.
        AwaitingApproval,
        /// It could not be made: its facts, its template or its pages are not in order.
        Refused,
        /// Its own cause is gone, such as a debt that was paid.
        Ended,
        /// Taken out by somebody of the unit, for ever.
        Withdrawn,
        /// Typeset, archived and registered. What was issued never changes.
        Issued,
        /// Issued, and taken back before it left: it will be set again, and gets a further issuance.
        Recalled,
    }

    /// How an issuance travels.
    DeliveryState {
        /// Waiting for its print run, or for its next attempt.
        Waiting,
        /// Handed over: in a closed print run, or taken by a mail server.
        Sent,
        /// It could not be delivered.
        Failed,
        /// Taken back with its letter before it left.
        Recalled,
    }

    /// How far a mail merge has come.
    MergeState {
        /// Confirmed by one person, and too large for one alone.
        AwaitingSecond,
        /// The events of its rows are being taken.
        Taking,
        /// All of them were.
        Made,
        /// Somebody stopped it, or a letter was not its row's.
        Stopped,
    }

    /// How far a print run has come.
    RunState {
        /// Its pieces are gathered and its files are being written.
        Closing,
        /// Its files are whole.
        Closed,
    }

    /// How far a piece of a print run has come.
    PieceState {
        /// It has its place in the run; the file is not written yet, as far as the register knows.
        Gathered,
        /// Its file is written.
        Printed,
    }

    /// How the account of one of the unit's people stands.
    AccountState {
        /// Was invited, and has not signed in yet.
        Invited,
        /// Can sign in.
        Open,
        /// Cannot sign in any more. Its name stays its own: the case files have it.
        Closed,
    }

    /// What was done about people and tokens, as the audit trail has it.
    AuditKind {
        /// An account was made.
        AccountMade,
        /// What is said of an account was changed.
        AccountChanged,
        /// An account was closed.
        AccountClosed,
        /// An account was opened again.
        AccountOpened,
        /// A one-time link was made.
        LinkMade,
        /// An account became that of somebody at an OpenID Connect provider.
        IdentityLinked,
        /// A password was set, by a one-time link or by its owner.
        PasswordSet,
        /// Somebody signed in.
        SignedIn,
        /// Somebody tried to sign in, and was not let in.
        SignInFailed,
        /// Somebody signed out.
        SignedOut,
        /// All sessions of an account were ended.
        SessionsEnded,
        /// A system got a token.
        TokenMade,
        /// The token of a system was revoked.
        TokenRevoked,
        /// A file of a print run was fetched.
        RunFetched,
        /// A list of letters was fetched as a file.
        ListFetched,
        /// A disclosure bundle of a case or a person was fetched.
        BundleFetched,
        /// A sheet was handed in, and shown with what is on file of its cases.
        SheetChecked,
        /// Somebody has looked at the rows of a merge.
        MergeViewed,
        /// The sheet of a merge was fetched, with what became of each row.
        MergeFetched,
    }

    /// What became of something that Recto noticed to be due.
    FollowUpState {
        /// Waiting for somebody to decide.
        Proposed,
        /// Accepted: its letter was asked for, or the work is done.
        Accepted,
        /// Declined, with a reason.
        Declined,
        /// Its cause is gone.
        Lapsed,
    }
}

impl LetterState {
    /// What a letter of this state may become. Nothing else ever happens to it; a letter that was withdrawn stays so.
    pub const fn may_become(self) -> &'static [LetterState] {
        use LetterState::{AwaitingApproval, Due, Ended, Held, Issued, Recalled, Refused, Withdrawn};
        match self {
            // What is worked may come to any verdict, the same one again included.
            Due | Held | AwaitingApproval | Refused | Ended | Recalled => {
                &[Held, AwaitingApproval, Refused, Ended, Issued, Withdrawn]
            }
            Issued => &[Recalled],
            Withdrawn => &[],
        }
    }

    /// Whether a letter of this state is worked when it is to be: all that is neither out nor withdrawn.
    pub const WORKABLE: [LetterState; 6] = [
        LetterState::Due,
        LetterState::Held,
        LetterState::AwaitingApproval,
        LetterState::Refused,
        LetterState::Ended,
        LetterState::Recalled,
    ];

    /// What a new day or other letter types may change. What has ended is not among them: its own cause is gone, and only an event
    /// of the case brings it back.
    pub const STOPPED: [LetterState; 3] = [LetterState::Held, LetterState::AwaitingApproval, LetterState::Refused];

    /// Whether the letter is on its way to the person or gone, so that it bears on others: as a duplicate does, or a notice.
    pub const fn is_on_its_way(self) -> bool {
        matches!(self, LetterState::Due | LetterState::AwaitingApproval | LetterState::Issued | LetterState::Recalled)
    }
}
