//! The way through the properties of one resource, on both sides at once.

use std::collections::HashMap;
use std::hash::RandomState;
use std::slice;

use groundplane_model::PropertyClass;
use serde_json::{Map, Value};

use crate::list;
use crate::noise::{excuses, excuses_added, excuses_removed, is_aws_key, parsed};
use crate::pattern::{Path, Step, pointer};
use crate::rules::{Noise, NoiseRule};
use crate::shown::{self, shown};
use crate::{Kind, Rules, Scaling, Severity};

/// How deep values are looked into; what lies deeper is compared as a whole.
pub(crate) const MAX_DEPTH: usize = 128;
/// How many pairs of values are tried out for one resource, to find which items belong together.
const TRIALS: usize = 20_000;

/// What is the same for the whole resource.
#[derive(Debug)]
pub(crate) struct Setting<'r> {
    pub(crate) rules: &'r Rules,
    /// Those of the type.
    pub(crate) noise: &'r [&'r NoiseRule],
    pub(crate) resource_type: &'r str,
    pub(crate) scaling: Option<Scaling>,
    pub(crate) hasher: &'r RandomState,
}

/// One property that differs, as a report shows it.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) property: String,
    pub(crate) expected: Option<Value>,
    pub(crate) actual: Option<Value>,
    pub(crate) kind: Kind,
    pub(crate) class: PropertyClass,
    pub(crate) severity: Severity,
    pub(crate) partial: bool,
}

/// A walk, and what it has found.
#[derive(Debug)]
pub(crate) struct Walk<'r> {
    pub(crate) setting: &'r Setting<'r>,
    pub(crate) found: Vec<Found>,
    trials: usize,
    /// What differs is counted only.
    is_trial: bool,
    differs: bool,
}

/// Items of a list with their places.
pub(crate) type Items<'v> = Vec<(usize, &'v Value)>;

impl<'r> Walk<'r> {
    pub(crate) fn new(setting: &'r Setting<'r>) -> Self {
        Self {
            setting,
            found: Vec::new(),
            trials: TRIALS,
            is_trial: false,
            differs: false,
        }
    }

    /// Compares two values at the same place.
    pub(crate) fn pair(&mut self, path: &Path<'_>, expected: &Value, actual: &Value) {
        if expected == actual || self.has_seen_enough() {
            return;
        }
        let rules = self.rules_at(path);
        let scaling = self.setting.scaling;
        if rules
            .iter()
            .any(|rule| excuses(rule, expected, actual, scaling))
        {
            return;
        }
        if path.depth >= MAX_DEPTH {
            return self.report(path, Some(expected), Some(actual));
        }
        if rules.contains(&&Noise::JsonText) {
            let (read, seen) = (parsed(expected), parsed(actual));
            if read.is_some() || seen.is_some() {
                let (expected, actual) = (
                    read.as_ref().unwrap_or(expected),
                    seen.as_ref().unwrap_or(actual),
                );
                return self.structures(path, &rules, expected, actual);
            }
        }
        self.structures(path, &rules, expected, actual);
    }

    fn structures(&mut self, path: &Path<'_>, rules: &[&Noise], expected: &Value, actual: &Value) {
        match (expected, actual) {
            (Value::Object(expected), Value::Object(actual)) => {
                self.fields(path, rules, expected, actual);
            }
            (Value::Array(expected), Value::Array(actual)) => {
                list::compare(self, path, rules, expected, actual);
            }
            (Value::Array(expected), actual) if rules.contains(&&Noise::OneOrList) => {
                list::compare(self, path, rules, expected, slice::from_ref(actual));
            }
            (expected, Value::Array(actual)) if rules.contains(&&Noise::OneOrList) => {
                list::compare(self, path, rules, slice::from_ref(expected), actual);
            }
            _ => self.report(path, Some(expected), Some(actual)),
        }
    }

    fn fields(
        &mut self,
        path: &Path<'_>,
        rules: &[&Noise],
        expected: &Map<String, Value>,
        actual: &Map<String, Value>,
    ) {
        for (name, value) in expected {
            let path = path.then(Step::Field(name));
            match actual.get(name) {
                Some(other) => self.pair(&path, value, other),
                None => self.removed(&path, value),
            }
        }
        let overlooks_tags = rules.contains(&&Noise::AwsTags);
        for (name, value) in actual {
            let is_tag = overlooks_tags && is_aws_key(name);
            if !is_tag && !expected.contains_key(name) {
                self.added(&path.then(Step::Field(name)), value);
            }
        }
    }

    /// Notes what was asked for and is not there.
    pub(crate) fn removed(&mut self, path: &Path<'_>, expected: &Value) {
        let rules = self.rules_at(path);
        if !rules.iter().any(|rule| excuses_removed(rule, expected)) {
            self.report(path, Some(expected), None);
        }
    }

    /// Notes what is there and was not asked for.
    pub(crate) fn added(&mut self, path: &Path<'_>, actual: &Value) {
        let rules = self.rules_at(path);
        let scaling = self.setting.scaling;
        if !rules
            .iter()
            .any(|rule| excuses_added(rule, actual, scaling))
        {
            self.report(path, None, Some(actual));
        }
    }

    /// Whether two values are the same but for noise. After too many questions, only if they are
    /// the same in every letter.
    pub(crate) fn is_same(&mut self, path: &Path<'_>, expected: &Value, actual: &Value) -> bool {
        if expected == actual {
            return true;
        }
        // Nothing that noise could make equal.
        if self.setting.noise.is_empty() || self.trials == 0 {
            return false;
        }
        let mut trial = Walk {
            setting: self.setting,
            found: Vec::new(),
            trials: self.trials,
            is_trial: true,
            differs: false,
        };
        trial.pair(path, expected, actual);
        self.trials = trial.trials;
        !trial.differs
    }

    /// A trial ends at the first difference, and when it has taken too long.
    fn has_seen_enough(&mut self) -> bool {
        if !self.is_trial {
            return false;
        }
        self.trials = self.trials.saturating_sub(1);
        // What could not be tried out counts as different.
        self.differs |= self.trials == 0;
        self.differs
    }

    fn rules_at(&self, path: &Path<'_>) -> Vec<&'r Noise> {
        let steps = path.steps();
        self.setting
            .noise
            .iter()
            .filter(|rule| rule.kind != Noise::Secret && rule.property.matches(&steps))
            .map(|rule| &rule.kind)
            .collect()
    }

    /// Notes a difference: one of the values is there at least.
    pub(crate) fn report(
        &mut self,
        path: &Path<'_>,
        expected: Option<&Value>,
        actual: Option<&Value>,
    ) {
        self.differs = true;
        if self.is_trial {
            return;
        }
        let kind = match (expected, actual) {
            (None, _) => Kind::Added,
            (_, None) => Kind::Removed,
            _ => Kind::Changed,
        };
        let show =
            |value: Option<&Value>| value.map(|value| shown(self.setting.noise, path, value));
        let (expected, actual) = (show(expected), show(actual));
        let steps = path.steps();
        let (class, severity) =
            self.setting
                .rules
                .class_of(self.setting.resource_type, &steps, kind);
        let partial = [&expected, &actual]
            .into_iter()
            .flatten()
            .any(|(_, partial)| *partial);
        self.found.push(Found {
            property: shown::pointer(pointer(&steps)),
            expected: expected.map(|(value, _)| value),
            actual: actual.map(|(value, _)| value),
            kind,
            class,
            severity,
            partial,
        });
    }
}

/// The rules for each type of resources, found once.
pub(crate) type NoiseByType<'r> = HashMap<&'r str, Vec<&'r NoiseRule>>;
