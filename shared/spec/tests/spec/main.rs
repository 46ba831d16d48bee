//! Tests of the crate through its public interface.

#[cfg(test)]
mod golden;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod schemas;
#[cfg(test)]
mod typed;
