//! Every status, change set, goal and progress against the rules that any decision must keep.

use super::*;

fn change_sets() -> Vec<OurChangeSet> {
    use OurChangeSet as C;
    vec![
        C::Absent,
        C::Settling,
        C::Ready,
        C::Executing,
        C::Executed,
        C::ExecutionFailed,
        C::Obsolete,
        C::NoChanges,
        C::Refused("no such type".to_owned()),
    ]
}

fn progresses() -> Vec<Progress> {
    let mut all = Vec::new();
    // What is cancelled has always noted who cancelled it.
    let broke = Some("`A` (AWS::X::A): it broke".to_owned());
    let kim = Some("cancelled by kim".to_owned());
    let ways = [
        (None, false, false),
        (broke, false, false),
        (kim.clone(), true, false),
        (kim, true, true),
    ];
    for (failure, cancelled, stopped) in ways {
        for deletions in 0..=DELETIONS {
            for continuations in 0..=CONTINUATIONS {
                all.push(Progress {
                    failure: failure.clone(),
                    cancelled,
                    stopped,
                    deletions,
                    continuations,
                    ..Progress::default()
                });
            }
        }
    }
    all
}

fn every_case() -> Vec<(Seen, Progress)> {
    let mut all = Vec::new();
    for status in StackStatus::ALL {
        for change_set in change_sets() {
            for traced in [false, true] {
                let seen = Seen {
                    status: *status,
                    change_set: change_set.clone(),
                    traced,
                };
                all.extend(
                    progresses()
                        .into_iter()
                        .map(|progress| (seen.clone(), progress)),
                );
            }
        }
    }
    all
}

fn seen(status: StackStatus, change_set: OurChangeSet) -> Observed {
    Observed::Stack(Seen {
        status,
        change_set,
        traced: false,
    })
}

#[test]
fn a_stack_that_moves_is_waited_for_and_never_touched_unless_someone_wants_it_to_end() {
    for (seen, progress) in every_case() {
        if seen.status.phase() != Phase::Moving {
            continue;
        }
        let is = |status| progress.cancelled && seen.status == status;
        let expected = if is(StackStatus::UpdateInProgress) && !progress.stopped {
            Decision::CancelUpdate
        } else if is(StackStatus::CreateInProgress) && progress.deletions == 0 {
            Decision::DeleteStack
        } else {
            Decision::Wait
        };
        let observed = Observed::Stack(seen);
        let apply = decide(&observed, EngineAction::Apply, &progress);
        assert_eq!(apply, expected, "{observed:?} {progress:?}");
        let destroy = decide(&observed, EngineAction::Destroy, &progress);
        assert_eq!(destroy, Decision::Wait);
    }
}

#[test]
fn nothing_waits_unless_the_stack_or_its_change_set_moves() {
    for (seen, progress) in every_case() {
        let moves = seen.status.phase() == Phase::Moving
            || matches!(seen.change_set, OurChangeSet::Settling | OurChangeSet::Executing)
            // The change set is ahead of the stack that it creates.
            || (seen.status.phase() == Phase::Empty && seen.change_set == OurChangeSet::Executed);
        let observed = Observed::Stack(seen.clone());
        for goal in [EngineAction::Apply, EngineAction::Destroy] {
            if decide(&observed, goal, &progress) == Decision::Wait {
                assert!(moves, "waits for ever: {seen:?} {progress:?}");
            }
        }
    }
}

#[test]
fn a_decision_is_one_that_cloudformation_accepts_in_that_status() {
    for (seen, progress) in every_case() {
        let phase = seen.status.phase();
        let accepted = match decide(
            &Observed::Stack(seen.clone()),
            EngineAction::Apply,
            &progress,
        ) {
            Decision::CreateChangeSet(ChangeSetKind::Create) => {
                seen.change_set == OurChangeSet::Absent && phase == Phase::Empty
                    || phase == Phase::Gone
            }
            Decision::CreateChangeSet(ChangeSetKind::Update) => {
                seen.change_set == OurChangeSet::Absent
                    && matches!(phase, Phase::Standing | Phase::RolledBack)
            }
            Decision::Execute => seen.change_set == OurChangeSet::Ready,
            Decision::DiscardChangeSet => {
                seen.change_set == OurChangeSet::Obsolete
                    || progress.cancelled && seen.change_set == OurChangeSet::Ready
            }
            Decision::CancelUpdate => {
                seen.status == StackStatus::UpdateInProgress
                    && progress.cancelled
                    && !progress.stopped
            }
            Decision::ContinueRollback => phase == Phase::HalfRolledBack,
            Decision::DeleteStack => {
                matches!(phase, Phase::Empty | Phase::Dead | Phase::DeleteFailed)
                    || progress.cancelled && seen.status == StackStatus::CreateInProgress
            }
            Decision::NoteFailure => progress.failure.is_none(),
            Decision::Wait | Decision::Finish(_) | Decision::Fail(_) => true,
        };
        assert!(accepted, "{seen:?} {progress:?}");
    }
}

#[test]
fn nothing_is_begun_for_a_deployment_that_was_cancelled() {
    for (seen, progress) in every_case() {
        let observed = Observed::Stack(seen.clone());
        let decision = decide(&observed, EngineAction::Apply, &progress);
        let begins = matches!(decision, Decision::CreateChangeSet(_) | Decision::Execute);
        assert!(!(progress.cancelled && begins), "{seen:?} {decision:?}");
    }
}

#[test]
fn an_apply_deletes_a_stack_of_its_own_only_after_it_has_noted_why_it_failed() {
    for (seen, progress) in every_case() {
        let observed = Observed::Stack(seen.clone());
        if decide(&observed, EngineAction::Apply, &progress) == Decision::DeleteStack {
            assert!(progress.failure.is_some() || !seen.ran(), "{seen:?}");
        }
    }
}

#[test]
fn an_apply_ends_well_only_where_the_stack_stands_or_nothing_changes() {
    for (seen, progress) in every_case() {
        let decision = decide(
            &Observed::Stack(seen.clone()),
            EngineAction::Apply,
            &progress,
        );
        if decision == Decision::Finish(EngineStatus::Succeeded) {
            let stands = seen.status.phase() == Phase::Standing;
            assert!(seen.ran() && stands, "{seen:?}");
        }
        if decision == Decision::Finish(EngineStatus::Unchanged) {
            assert_eq!(seen.change_set, OurChangeSet::NoChanges);
        }
    }
}

#[test]
fn a_destroy_never_ends_well_while_a_stack_is_there() {
    for (seen, progress) in every_case() {
        let gone = seen.status.phase() == Phase::Gone;
        let decision = decide(&Observed::Stack(seen), EngineAction::Destroy, &progress);
        assert_eq!(matches!(decision, Decision::Finish(_)), gone);
    }
}

#[test]
fn a_stack_that_stands_is_updated_and_one_that_never_stood_is_made_anew() {
    let none = Progress::default();
    for (status, expected) in [
        (
            StackStatus::CreateComplete,
            Decision::CreateChangeSet(ChangeSetKind::Update),
        ),
        (
            StackStatus::UpdateRollbackComplete,
            Decision::CreateChangeSet(ChangeSetKind::Update),
        ),
        (
            StackStatus::ImportComplete,
            Decision::CreateChangeSet(ChangeSetKind::Update),
        ),
        (
            StackStatus::ReviewInProgress,
            Decision::CreateChangeSet(ChangeSetKind::Create),
        ),
        (StackStatus::RollbackComplete, Decision::DeleteStack),
        (StackStatus::CreateFailed, Decision::DeleteStack),
        (StackStatus::RollbackFailed, Decision::DeleteStack),
        (StackStatus::DeleteFailed, Decision::DeleteStack),
        (
            StackStatus::UpdateRollbackFailed,
            Decision::ContinueRollback,
        ),
        (
            StackStatus::ImportRollbackFailed,
            Decision::Fail(Why::Stuck),
        ),
    ] {
        let observed = seen(status, OurChangeSet::Absent);
        assert_eq!(
            decide(&observed, EngineAction::Apply, &none),
            expected,
            "{status:?}"
        );
    }
}

#[test]
fn a_deletion_and_a_continued_rollback_that_fail_twice_are_given_up() {
    let tired = Progress {
        deletions: DELETIONS,
        continuations: CONTINUATIONS,
        ..Progress::default()
    };
    let undeletable = seen(StackStatus::DeleteFailed, OurChangeSet::Absent);
    for goal in [EngineAction::Apply, EngineAction::Destroy] {
        assert_eq!(
            decide(&undeletable, goal, &tired),
            Decision::Fail(Why::NotRemoved)
        );
    }
    let half = seen(StackStatus::UpdateRollbackFailed, OurChangeSet::Absent);
    assert_eq!(
        decide(&half, EngineAction::Apply, &tired),
        Decision::Fail(Why::Stuck)
    );
    assert_eq!(
        decide(&half, EngineAction::Destroy, &tired),
        Decision::DeleteStack
    );
}

#[test]
fn an_absent_stack_ends_a_destroy_and_begins_an_apply() {
    let begun = Progress {
        stack_id: Some("arn".to_owned()),
        ..Progress::default()
    };
    let failed = Progress {
        failure: Some("it broke".to_owned()),
        ..begun.clone()
    };
    let none = Progress::default();
    let decided = |goal, progress| decide(&Observed::Absent, goal, progress);
    assert_eq!(
        decided(EngineAction::Destroy, &none),
        Decision::Finish(EngineStatus::Unchanged)
    );
    assert_eq!(
        decided(EngineAction::Destroy, &begun),
        Decision::Finish(EngineStatus::Succeeded)
    );
    assert_eq!(
        decided(EngineAction::Apply, &begun),
        Decision::CreateChangeSet(ChangeSetKind::Create)
    );
    assert_eq!(
        decided(EngineAction::Apply, &failed),
        Decision::Fail(Why::Failed)
    );
}

#[test]
fn a_change_set_is_read_by_its_states_and_by_the_two_sentences_that_mean_no_changes() {
    let of = |state, execution, reason: &str| {
        OurChangeSet::of(Some(ChangeSet {
            state,
            execution,
            reason: Some(reason.to_owned()),
        }))
    };
    use ChangeSetState as C;
    use ExecutionState as E;
    assert_eq!(OurChangeSet::of(None), OurChangeSet::Absent);
    for (state, execution, reason, expected) in [
        (C::Creating, E::NotStarted, "", OurChangeSet::Settling),
        (C::Deleting, E::NotStarted, "", OurChangeSet::Settling),
        (C::Ready, E::NotStarted, "", OurChangeSet::Ready),
        (C::Ready, E::Running, "", OurChangeSet::Executing),
        (C::Ready, E::Complete, "", OurChangeSet::Executed),
        (C::Ready, E::Failed, "", OurChangeSet::ExecutionFailed),
        (C::Ready, E::Obsolete, "", OurChangeSet::Obsolete),
        (
            C::Failed,
            E::NotStarted,
            "The submitted information didn't contain changes. Submit different information",
            OurChangeSet::NoChanges,
        ),
        (
            C::Failed,
            E::NotStarted,
            "No updates are to be performed.",
            OurChangeSet::NoChanges,
        ),
        (
            C::Failed,
            E::NotStarted,
            "bad",
            OurChangeSet::Refused("bad".to_owned()),
        ),
    ] {
        assert_eq!(of(state, execution, reason), expected);
    }
}
