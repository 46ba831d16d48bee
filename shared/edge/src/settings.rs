//! Settings of a function: environment variables that the template sets.

/// A setting that the function cannot work without.
#[derive(Debug, thiserror::Error)]
#[error("the environment variable {0} is not set")]
pub struct MissingSetting(&'static str);

/// The setting `name`.
///
/// # Errors
/// Where it is not set or empty.
pub fn setting(name: &'static str) -> Result<String, MissingSetting> {
    read(name).ok_or(MissingSetting(name))
}

/// The setting `name`, or `default` where it is not set or empty.
#[must_use]
pub fn setting_or(name: &'static str, default: &str) -> String {
    read(name).unwrap_or_else(|| default.to_owned())
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is where the environment is read"
)]
fn read(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_setting_is_named() {
        let error = setting("GROUNDPLANE_NO_SUCH_SETTING").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the environment variable GROUNDPLANE_NO_SUCH_SETTING is not set"
        );
        assert_eq!(setting_or("GROUNDPLANE_NO_SUCH_SETTING", "x"), "x");
    }
}
