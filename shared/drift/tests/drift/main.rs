//! Drift from the outside: golden pairs, properties of the comparison, what a policy does over time.

#[cfg(test)]
mod bounds;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod resources;
