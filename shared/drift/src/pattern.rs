//! Patterns of properties and of types of resources, as rules and policies write them.

use serde::Deserialize;

/// A pattern of JSON pointers: `*` is one step, `**` any number of steps, a `*` within a word any
/// letters. Upper and lower case are the same.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Pattern(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Steps,
    Step,
    Word(Glob),
}

/// A pattern of words: `*` is any letters.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(crate) struct Glob(Vec<u8>);

/// One step of a path into a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    /// To a field.
    Field(&'a str),
    /// To an item.
    Item(usize),
    /// To an item of a list without order that was not asked for: the `-` of RFC 6901.
    Past,
}

/// How a path came here: a list of steps that lives on the stack.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Path<'a> {
    before: Option<&'a Path<'a>>,
    step: Option<Step<'a>>,
    /// How many steps there are.
    pub(crate) depth: usize,
}

impl<'a> Path<'a> {
    /// The whole value.
    pub(crate) const ROOT: Path<'static> = Path {
        before: None,
        step: None,
        depth: 0,
    };

    /// One step on.
    pub(crate) fn then(&'a self, step: Step<'a>) -> Path<'a> {
        Path {
            before: Some(self),
            step: Some(step),
            depth: self.depth + 1,
        }
    }

    /// The steps, the first one first.
    pub(crate) fn steps(&self) -> Vec<Step<'a>> {
        let mut steps = Vec::with_capacity(self.depth);
        let mut here = Some(self);
        while let Some(path) = here {
            steps.extend(path.step);
            here = path.before;
        }
        steps.reverse();
        steps
    }
}

/// The JSON pointer (RFC 6901) of a path.
pub(crate) fn pointer(steps: &[Step<'_>]) -> String {
    let mut text = String::new();
    for step in steps {
        text.push('/');
        match step {
            Step::Field(name) => text.push_str(&name.replace('~', "~0").replace('/', "~1")),
            Step::Item(index) => text.push_str(&index.to_string()),
            Step::Past => text.push('-'),
        }
    }
    text
}

impl Pattern {
    /// Reads a pattern.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let Some(steps) = text.strip_prefix('/') else {
            let shown = text.escape_debug();
            return Err(format!("`{shown}` does not begin with `/`"));
        };
        let part = |word: &str| match word {
            "**" => Part::Steps,
            "*" => Part::Step,
            word => Part::Word(Glob::new(&word.replace("~1", "/").replace("~0", "~"))),
        };
        Ok(Self(steps.split('/').map(part).collect()))
    }

    /// The same pattern with all that is below it.
    pub(crate) fn and_below(mut self) -> Self {
        self.0.push(Part::Steps);
        self
    }

    /// Whether a path fits.
    pub(crate) fn matches(&self, steps: &[Step<'_>]) -> bool {
        let many = |part: &Part| *part == Part::Steps;
        // Most patterns are refused here.
        if self.0.len() != steps.len() && !self.0.iter().any(many) {
            return false;
        }
        fits(&self.0, steps, many, |part, step| match (part, step) {
            (Part::Step, _) => true,
            (Part::Word(glob), Step::Field(name)) => glob.matches(name),
            (Part::Word(glob), Step::Item(index)) => glob.matches(&index.to_string()),
            (Part::Word(glob), Step::Past) => glob.matches("-"),
            (Part::Steps, _) => false,
        })
    }

    /// Whether a path that is written as a JSON pointer fits.
    pub(crate) fn matches_pointer(&self, pointer: &str) -> bool {
        let words: Vec<String> = pointer
            .split('/')
            .skip(1)
            .map(|word| word.replace("~1", "/").replace("~0", "~"))
            .collect();
        let steps: Vec<Step<'_>> = words.iter().map(|word| Step::Field(word)).collect();
        self.matches(&steps)
    }
}

impl Glob {
    /// Reads a pattern; every text is one.
    pub(crate) fn new(text: &str) -> Self {
        Self(text.as_bytes().to_ascii_lowercase())
    }

    /// Whether a word fits.
    pub(crate) fn matches(&self, word: &str) -> bool {
        let many = |part: &u8| *part == b'*';
        fits(&self.0, word.as_bytes(), many, |part, letter| {
            *part == letter.to_ascii_lowercase()
        })
    }
}

/// Whether items fit a pattern some of whose parts stand for any number of items. Takes at most as
/// many steps as parts times items.
fn fits<P, T>(
    pattern: &[P],
    items: &[T],
    is_many: impl Fn(&P) -> bool,
    fits_one: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut part, mut item) = (0, 0);
    let mut resume = None;
    loop {
        match (pattern.get(part), items.get(item)) {
            (Some(many), _) if is_many(many) => {
                part += 1;
                resume = Some((part, item));
            }
            (Some(one), Some(found)) if fits_one(one, found) => {
                part += 1;
                item += 1;
            }
            (None, None) => return true,
            (Some(_) | None, _) => {
                let Some((after, from)) = resume.filter(|(_, from)| *from < items.len()) else {
                    return false;
                };
                resume = Some((after, from + 1));
                part = after;
                item = from + 1;
            }
        }
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<String> for Glob {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_whole_paths() {
        for (pattern, path, fits) in [
            ("", "", true),
            ("", "/A", false),
            ("/A", "/A", true),
            ("/A", "/a", true),
            ("/A", "/A/0", false),
            ("/A/*", "/A/0", true),
            ("/A/*", "/A", false),
            ("/A/*/B", "/A/7/B", true),
            ("/**", "", true),
            ("/**", "/A/0/B", true),
            ("/A/**", "/A", true),
            ("/**/B", "/B", true),
            ("/**/B", "/A/B/C/B", true),
            ("/**/B", "/A/B/C", false),
            ("/**/*Password*", "/A/MasterUserPassword", true),
            ("/**/*Password*", "/A/MasterUserName", false),
            ("/A~1B", "/A~1B", true),
            ("/A~1B", "/A/B", false),
        ] {
            let parsed = Pattern::parse(pattern).unwrap();
            assert_eq!(parsed.matches_pointer(path), fits, "{pattern} {path}");
        }
    }

    #[test]
    fn a_path_is_written_as_a_pointer() {
        let root = Path::ROOT;
        let field = root.then(Step::Field("a/b~c"));
        let item = field.then(Step::Item(3));
        let past = item.then(Step::Past);
        assert_eq!(pointer(&root.steps()), "");
        assert_eq!(pointer(&past.steps()), "/a~1b~0c/3/-");
        let pattern = Pattern::parse("/*/3").unwrap();
        assert!(pattern.matches(&item.steps()));
        assert!(!pattern.clone().matches(&past.steps()));
        assert!(pattern.and_below().matches(&past.steps()));
    }

    #[test]
    fn what_is_no_pointer_is_no_pattern() {
        assert!(Pattern::parse("A/B").unwrap_err().contains("`A/B`"));
    }

    #[test]
    fn a_pattern_full_of_stars_ends_soon() {
        let pattern = Glob::new(&"*a".repeat(200));
        assert!(!pattern.matches(&"a".repeat(150)));
        assert!(pattern.matches(&"a".repeat(20_000)));
    }
}
