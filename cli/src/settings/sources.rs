//! Where settings come from: flags, the environment, a project's `groundplane.toml`, the file of a
//! local platform, the user's own file. The first one that says something is taken.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use serde::Deserialize;

use crate::arguments::{Format, Global};
use crate::error::Error;
use crate::world::World;

/// The environment variable that holds the endpoint.
pub(crate) const ENDPOINT_VARIABLE: &str = "GROUNDPLANE_ENDPOINT";

/// The environment variable that holds the token.
pub(crate) const TOKEN_VARIABLE: &str = "GROUNDPLANE_TOKEN";

/// The environment variable that holds the form of answers.
const OUTPUT_VARIABLE: &str = "GROUNDPLANE_OUTPUT";

/// The settings of a project, in the working directory or a directory above it.
const PROJECT_FILE: &str = "groundplane.toml";

/// Where a local platform says that it is, below the working directory or a directory above it.
const LOCAL_FILE: &str = ".groundplane/local.toml";

/// The user's own settings, below the directory for configuration.
const USER_FILE: &str = "groundplane/config.toml";

/// Who said something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A flag of the command line.
    Flag(&'static str),
    /// An environment variable.
    Variable(&'static str),
    /// The settings of a project.
    Project(PathBuf),
    /// The file of a local platform.
    Local(PathBuf),
    /// A login.
    Login(PathBuf),
    /// The user's own settings.
    User(PathBuf),
    /// Nobody: it is so where nothing is said.
    BuiltIn,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => f.write_str(name),
            Self::Project(path) | Self::User(path) => write!(f, "{}", path.display()),
            Self::Login(path) => write!(f, "{} (groundplane login)", path.display()),
            Self::Local(path) => write!(f, "{} (a local platform)", path.display()),
            Self::BuiltIn => f.write_str("nothing is set"),
        }
    }
}

/// A setting and who said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said<T> {
    /// The setting.
    pub(crate) value: T,
    /// Who said it.
    pub(crate) source: Source,
}

/// What a file of settings may say. A token has no place in it: files are shared and backed up.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SettingsFile {
    endpoint: Option<String>,
    output: Option<String>,
    /// The issuer that people log in at.
    pub(super) issuer: Option<String>,
    /// The client that they log in through.
    pub(super) client_id: Option<String>,
}

/// What the file of a local platform holds.
#[derive(Debug, Deserialize)]
pub(super) struct LocalFile {
    /// Where the platform is.
    pub(super) endpoint: String,
    /// The token of its user.
    pub(super) token: String,
}

/// The endpoint, if anyone names one.
///
/// # Errors
/// Where a file that is asked cannot be used. One that is not asked is no obstacle.
pub(super) fn endpoint(global: &Global, world: &World<'_>) -> Result<Option<Said<String>>, Error> {
    if let Some(said) = directly(
        (global.endpoint.as_ref(), "--endpoint"),
        (world, ENDPOINT_VARIABLE),
    ) {
        return Ok(Some(said));
    }
    if let Some((path, file)) = project(world)?
        && let Some(said) = of_file(file.endpoint.as_ref(), Source::Project(path))
    {
        return Ok(Some(said));
    }
    if let Some((path, file)) = local(world)? {
        return Ok(of_file(Some(&file.endpoint), Source::Local(path)));
    }
    let user = user(world)?;
    Ok(user.and_then(|(path, file)| of_file(file.endpoint.as_ref(), Source::User(path))))
}

/// The token that a flag or the environment gives.
pub(super) fn token(global: &Global, world: &World<'_>) -> Option<Said<String>> {
    directly((global.token.as_ref(), "--token"), (world, TOKEN_VARIABLE))
}

/// The form of answers.
///
/// # Errors
/// Where a file that is asked cannot be used, or someone names a form that there is not.
pub(crate) fn output(global: &Global, world: &World<'_>) -> Result<Said<Format>, Error> {
    if let Some(format) = global.output {
        return Ok(Said {
            value: format,
            source: Source::Flag("--output"),
        });
    }
    let said = directly((None, ""), (world, OUTPUT_VARIABLE));
    let said = match said {
        Some(said) => Some(said),
        None => output_of_files(world)?,
    };
    let Some(Said { value, source }) = said else {
        return Ok(Said {
            value: Format::default(),
            source: Source::BuiltIn,
        });
    };
    match Format::from_str(&value, true) {
        Ok(format) => Ok(Said {
            value: format,
            source,
        }),
        Err(_) => Err(Error::usage(
            format!("`{value}` is no form of answers ({source})"),
            "it is text or json",
        )),
    }
}

fn output_of_files(world: &World<'_>) -> Result<Option<Said<String>>, Error> {
    if let Some((path, file)) = project(world)?
        && let Some(said) = of_file(file.output.as_ref(), Source::Project(path))
    {
        return Ok(Some(said));
    }
    let user = user(world)?;
    Ok(user.and_then(|(path, file)| of_file(file.output.as_ref(), Source::User(path))))
}

/// The file of the local platform that is nearest.
///
/// # Errors
/// Where it cannot be used.
pub(super) fn local(world: &World<'_>) -> Result<Option<(PathBuf, LocalFile)>, Error> {
    let Some(path) = above(&world.directory, LOCAL_FILE) else {
        return Ok(None);
    };
    let broken = |why: &str| {
        Error::usage(
            format!("cannot use `{}`: {why}", path.display()),
            "`cargo xtask demo` writes it anew",
        )
    };
    let text = fs::read_to_string(&path).map_err(|error| broken(&error.to_string()))?;
    let file = toml::from_str(&text)
        // The parser's own message would quote the line, and the line may be the token's.
        .map_err(|_| broken("it must hold `endpoint` and `token`"))?;
    Ok(Some((path, file)))
}

/// The files that may say something, and whether they are there.
pub(crate) fn places(world: &World<'_>) -> Vec<(PathBuf, bool)> {
    let project = above(&world.directory, PROJECT_FILE);
    let local = above(&world.directory, LOCAL_FILE);
    let own = |file: &str| world.directory.join(file);
    let places = [
        Some(project.unwrap_or_else(|| own(PROJECT_FILE))),
        Some(local.unwrap_or_else(|| own(LOCAL_FILE))),
        user_path(world),
    ];
    let places = places.into_iter().flatten();
    places
        .map(|path| {
            let is_there = path.is_file();
            (path, is_there)
        })
        .collect()
}

/// The settings of the project that is nearest.
pub(super) fn project(world: &World<'_>) -> Result<Option<(PathBuf, SettingsFile)>, Error> {
    match above(&world.directory, PROJECT_FILE) {
        Some(path) => settings(&path).map(|file| Some((path, file))),
        None => Ok(None),
    }
}

/// The user's own settings.
pub(super) fn user(world: &World<'_>) -> Result<Option<(PathBuf, SettingsFile)>, Error> {
    match user_path(world).filter(|path| path.is_file()) {
        Some(path) => settings(&path).map(|file| Some((path, file))),
        None => Ok(None),
    }
}

fn user_path(world: &World<'_>) -> Option<PathBuf> {
    Some(folder(world, "XDG_CONFIG_HOME", ".config")?.join(USER_FILE))
}

/// The directory for what can be had again.
pub(crate) fn cache_folder(world: &World<'_>) -> Option<PathBuf> {
    folder(world, "XDG_CACHE_HOME", ".cache")
}

/// As the XDG Base Directory Specification has it.
fn folder(world: &World<'_>, variable: &str, below_home: &str) -> Option<PathBuf> {
    let named = |name: &str| given(world.environment.get(name)).map(Path::new);
    let own = named(variable).filter(|path| path.is_absolute());
    let below_home = || Some(named("HOME")?.join(below_home));
    own.map(Path::to_owned).or_else(below_home)
}

fn settings(path: &Path) -> Result<SettingsFile, Error> {
    let broken = |why: String| {
        Error::usage(
            format!("cannot use `{}`: {why}", path.display()),
            "it may say `endpoint`, `output`, `issuer` and `client_id`; tokens come from \
             GROUNDPLANE_TOKEN",
        )
    };
    let text = fs::read_to_string(path).map_err(|error| broken(error.to_string()))?;
    toml::from_str(&text).map_err(|error| {
        // Its message alone: the line that it quotes may hold what somebody took for a setting.
        let message = error.message().split_whitespace();
        broken(message.collect::<Vec<_>>().join(" "))
    })
}

fn above(directory: &Path, file: &str) -> Option<PathBuf> {
    let mut places = directory.ancestors().map(|above| above.join(file));
    places.find(|path| path.is_file())
}

fn directly(
    (flag, flag_name): (Option<&String>, &'static str),
    (world, variable): (&World<'_>, &'static str),
) -> Option<Said<String>> {
    of_file(flag, Source::Flag(flag_name)).or_else(|| {
        let value = world.environment.get(variable);
        of_file(value, Source::Variable(variable))
    })
}

fn of_file(value: Option<&String>, source: Source) -> Option<Said<String>> {
    let value = given(value)?.to_owned();
    Some(Said { value, source })
}

/// An empty value is as good as none: scripts set variables to nothing to take them back.
pub(super) fn given(value: Option<&String>) -> Option<&str> {
    value
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
}
