//! Moves one CloudFormation stack a step towards its template.
