//! Events from outside as a whole: bodies and what becomes of them, AWS's events and the resources
//! that they are about, and what holds for any bytes.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod meeting;
#[cfg(test)]
mod properties;
