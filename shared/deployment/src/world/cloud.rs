//! A cloud whose stacks hold templates, and whose engine does or does not do what it is asked.

use std::collections::BTreeMap;

use groundplane_model::{
    Digest, EngineAction, EngineInput, EngineOutput, EngineStatus, StepAction,
};

/// What becomes of an engine call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is done.
    Success,
    /// It is done, and the engine says that there was nothing to do.
    Unchanged,
    /// It fails and leaves everything as it was.
    RolledBack,
    /// It fails and leaves something that is neither the old nor the new.
    Broken,
    /// It is done, but the engine forgets to give the outputs.
    Mute,
}

/// What a stack holds: a template and its parameters; none where it is broken.
pub(crate) type Stack = Option<(Digest, BTreeMap<String, String>)>;

/// The stacks, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cloud {
    pub(crate) stacks: BTreeMap<String, Stack>,
    /// How often the engine was called.
    pub(crate) calls: usize,
    values_depend_on_templates: bool,
    outputs: BTreeMap<Digest, Vec<String>>,
    inputs: BTreeMap<String, EngineInput>,
}

impl Cloud {
    /// A cloud where a new template may give its unit's outputs other values, or never does.
    pub(crate) fn new(values_depend_on_templates: bool) -> Self {
        Self {
            values_depend_on_templates,
            ..Self::default()
        }
    }

    /// Stores the template of a step, as far as it matters here: its outputs.
    pub(crate) fn store(&mut self, action: &StepAction) {
        if let StepAction::Apply {
            artifact, outputs, ..
        } = action
        {
            let names = outputs.values().cloned().collect();
            self.outputs.insert(artifact.digest.clone(), names);
        }
    }

    /// Carries out an engine call.
    pub(crate) fn engine(
        &mut self,
        input: &EngineInput,
        verdict: Verdict,
    ) -> Result<EngineOutput, ()> {
        self.calls += 1;
        // CloudFormation refuses a token that comes with another request.
        let first = self.inputs.entry(input.token.clone());
        assert_eq!(first.or_insert_with(|| input.clone()), input, "one token");
        if input.action == EngineAction::Destroy {
            self.nobody_uses(&input.stack_name);
        }
        let name = input.stack_name.clone();
        match (verdict, input.action) {
            (Verdict::RolledBack, _) => Err(()),
            (Verdict::Broken, EngineAction::Destroy) if !self.stacks.contains_key(&name) => Err(()),
            (Verdict::Broken, _) => {
                self.stacks.insert(name, None);
                Err(())
            }
            (Verdict::Success | Verdict::Unchanged | Verdict::Mute, EngineAction::Destroy) => {
                self.stacks.remove(&name);
                Ok(output(verdict, BTreeMap::new()))
            }
            (Verdict::Success | Verdict::Unchanged | Verdict::Mute, EngineAction::Apply) => {
                let digest = input.artifact.as_ref().unwrap().digest.clone();
                let outputs = self.values(&name, &digest);
                let content = Some((digest, input.parameters.clone()));
                self.stacks.insert(name, content);
                Ok(output(verdict, outputs))
            }
        }
    }

    /// What other stacks were given as a parameter is not taken away from them.
    fn nobody_uses(&self, stack: &str) {
        let own = format!("{stack}/");
        for (other, content) in &self.stacks {
            let parameters = content
                .iter()
                .flat_map(|(_, parameters)| parameters.values());
            let mut used = parameters.filter(|value| value.starts_with(&own));
            assert_eq!(used.next(), None, "{other} uses what goes");
        }
    }

    fn values(&self, stack: &str, digest: &Digest) -> BTreeMap<String, String> {
        let version = if self.values_depend_on_templates {
            digest.short(6)
        } else {
            ""
        };
        let value = |output: &String| format!("{stack}/{output}/{version}");
        let outputs = self.outputs[digest].iter();
        outputs.map(|name| (name.clone(), value(name))).collect()
    }
}

fn output(verdict: Verdict, outputs: BTreeMap<String, String>) -> EngineOutput {
    EngineOutput {
        status: if verdict == Verdict::Unchanged {
            EngineStatus::Unchanged
        } else {
            EngineStatus::Succeeded
        },
        outputs: if verdict == Verdict::Mute {
            BTreeMap::new()
        } else {
            outputs
        },
        resources: Vec::new(),
    }
}
