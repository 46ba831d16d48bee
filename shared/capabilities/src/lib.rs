//! Renders the sections of a spec as CloudFormation templates.
