//! Patterns that are refused when they are configured, each with the reason.

use super::*;

/// What fits no type, and a part of the reason.
const UNFIT: &[(&str, &str)] = &[
    (
        "gp-{env",
        "the pattern `gp-{env` has a brace without its partner",
    ),
    (
        "gp-env}-{hash:8}",
        "the pattern `gp-env}-` has a brace without its partner",
    ),
    (
        "gp-{colour}-{hash:8}",
        "the pattern has no placeholder `{colour}`; there are {tenant}",
    ),
    ("gp-{}-{hash:8}", "the pattern has no placeholder `{}`"),
    ("gp-{hash:5}", "the pattern has no placeholder `{hash:5}`"),
    ("gp-{hash:33}", "the pattern has no placeholder `{hash:33}`"),
    ("gp-{hash}", "the pattern has no placeholder `{hash}`"),
    ("gp-{seq:3d}", "the pattern has no placeholder `{seq:3d}`"),
    ("gp-{seq:07d}", "the pattern has no placeholder `{seq:07d}`"),
    (
        "gp-{sequence}",
        "the pattern has no placeholder `{sequence}`",
    ),
    (
        "{env|shout}-{hash:8}",
        "`{env|shout}` has no filter `shout`; there are `lower`, `upper`",
    ),
    (
        "{env|short:0}-{hash:8}",
        "`{env|short:0}` has no filter `short:0`",
    ),
    (
        "{env|short}-{hash:8}",
        "`{env|short}` has no filter `short`",
    ),
    (
        "{env|hash:3}-{hash:8}",
        "`{env|hash:3}` has no filter `hash:3`",
    ),
    ("{env|}-{hash:8}", "`{env|}` has no filter ``"),
    ("gp-{hash:8|upper}", "`{hash:8}` takes no filter"),
    ("gp-{seq|short:3}", "`{seq}` takes no filter"),
    (
        "gp {hash:8}",
        "the pattern's text `gp ` may hold letters, digits and",
    ),
    (
        "gp#{hash:8}",
        "the pattern's text `gp#` may hold letters, digits and",
    ),
    (
        "gé{hash:8}",
        "the pattern's text `gé` may hold letters, digits and",
    ),
    ("{env}-{service}", "the pattern must hold {hash:N} or {seq}"),
    (
        "{service|hash:8}",
        "the pattern must hold {hash:N} or {seq}",
    ),
    ("", "the pattern must hold {hash:N} or {seq}"),
    ("{seq}-{seq}", "the pattern holds {seq} more than once"),
    (
        "{env}{seq}",
        "nothing but text may stand before {seq} or nothing but text after it",
    ),
    ("gp1{seq}", "no digit right beside it"),
    ("{seq}1", "no digit right beside it"),
    (
        "{env}-{seq}-{tenant}",
        "nothing but text may stand before {seq}",
    ),
    ("{seq}{env}", "nothing but text may stand before {seq}"),
];

/// What does not fit a type, and the reason; `{}` is the type.
const UNFIT_FOR_A_TYPE: &[(&str, &str, &str)] = &[
    (
        "{tenant}-{hash:8}",
        STACK,
        "names for {} begin with a letter, and `{tenant}` can begin with a digit",
    ),
    (
        "{hash:8}",
        STACK,
        "names for {} begin with a letter, and `{hash:8}` can begin with a digit",
    ),
    (
        "{env|hash:4}-{hash:8}",
        STACK,
        "names for {} begin with a letter, and `{env}` can begin with a digit",
    ),
    (
        "{seq}",
        STACK,
        "names for {} begin with a letter, and `{seq}` can begin with a digit",
    ),
    (
        "-{hash:8}",
        TARGET_GROUP,
        "names for {} begin with a letter or digit, not with `-`",
    ),
    (
        "gp-{hash:8}-",
        TARGET_GROUP,
        "names for {} end with a letter or digit, not with `-`",
    ),
    ("gp_{hash:8}", STACK, "names for {} must not hold `_`"),
    ("gp.{hash:8}", QUEUE, "names for {} must not hold `.`"),
    ("Gp-{hash:8}", BUCKET, "names for {} are kept in lower case"),
    (
        "gp-{env|upper}-{hash:8}",
        DATABASE,
        "names for {} are kept in lower case",
    ),
    (
        "gp--{hash:8}",
        DATABASE,
        "names for {} must not hold two hyphens in a row",
    ),
    (
        "gp-.{hash:8}",
        "AWS::ServiceDiscovery::PrivateDnsNamespace",
        "a dot in names for {} must stand between letters or digits",
    ),
    (
        "Internal-{hash:8}",
        LOAD_BALANCER,
        "names for {} must not begin with `internal-`",
    ),
    (
        "gp-{service|short:8}-{seq}",
        BUCKET,
        "names for {} are shared with every account of AWS, so the pattern must hold {hash:N}",
    ),
    (
        "{seq}",
        "AWS::DynamoDB::Table",
        "names for {} could be as short as 1; 3 characters are needed",
    ),
    (
        "{env}-{service|short:8}-{seq}",
        TARGET_GROUP,
        "`{env}` may be 32 long and the pattern has no `short` for it, so names for {} could be 48 characters; 32 are allowed",
    ),
    (
        "{env|short:20}-{service|short:20}-{seq}",
        TARGET_GROUP,
        "names for {} could be 48 characters; 32 are allowed",
    ),
    (
        "gp-{tenant}-{env}-{service}-{hash:20}",
        TARGET_GROUP,
        "what does not give way in names for {} comes to 26 characters, and 3 for each of the 3 values that do make 35; 32 are allowed",
    ),
    (
        "{service|short:30}-{hash:8}",
        LOAD_BALANCER,
        "what does not give way in names for {} comes to 40 characters, and 3 for each of the 0 values that do make 40; 32 are allowed",
    ),
];

#[test]
fn a_pattern_that_fits_no_type_is_refused_with_the_reason() {
    for (pattern, reason) in UNFIT {
        let problems = config(pattern).check();
        assert_eq!(problems.len(), 1, "{pattern}: {problems:?}");
        assert!(
            problems[0].message.contains(reason),
            "{pattern}: {}",
            problems[0].message
        );
        assert_eq!(problems[0].pointer, "/pattern");
        assert!(config(pattern).naming(STACK, "one").is_err(), "{pattern}");
    }
}

#[test]
fn a_pattern_that_does_not_fit_a_type_is_refused_with_the_reason() {
    for (pattern, resource_type, reason) in UNFIT_FOR_A_TYPE {
        let reason = reason.replacen("{}", &format!("`{resource_type}`"), 1);
        let problems = config(pattern).check_for(&[resource_type]);
        assert_eq!(messages(&problems), [reason.as_str()], "{pattern}");
        assert!(config(pattern).naming(resource_type, "one").is_err());
    }
}
