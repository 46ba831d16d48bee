//! The rules by cases, the templates that the planner renders, the same templates with a guard
//! taken away, policies that cannot be used, and templates that are none.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod goldens;
#[cfg(test)]
mod loss;
#[cfg(test)]
mod mutations;
#[cfg(test)]
mod odd;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod starter;
