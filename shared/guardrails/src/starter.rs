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

/// The exceptions, as JSON.
pub(crate) const EXCEPTIONS: &str = include_str!("../exceptions.json");
