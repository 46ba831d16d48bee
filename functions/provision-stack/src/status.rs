//! The statuses of a stack, all of them. A status that is not in this list is an error, never a
//! guess.

use groundplane_model::{Failure, FailureKind};

macro_rules! statuses {
    ($($name:ident = $text:literal,)*) => {
        /// A stack's status, as the CloudFormation API reference lists them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum StackStatus {
            $(#[doc = concat!("`", $text, "`")] $name,)*
        }

        impl StackStatus {
            /// Every status.
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];

            /// The status as CloudFormation writes it.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            fn find(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)* _ => None }
            }
        }
    };
}

statuses! {
    CreateInProgress = "CREATE_IN_PROGRESS",
    CreateFailed = "CREATE_FAILED",
    CreateComplete = "CREATE_COMPLETE",
    RollbackInProgress = "ROLLBACK_IN_PROGRESS",
    RollbackFailed = "ROLLBACK_FAILED",
    RollbackComplete = "ROLLBACK_COMPLETE",
    DeleteInProgress = "DELETE_IN_PROGRESS",
    DeleteFailed = "DELETE_FAILED",
    DeleteComplete = "DELETE_COMPLETE",
    UpdateInProgress = "UPDATE_IN_PROGRESS",
    UpdateCompleteCleanupInProgress = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    UpdateComplete = "UPDATE_COMPLETE",
    UpdateFailed = "UPDATE_FAILED",
    UpdateRollbackInProgress = "UPDATE_ROLLBACK_IN_PROGRESS",
    UpdateRollbackFailed = "UPDATE_ROLLBACK_FAILED",
    UpdateRollbackCompleteCleanupInProgress = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    UpdateRollbackComplete = "UPDATE_ROLLBACK_COMPLETE",
    ReviewInProgress = "REVIEW_IN_PROGRESS",
    ImportInProgress = "IMPORT_IN_PROGRESS",
    ImportComplete = "IMPORT_COMPLETE",
    ImportRollbackInProgress = "IMPORT_ROLLBACK_IN_PROGRESS",
    ImportRollbackFailed = "IMPORT_ROLLBACK_FAILED",
    ImportRollbackComplete = "IMPORT_ROLLBACK_COMPLETE",
}

impl StackStatus {
    /// Reads the status of the stack `name`.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, Failure> {
        Self::find(text).ok_or_else(|| {
            Failure::new(
                FailureKind::Internal,
                format!("the stack `{name}` has the unknown status `{text}`"),
            )
        })
    }

    /// What the status means for what can be done.
    pub(crate) const fn phase(self) -> Phase {
        match self {
            Self::CreateInProgress
            | Self::RollbackInProgress
            | Self::DeleteInProgress
            | Self::UpdateInProgress
            | Self::UpdateCompleteCleanupInProgress
            | Self::UpdateRollbackInProgress
            | Self::UpdateRollbackCompleteCleanupInProgress
            | Self::ImportInProgress
            | Self::ImportRollbackInProgress => Phase::Moving,
            Self::ReviewInProgress => Phase::Empty,
            Self::CreateComplete | Self::UpdateComplete | Self::ImportComplete => Phase::Standing,
            Self::UpdateFailed | Self::UpdateRollbackComplete | Self::ImportRollbackComplete => {
                Phase::RolledBack
            }
            Self::CreateFailed | Self::RollbackFailed | Self::RollbackComplete => Phase::Dead,
            Self::DeleteFailed => Phase::DeleteFailed,
            Self::UpdateRollbackFailed => Phase::HalfRolledBack,
            Self::ImportRollbackFailed => Phase::Stuck,
            Self::DeleteComplete => Phase::Gone,
        }
    }
}

/// What can be done with a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing: CloudFormation is at work and moves it on by itself.
    Moving,
    /// It has no resources and waits for a change set that creates them.
    Empty,
    /// It is as its last operation wanted it, and can be updated.
    Standing,
    /// Its last operation failed; what was there before is, and can be updated.
    RolledBack,
    /// It was never created, and can only be deleted.
    Dead,
    /// It is partly deleted, and can only be deleted.
    DeleteFailed,
    /// Its last update failed and so did taking that back, which can be continued.
    HalfRolledBack,
    /// It can only be deleted, or repaired by a person.
    Stuck,
    /// It is a memory; its name is free.
    Gone,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_reads_back_from_its_text() {
        for status in StackStatus::ALL {
            assert_eq!(StackStatus::parse("x", status.as_str()), Ok(*status));
        }
    }

    #[test]
    fn a_status_that_is_not_known_is_an_error_that_quotes_it() {
        let failure = StackStatus::parse("gp-web", "TELEPORTED").unwrap_err();
        assert_eq!(failure.kind, FailureKind::Internal);
        assert_eq!(
            failure.message,
            "the stack `gp-web` has the unknown status `TELEPORTED`"
        );
    }

    #[test]
    fn a_stack_moves_exactly_while_its_status_says_in_progress_and_it_is_not_in_review() {
        for status in StackStatus::ALL {
            let says_so = status.as_str().ends_with("IN_PROGRESS");
            let review = *status == StackStatus::ReviewInProgress;
            let moves = status.phase() == Phase::Moving;
            assert_eq!(moves, says_so && !review, "{status:?}");
        }
    }
}
