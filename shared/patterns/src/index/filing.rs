//! How a shelf is filled: under which of its fields each alternative is found.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::HashMap;
use super::shape::Field;
use super::shelf::{Candidate, Filed, List, Shelf};
use crate::matcher::{Matcher, Range, Scalar};
use crate::tree::{Leaf, Part, Path, Tree};

/// What a value can be looked up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Key<'a> {
    Text(Kind, &'a str),
    Other(&'a Scalar),
}

/// How much of a text is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Whole,
    Start,
    End,
}

impl<'a> Key<'a> {
    /// What every value that the matcher accepts can be looked up by.
    fn of(matcher: &'a Matcher) -> Option<Self> {
        match matcher.exact() {
            Some(Scalar::Text(text)) => Some(Self::Text(Kind::Whole, text)),
            Some(other) => Some(Self::Other(other)),
            None => {
                let start = matcher.prefix().map(|text| Self::Text(Kind::Start, text));
                start.or_else(|| Some(Self::Text(Kind::End, matcher.suffix()?)))
            }
        }
    }

    /// Its hash. It may be the same in every process: keys that share one are told apart.
    pub(super) fn number(self, field: u32) -> u64 {
        FixedState::default().hash_one((field, self))
    }
}

/// A field of an alternative by which it can be found.
#[derive(Debug)]
struct Choice<'a> {
    path: Path<'a>,
    /// The field's value must have one of these, or lie in one of the ranges.
    keys: Vec<Key<'a>>,
    ranges: Vec<Range>,
    /// Whether what has one of them is all that was asked of the field.
    settles: bool,
}

impl<'a> Choice<'a> {
    /// None if a value that the field accepts cannot be looked up.
    fn of(path: Path<'a>, leaf: &'a Leaf) -> Option<Self> {
        let (mut keys, mut ranges) = (Vec::new(), Vec::new());
        for matcher in &leaf.matchers {
            match matcher.range() {
                Some(range) => ranges.push(range),
                None => keys.push(Key::of(matcher)?),
            }
        }
        let settles = !leaf.matchers.iter().any(Matcher::is_wildcard);
        Some(Self {
            path,
            keys,
            ranges,
            settles,
        })
    }
}

/// What goes onto a shelf, before it is known which field tells it apart best.
#[derive(Debug, Default)]
pub(super) struct ShelfBuilder<'a> {
    entries: Vec<(u32, &'a Tree, Vec<Choice<'a>>)>,
}

impl<'a> ShelfBuilder<'a> {
    pub(super) fn put(&mut self, tree: &'a Tree, entry: u32) {
        let leaves = tree.leaves().into_iter();
        let choices = leaves.filter_map(|(path, leaf)| Choice::of(path, leaf));
        self.entries.push((entry, tree, choices.collect()));
    }

    pub(super) fn build(self, parts: &mut Parts) -> Shelf {
        let crowds = Crowds::of(self.entries.iter().flat_map(|(.., choices)| choices));
        let mut shape = Field::default();
        let (mut filed, mut rest) = (Vec::new(), Vec::new());
        for (entry, tree, choices) in &self.entries {
            match choices.iter().min_by_key(|choice| crowds.around(choice)) {
                Some(choice) => {
                    let field = shape.at(&choice.path);
                    choice.keys.iter().for_each(|key| field.look_up(*key));
                    field.ranges |= !choice.ranges.is_empty();
                    let left = choice.settles.then(|| parts.without(tree, &choice.path));
                    let entry = *entry;
                    filed.push((choice, Candidate { entry, left }));
                }
                None => rest.push(Candidate {
                    entry: *entry,
                    left: None,
                }),
            }
        }
        shape.enumerate(&mut 0);
        let mut filing = Filing::default();
        for (choice, candidate) in filed {
            filing.put(shape.at(&choice.path).number, choice, candidate);
        }
        filing.shelf(parts.shape(shape), rest)
    }
}

/// How many alternatives of a shelf ask for the same.
#[derive(Debug)]
struct Crowds<'c, 'a> {
    keys: HashMap<(&'c Path<'a>, &'c Key<'a>), usize>,
    ranges: HashMap<&'c Path<'a>, usize>,
}

impl<'c, 'a> Crowds<'c, 'a> {
    fn of(choices: impl Iterator<Item = &'c Choice<'a>>) -> Self {
        let (mut keys, mut ranges) = (HashMap::default(), HashMap::default());
        for Choice {
            path,
            keys: of,
            ranges: asked,
            ..
        } in choices
        {
            for key in of {
                *keys.entry((path, key)).or_default() += 1;
            }
            if !asked.is_empty() {
                *ranges.entry(path).or_default() += 1;
            }
        }
        Self { keys, ranges }
    }

    /// The less, the better is the choice: how many others a look-up may find as well, and what it
    /// takes.
    fn around(&self, choice: &'c Choice<'a>) -> (usize, bool, usize) {
        let keys = choice.keys.iter();
        let others = keys.filter_map(|key| self.keys.get(&(&choice.path, key)));
        // Each range of the field is compared.
        let compared = self.ranges.get(&choice.path);
        let compared = compared.filter(|_| !choice.ranges.is_empty());
        let is_part = |key: &Key<'_>| matches!(key, Key::Text(Kind::Start | Kind::End, _));
        (
            others.chain(compared).max().copied().unwrap_or_default(),
            choice.keys.iter().any(is_part),
            choice.keys.len() + choice.ranges.len(),
        )
    }
}

/// Lists that are being filled.
#[derive(Debug, Default)]
struct Filing {
    texts: String,
    lists: HashMap<u64, (Option<Filed>, Vec<Candidate>)>,
    ranges: Vec<(u32, Range, Candidate)>,
}

impl Filing {
    fn put(&mut self, field: u32, choice: &Choice<'_>, candidate: Candidate) {
        for key in &choice.keys {
            let list = self.lists.entry(key.number(field));
            let (filed, list) = list.or_insert_with(|| {
                let filed = filed(field, *key, &mut self.texts);
                (filed, Vec::new())
            });
            *filed = filed.take().filter(|one| one.is(field, *key, &self.texts));
            list.push(candidate);
        }
        let ranges = choice.ranges.iter();
        self.ranges
            .extend(ranges.map(|range| (field, *range, candidate)));
    }

    fn shelf(mut self, shape: Arc<Field>, rest: Vec<Candidate>) -> Shelf {
        self.ranges.sort_by_key(|(field, ..)| *field);
        let mut others = Vec::new();
        let lists = self.lists.into_iter().filter_map(|(hash, (key, list))| {
            let (first, more) = list.split_first()?;
            let start = others.len() as u32;
            others.extend_from_slice(more);
            let list = List {
                key,
                first: *first,
                others: start..others.len() as u32,
            };
            Some((hash, list))
        });
        Shelf {
            shape,
            texts: self.texts.into(),
            lists: lists.collect(),
            ranges: self.ranges.into(),
            others: others.into(),
            rest: rest.into(),
        }
    }
}

fn filed(field: u32, key: Key<'_>, texts: &mut String) -> Option<Filed> {
    let Key::Text(kind, text) = key else {
        return None;
    };
    let start = texts.len() as u32;
    texts.push_str(text);
    let text = start..texts.len() as u32;
    Some(Filed { field, kind, text })
}

/// What alternatives have in common: keys, leaves, whole trees, and the shapes of their shelves.
/// Kept once, more of what is compared with each event stays near the processor.
#[derive(Debug, Default)]
pub(super) struct Parts {
    keys: HashSet<Arc<str>>,
    leaves: HashSet<Arc<Leaf>>,
    shapes: HashSet<Arc<Field>>,
    trees: HashMap<Tree, u32>,
}

impl Parts {
    /// The number of a tree.
    pub(super) fn tree(&mut self, mut tree: Tree) -> u32 {
        tree.parts(&mut |part| match part {
            Part::Key(key) => share(&mut self.keys, key),
            Part::Leaf(leaf) => share(&mut self.leaves, leaf),
        });
        let next = self.trees.len() as u32;
        *self.trees.entry(tree).or_insert(next)
    }

    /// The number of the tree that is left when what is asked of one field is known to hold.
    fn without(&mut self, tree: &Tree, path: &Path<'_>) -> u32 {
        let mut tree = tree.clone();
        tree.forget(path);
        self.tree(tree)
    }

    fn shape(&mut self, shape: Field) -> Arc<Field> {
        let mut shape = Arc::new(shape);
        share(&mut self.shapes, &mut shape);
        shape
    }

    /// All trees, each in the place of its number.
    pub(super) fn into_trees(self) -> Vec<Tree> {
        let mut trees: Vec<_> = self.trees.into_iter().collect();
        trees.sort_unstable_by_key(|(_, number)| *number);
        trees.into_iter().map(|(tree, _)| tree).collect()
    }
}

fn share<T: ?Sized + Eq + Hash>(known: &mut HashSet<Arc<T>>, part: &mut Arc<T>) {
    if let Some(same) = known.get(part) {
        *part = Arc::clone(same);
    } else {
        known.insert(Arc::clone(part));
    }
}
