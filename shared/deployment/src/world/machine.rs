//! The deploy state machine as the tests run it: with crashes, repeated deliveries and failures
//! that a tape of numbers decides on.

use groundplane_model::{DeploymentId, EngineInput, EngineOutput, FailureKind, StepId};

use super::cloud::Verdict;
use super::handlers::{Answer, Event, StepEvent};
use super::{Wish, World};
use crate::{Prepared, Wave, recover};

/// Decides what goes wrong; what it no longer decides goes well.
#[derive(Debug)]
pub(super) struct Tape(std::vec::IntoIter<u8>);

impl Tape {
    pub(super) fn new(numbers: Vec<u8>) -> Self {
        Self(numbers.into_iter())
    }

    fn next(&mut self) -> usize {
        self.0.next().map_or(0, usize::from)
    }

    /// Loses the execution now and then.
    fn may_crash(&mut self) -> Result<(), Crash> {
        if matches!(self.next(), 1..=3) {
            Err(Crash)
        } else {
            Ok(())
        }
    }

    fn verdict(&mut self) -> Verdict {
        match self.next() {
            1..=20 => Verdict::RolledBack,
            21..=40 => Verdict::Broken,
            41..=60 => Verdict::Unchanged,
            61..=65 => Verdict::Mute,
            _ => Verdict::Success,
        }
    }
}

/// The execution is gone.
#[derive(Debug)]
pub(super) struct Crash;

/// Which way the steps of a wave go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Do,
    Undo,
}

impl Direction {
    const fn begin(self) -> StepEvent {
        match self {
            Self::Do => StepEvent::Prepare,
            Self::Undo => StepEvent::Undo,
        }
    }

    fn end_well(self, output: EngineOutput) -> StepEvent {
        match self {
            Self::Do => StepEvent::Done(output),
            Self::Undo => StepEvent::Undone,
        }
    }

    const fn end_badly(self) -> StepEvent {
        match self {
            Self::Do => StepEvent::Failed,
            Self::Undo => StepEvent::UndoFailed,
        }
    }
}

/// How far a step of a wave is.
#[derive(Debug)]
enum At {
    Prepare,
    Engine(Box<EngineInput>),
    Report(Result<EngineOutput, ()>),
    Ended { well: bool },
}

/// How often an execution may be lost.
const MOST_RECOVERIES: usize = 100;

impl World {
    /// Runs a deployment to its end, however often its execution is lost.
    pub(super) fn settle_down(&mut self, id: &DeploymentId, tape: &mut Tape) {
        let mut mode = "run";
        for _ in 0..MOST_RECOVERIES {
            let _ = self.execute(id, mode, tape);
            self.wait(6);
            let deployment = self.deployment(id);
            let Some(recovery) = recover(&deployment, false, self.now) else {
                assert!(deployment.status.has_ended(), "stuck: {deployment:?}");
                return;
            };
            self.commit(&[recovery.change]);
            mode = recovery.mode;
        }
        panic!("{id} never ends");
    }

    fn execute(&mut self, id: &DeploymentId, mode: &str, tape: &mut Tape) -> Result<(), Crash> {
        let well = mode == "run" && self.forward(id, tape)?;
        if !well && let Answer::Waves(waves) = self.say(id, Event::Fail, tape)? {
            for wave in &waves {
                self.wave(id, wave, Direction::Undo, tape)?;
            }
        }
        self.say(id, Event::Settle, tape)?;
        self.say(id, Event::Finish, tape)?;
        Ok(())
    }

    /// Whether everything went well.
    fn forward(&mut self, id: &DeploymentId, tape: &mut Tape) -> Result<bool, Crash> {
        for event in [Event::Begin, Event::Resolve] {
            if self.say(id, event, tape)? == Answer::Refused {
                return Ok(false);
            }
        }
        let Answer::Waves(waves) = self.say(id, Event::Plan, tape)? else {
            return Ok(false);
        };
        for wave in &waves {
            if !self.wave(id, wave, Direction::Do, tape)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Runs the steps of a wave in turns, each to its end. Whether all ended well.
    fn wave(
        &mut self,
        id: &DeploymentId,
        wave: &Wave,
        direction: Direction,
        tape: &mut Tape,
    ) -> Result<bool, Crash> {
        let steps = wave.steps.iter();
        let mut open: Vec<(StepId, At)> =
            steps.map(|step| (step.step.clone(), At::Prepare)).collect();
        let mut all_well = true;
        while !open.is_empty() {
            let turn = tape.next() % open.len();
            let (step, at) = open.swap_remove(turn);
            let next = self.advance(id, (&step, at), direction, tape)?;
            if let At::Ended { well } = next {
                all_well &= well;
            } else {
                open.push((step, next));
            }
        }
        Ok(all_well)
    }

    fn advance(
        &mut self,
        id: &DeploymentId,
        (step, at): (&StepId, At),
        direction: Direction,
        tape: &mut Tape,
    ) -> Result<At, Crash> {
        let event = |event| Event::Step(step.clone(), event);
        match at {
            At::Prepare => {
                let answer = self.say(id, event(direction.begin()), tape)?;
                Ok(match (answer, direction) {
                    (Answer::Prepared(Prepared::Engine { input }), _) => At::Engine(input),
                    (Answer::Prepared(Prepared::Done), Direction::Do) => At::Ended { well: true },
                    (Answer::Prepared(Prepared::Done), Direction::Undo) => {
                        At::Report(Ok(silence()))
                    }
                    (answer, _) => {
                        assert_eq!(answer, Answer::Refused);
                        At::Report(Err(()))
                    }
                })
            }
            At::Engine(input) => {
                tape.may_crash()?;
                let result = self.cloud.engine(&input, tape.verdict());
                tape.may_crash()?;
                Ok(At::Report(result))
            }
            At::Report(Ok(output)) => {
                let answer = self.say(id, event(direction.end_well(output)), tape)?;
                let is_refused = answer == Answer::Refused;
                Ok(if is_refused {
                    At::Report(Err(()))
                } else {
                    At::Ended { well: true }
                })
            }
            At::Report(Err(())) => {
                self.say(id, event(direction.end_badly()), tape)?;
                Ok(At::Ended { well: false })
            }
            At::Ended { well } => Ok(At::Ended { well }),
        }
    }

    /// Tells a handler, unless the execution is lost before; it may also be lost after.
    fn say(&mut self, id: &DeploymentId, event: Event, tape: &mut Tape) -> Result<Answer, Crash> {
        tape.may_crash()?;
        let answer = self.tell(id, &event);
        let was_refused = answer == Answer::Refused;
        self.told.push((id.clone(), event, was_refused));
        match tape.next() {
            4..=20 => self.repeat(self.told.len() - 1),
            21..=60 => self.repeat(tape.next() % self.told.len()),
            61..=70 => self.nobody_comes_between(),
            _ => {}
        }
        tape.may_crash()?;
        Ok(answer)
    }

    /// Tells again what was told before, which must change nothing.
    pub(super) fn repeat(&mut self, number: usize) {
        let (id, event, was_refused) = self.told[number].clone();
        let has_ended = self.deployment(&id).status.has_ended();
        // The first is the resolver's own part; what is idle may be more by now; and what was refused
        // because of another step may be in order since that was taken back after all.
        let may_differ = was_refused || matches!(event, Event::Resolve | Event::Settle);
        if may_differ && !has_ended {
            return;
        }
        let before = self.commits;
        self.tell(&id, &event);
        assert_eq!(self.commits, before, "{event:?} of {id} again");
    }

    /// While a deployment runs, no other is accepted.
    fn nobody_comes_between(&mut self) {
        if self
            .instance()
            .is_some_and(|instance| instance.active_deployment.is_some())
        {
            let failure = self.accept(&Wish::Destroy).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Conflict);
        }
    }
}

fn silence() -> EngineOutput {
    EngineOutput {
        status: groundplane_model::EngineStatus::Unchanged,
        outputs: std::collections::BTreeMap::new(),
        resources: Vec::new(),
    }
}
