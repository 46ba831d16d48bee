//! The rules and exceptions that Groundplane brings.

/// The policies by file name; `template` holds what the others share.
pub(crate) const RULES: [(&str, &str); 7] = [
    (
        "encryption_at_rest.rego",
        include_str!("../rules/encryption_at_rest.rego"),
    ),
    (
        "encryption_in_transit.rego",
        include_str!("../rules/encryption_in_transit.rego"),
    ),
    (
        "least_privilege.rego",
        include_str!("../rules/least_privilege.rego"),
    ),
    (
        "public_access.rego",
        include_str!("../rules/public_access.rego"),
    ),
    ("secrets.rego", include_str!("../rules/secrets.rego")),
    ("template.rego", include_str!("../rules/template.rego")),
    ("unreadable.rego", include_str!("../rules/unreadable.rego")),
];

/// How a policy reads templates, for those that others write.
pub(crate) const READING: [(&str, &str); 1] =
    [("template.rego", include_str!("../rules/template.rego"))];

/// The names of the rules; a test holds them against the cases.
pub(crate) const NAMES: [&str; 27] = [
    "encryption-at-rest/cache",
    "encryption-at-rest/database",
    "encryption-at-rest/file-system",
    "encryption-at-rest/queue",
    "encryption-at-rest/topic",
    "encryption-at-rest/volume",
    "encryption-in-transit/bucket",
    "encryption-in-transit/cache",
    "encryption-in-transit/database",
    "encryption-in-transit/file-system",
    "encryption-in-transit/listener",
    "encryption-in-transit/mount",
    "least-privilege/action",
    "least-privilege/managed-policy",
    "least-privilege/negation",
    "least-privilege/principal",
    "least-privilege/resource",
    "public-access/bucket",
    "public-access/database",
    "public-access/function",
    "public-access/function-url",
    "public-access/route",
    "public-access/security-group",
    "public-access/task",
    "secrets/password",
    "unreadable/nested-stack",
    "unreadable/transform",
];

/// The exceptions, as JSON.
pub(crate) const EXCEPTIONS: &str = include_str!("../exceptions.json");
