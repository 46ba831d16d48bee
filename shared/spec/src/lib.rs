//! Reads specs: parse, validate, fill defaults, with every problem and its place.
