//! Decides what happens to a deployment at each step of its life.
