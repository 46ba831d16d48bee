//! Hands out and takes back names.
