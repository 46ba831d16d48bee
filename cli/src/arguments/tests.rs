//! The command line against its own rules and against docs/cli.md.

use clap::{Command as Definition, CommandFactory as _};

use super::*;

const GUIDE: &str = include_str!("../../../docs/cli.md");

/// The part of the guide that is about one command.
fn chapter(command: &str) -> &'static str {
    let heading = format!("\n## {command}\n");
    let (_, rest) = GUIDE
        .split_once(&heading)
        .unwrap_or_else(|| panic!("docs/cli.md has no chapter on `{command}`"));
    rest.split("\n## ").next().unwrap()
}

fn flags(command: &Definition) -> Vec<String> {
    command
        .get_arguments()
        .filter(|argument| !argument.is_global_set())
        .filter_map(|argument| argument.get_long())
        .map(|long| format!("`--{long}"))
        .collect()
}

#[test]
fn the_definition_contradicts_itself_nowhere() {
    Arguments::command().debug_assert();
}

#[test]
fn the_guide_has_every_command_with_its_flags_and_usage() {
    for command in Arguments::command().get_subcommands() {
        let name = command.get_name();
        let chapter = chapter(name);
        for flag in flags(command) {
            assert!(
                chapter.contains(&flag),
                "{name}: {flag} is not in the guide"
            );
        }
        assert!(
            chapter.contains(&format!("groundplane {name} ")),
            "{name} has no example"
        );
    }
}

#[test]
fn the_guide_has_no_command_that_does_not_exist() {
    let definition = Arguments::command();
    let chapters = GUIDE.lines().filter_map(|line| line.strip_prefix("## "));
    let about_commands = chapters.filter(|title| title.chars().all(|c| c.is_ascii_lowercase()));
    let names: Vec<&str> = about_commands.collect();
    assert!(!names.is_empty());
    for name in names {
        assert!(definition.find_subcommand(name).is_some(), "{name}");
    }
}

#[test]
fn the_guide_has_every_flag_of_every_command() {
    for argument in Arguments::command().get_arguments() {
        if let Some(long) = argument.get_long() {
            assert!(GUIDE.contains(&format!("`--{long}")), "--{long}");
        }
    }
}

#[test]
fn every_example_of_the_guide_is_a_command_line_that_is_understood() {
    let examples: Vec<&str> = GUIDE
        .lines()
        .filter_map(|line| line.strip_prefix("$ "))
        .collect();
    assert!(examples.len() >= 10, "{examples:?}");
    for example in examples {
        let words: Vec<&str> = example
            .split(['|', '>'])
            .find(|part| part.trim_start().starts_with("groundplane "))
            .unwrap_or_else(|| panic!("`{example}` calls something else"))
            .split_whitespace()
            .collect();
        if let Err(refusal) = Arguments::try_parse_from(words) {
            panic!("`{example}`: {refusal}");
        }
    }
}

#[test]
fn a_time_has_a_unit() {
    assert_eq!(time("90s"), Ok(Duration::from_secs(90)));
    assert_eq!(time("1h30m"), Ok(Duration::from_secs(5400)));
    for bad in ["", "5", "5 parsecs", "-1s", "0m", "99999999999999999999h"] {
        assert!(time(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_target_is_a_deployment_an_instance_or_a_service() {
    let id = "dep-019aa5d1b2c37e0f8a1b2c3d4e5f6071";
    assert!(matches!(id.parse(), Ok(Target::Deployment(_))));
    let full: Target = "web-service.dev".parse().unwrap();
    assert!(matches!(full, Target::Instance(InstanceName::Full(_))));
    let bare: Target = "dep-019a".parse().unwrap();
    assert!(matches!(bare, Target::Instance(InstanceName::Service(_))));
    assert!("Web".parse::<Target>().is_err());
}
