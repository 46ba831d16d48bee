//! Records how steps and deployments end.
