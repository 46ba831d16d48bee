//! Having CloudFormation look at the stacks of an instance, and seeing how far it is.

use groundplane_model::{DriftCheck, Failure, UnitCheck, UnitState};
use groundplane_ports::{Detection, DetectionProgress, ReadDrift};
use jiff::Timestamp;

/// The shortest wait, in seconds.
const SHORTEST: i64 = 5;
/// The longest wait, in seconds.
const LONGEST: i64 = 60;
/// A wait is this part of the time that the check has taken so far.
const PART: i64 = 4;

/// Asks for what was not asked for, and looks how far the rest is. Of a call that was cut short
/// nobody knows what CloudFormation calls the look; it is then asked again, which does no harm.
pub(crate) async fn advance(
    stacks: &impl ReadDrift,
    mut check: DriftCheck,
    units: &[UnitState],
) -> Result<DriftCheck, Failure> {
    for unit in units {
        let Some(state) = check.units.get_mut(&unit.unit) else {
            continue;
        };
        match state {
            UnitCheck::Waiting => *state = begun(stacks.detect(&unit.stack_name).await?),
            UnitCheck::Running { detection } => {
                if let Some(next) = moved(stacks.detection(detection).await?) {
                    *state = next;
                }
            }
            UnitCheck::Done | UnitCheck::Partial { .. } | UnitCheck::Gone => {}
        }
    }
    Ok(check)
}

fn begun(detection: Detection) -> UnitCheck {
    match detection {
        Detection::Begun { id } => UnitCheck::Running { detection: id },
        // What another has begun may have seen what was there before; it is asked again.
        Detection::Busy => UnitCheck::Waiting,
        Detection::Unable { reason } => UnitCheck::Partial { reason },
        Detection::Gone => UnitCheck::Gone,
    }
}

/// None where nothing has changed.
fn moved(progress: DetectionProgress) -> Option<UnitCheck> {
    match progress {
        DetectionProgress::Running => None,
        DetectionProgress::Complete => Some(UnitCheck::Done),
        DetectionProgress::Partial { reason } => Some(UnitCheck::Partial { reason }),
        DetectionProgress::Forgotten => Some(UnitCheck::Waiting),
    }
}

/// How many seconds to wait before looking again at what began at `begun`.
pub(crate) fn pace(begun: Timestamp, now: Timestamp) -> u64 {
    let taken = now.duration_since(begun).as_secs();
    (taken / PART).clamp(SHORTEST, LONGEST).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_young_check_is_looked_at_often_and_an_old_one_seldom() {
        assert_eq!(pace(at(0), at(0)), 5);
        assert_eq!(pace(at(0), at(100)), 25);
        assert_eq!(pace(at(0), at(3_600)), 60);
        assert_eq!(pace(at(10), at(0)), 5, "clocks may differ");
    }

    #[test]
    fn what_cloudformation_forgets_or_does_for_another_is_asked_again() {
        assert_eq!(begun(Detection::Busy), UnitCheck::Waiting);
        assert_eq!(
            moved(DetectionProgress::Forgotten),
            Some(UnitCheck::Waiting)
        );
        assert_eq!(moved(DetectionProgress::Running), None);
    }
}
