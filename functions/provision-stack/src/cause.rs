//! The first cause of a failure, in words that the user can act on.

use groundplane_ports::StackEvent;

/// The longest cause, in characters. A state machine allows more, but nobody reads more.
const LONGEST: usize = 2_000;

/// The type of a stack itself among its events.
const STACK_TYPE: &str = "AWS::CloudFormation::Stack";

/// What CloudFormation says of resources that it stopped because another one failed.
const NOISE: [&str; 3] = [
    "Resource creation cancelled",
    "Resource update cancelled",
    "Resource deletion cancelled",
];

/// The first cause that the events of the stack `name` give, newest first as CloudFormation lists
/// them: the first resource that failed by itself, else what was said of the stack. Only events
/// with `token` count where there are any, otherwise those of the operation that began last.
pub(crate) fn first_cause(events: &[StackEvent], name: &str, token: &str) -> Option<String> {
    let operation = operation(events, name, token);
    let failed = |event: &&&StackEvent| event.status.ends_with("_FAILED") && has_reason(event);
    let resource = operation
        .iter()
        .rev()
        .filter(|event| !is_stack(event, name))
        .find(failed);
    if let Some(event) = resource {
        let StackEvent {
            logical_id,
            resource_type,
            ..
        } = event;
        let reason = event.reason.as_deref().unwrap_or_default();
        return Some(sentence(&format!(
            "`{logical_id}` ({resource_type}): {reason}"
        )));
    }
    let stack = operation
        .iter()
        .rev()
        .filter(|event| is_stack(event, name))
        .find(|event| tells_of_failure(&event.status) && has_reason(event));
    stack.and_then(|event| event.reason.as_deref().map(sentence))
}

/// `text` on one line and of bearable length: reasons quote what services and templates say,
/// which can be anything.
pub(crate) fn sentence(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= LONGEST {
        return words;
    }
    words.chars().take(LONGEST - 1).chain(['…']).collect()
}

fn operation<'a>(events: &'a [StackEvent], name: &str, token: &str) -> Vec<&'a StackEvent> {
    let ours: Vec<_> = events
        .iter()
        .filter(|event| event.token.as_deref() == Some(token))
        .collect();
    if !ours.is_empty() {
        return ours;
    }
    let begun = events
        .iter()
        .position(|event| is_stack(event, name) && begins_operation(&event.status));
    let length = begun.map_or(events.len(), |last| last + 1);
    events.iter().take(length).collect()
}

fn is_stack(event: &StackEvent, name: &str) -> bool {
    event.resource_type == STACK_TYPE && event.logical_id == name
}

fn begins_operation(status: &str) -> bool {
    matches!(
        status,
        "CREATE_IN_PROGRESS" | "UPDATE_IN_PROGRESS" | "DELETE_IN_PROGRESS" | "IMPORT_IN_PROGRESS"
    )
}

fn tells_of_failure(status: &str) -> bool {
    status.ends_with("_FAILED") || status.ends_with("ROLLBACK_IN_PROGRESS")
}

fn has_reason(event: &StackEvent) -> bool {
    event.reason.as_deref().is_some_and(|reason| {
        !reason.trim().is_empty() && !NOISE.iter().any(|noise| reason.starts_with(noise))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "gp-web";

    /// Events in the order in which they happen: resource, type, status, reason, token.
    fn history(lines: &[(&str, &str, &str, &str, &str)]) -> Vec<StackEvent> {
        let event = |(id, kind, status, reason, token): &(&str, &str, &str, &str, &str)| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            StackEvent {
                logical_id: (*id).to_owned(),
                resource_type: (*kind).to_owned(),
                status: (*status).to_owned(),
                reason: some(reason),
                token: some(token),
                at: "2026-01-01T00:00:00Z".parse().unwrap(),
            }
        };
        lines.iter().rev().map(event).collect()
    }

    #[test]
    fn the_first_resource_that_failed_by_itself_is_the_cause() {
        let events = history(&[
            (
                NAME,
                STACK_TYPE,
                "CREATE_IN_PROGRESS",
                "User Initiated",
                "t",
            ),
            (
                "Log",
                "AWS::Logs::LogGroup",
                "CREATE_FAILED",
                "Resource creation cancelled",
                "t",
            ),
            (
                "Service",
                "AWS::ECS::Service",
                "CREATE_FAILED",
                "no such cluster",
                "t",
            ),
            ("Role", "AWS::IAM::Role", "CREATE_FAILED", "too late", "t"),
            (
                NAME,
                STACK_TYPE,
                "ROLLBACK_IN_PROGRESS",
                "The following failed: [Service]",
                "t",
            ),
        ]);
        assert_eq!(
            first_cause(&events, NAME, "t").as_deref(),
            Some("`Service` (AWS::ECS::Service): no such cluster")
        );
    }

    #[test]
    fn failures_of_other_operations_do_not_count() {
        let events = history(&[
            (NAME, STACK_TYPE, "UPDATE_IN_PROGRESS", "", "earlier"),
            ("A", "AWS::X::A", "UPDATE_FAILED", "an old story", "earlier"),
            (NAME, STACK_TYPE, "UPDATE_IN_PROGRESS", "", "ours"),
            ("B", "AWS::X::B", "UPDATE_FAILED", "our story", "ours"),
            (NAME, STACK_TYPE, "DELETE_IN_PROGRESS", "", "later"),
            ("C", "AWS::X::C", "DELETE_FAILED", "a new story", "later"),
        ]);
        let cause = |token| first_cause(&events, NAME, token);
        assert_eq!(cause("ours").as_deref(), Some("`B` (AWS::X::B): our story"));
        assert_eq!(
            cause("earlier").as_deref(),
            Some("`A` (AWS::X::A): an old story")
        );
        assert_eq!(
            cause("unknown").as_deref(),
            Some("`C` (AWS::X::C): a new story")
        );
    }

    #[test]
    fn a_failed_nested_stack_is_a_resource_and_not_the_stack_itself() {
        let events = history(&[
            (NAME, STACK_TYPE, "CREATE_IN_PROGRESS", "", ""),
            ("Nested", STACK_TYPE, "CREATE_FAILED", "inner trouble", ""),
            (NAME, STACK_TYPE, "CREATE_FAILED", "outer trouble", ""),
        ]);
        assert_eq!(
            first_cause(&events, NAME, "t").as_deref(),
            Some("`Nested` (AWS::CloudFormation::Stack): inner trouble")
        );
    }

    #[test]
    fn without_a_failed_resource_the_stacks_own_reason_is_the_cause() {
        let events = history(&[
            (NAME, STACK_TYPE, "CREATE_IN_PROGRESS", "User Initiated", ""),
            (
                "Log",
                "AWS::Logs::LogGroup",
                "CREATE_FAILED",
                "Resource creation cancelled",
                "",
            ),
            (
                NAME,
                STACK_TYPE,
                "ROLLBACK_IN_PROGRESS",
                "Transform failed",
                "",
            ),
            (NAME, STACK_TYPE, "ROLLBACK_FAILED", "more", ""),
        ]);
        assert_eq!(
            first_cause(&events, NAME, "t").as_deref(),
            Some("Transform failed")
        );
    }

    #[test]
    fn no_events_and_events_without_reasons_give_no_cause() {
        assert_eq!(first_cause(&[], NAME, "t"), None);
        let events = history(&[("A", "AWS::X::A", "CREATE_FAILED", "", "t")]);
        assert_eq!(first_cause(&events, NAME, "t"), None);
    }

    #[test]
    fn a_cause_is_one_line_of_bounded_length() {
        assert_eq!(sentence(" a\n\tb\u{1b}[31m c\u{0} "), "a b [31m c");
        let long = sentence(&"ü".repeat(5_000));
        assert_eq!(long.chars().count(), LONGEST);
        assert!(long.ends_with('…'));
    }
}
