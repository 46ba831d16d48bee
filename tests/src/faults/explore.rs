//! The generic test: one scenario, every fault at every point.

use std::fmt;
use std::future::Future;

use super::{Fault, Faults};

/// What a scenario did not survive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The number of the point; none where the scenario fails without a fault.
    pub point: Option<usize>,
    /// The call at that point.
    pub call: &'static str,
    /// What went wrong there.
    pub fault: Option<Fault>,
    /// What the scenario says about it.
    pub problem: String,
}

/// What came of an exploration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The I/O calls of a run in which nothing goes wrong, in their order.
    pub points: Vec<&'static str>,
    /// How many runs were made.
    pub runs: usize,
    /// What the scenario did not survive.
    pub findings: Vec<Finding>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let points = self.points.len();
        write!(f, "{points} points, {} runs", self.runs)?;
        for finding in &self.findings {
            write!(f, "\n  ")?;
            if let (Some(point), Some(fault)) = (finding.point, finding.fault) {
                write!(f, "{fault:?} at {point} ({}): ", finding.call)?;
            }
            f.write_str(&finding.problem)?;
        }
        Ok(())
    }
}

/// Runs `scenario` without a fault, and then with each of `faults` at each point of that run.
///
/// A scenario builds its world anew, wraps its ports with what it is given, runs, and says what is
/// wrong with the world that it leaves behind. It must make the same calls each time.
pub async fn explore<S, R>(faults: &[Fault], scenario: S) -> Report
where
    S: Fn(Faults) -> R,
    R: Future<Output = Result<(), String>>,
{
    let counting = Faults::none();
    let first = scenario(counting.clone()).await;
    let mut report = Report {
        points: counting.points(),
        runs: 1,
        findings: Vec::new(),
    };
    if let Err(problem) = first {
        report.findings.push(Finding {
            point: None,
            call: "",
            fault: None,
            problem,
        });
        return report;
    }
    for (point, call) in report.points.clone().into_iter().enumerate() {
        for fault in faults.iter().copied() {
            report.runs += 1;
            let planned = Faults::at(point, fault);
            let result = scenario(planned.clone()).await;
            let problem = match (planned.happened(), result) {
                (Some(at), result) if at == call => result.err(),
                _ => Some(format!(
                    "the scenario did not make `{call}` its call {point} again"
                )),
            };
            report.findings.extend(problem.map(|problem| Finding {
                point: Some(point),
                call,
                fault: Some(fault),
                problem,
            }));
        }
    }
    report
}
