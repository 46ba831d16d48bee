//! What a spec is planned as, and what a deployment does with the plan.

#[cfg(test)]
mod check;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod ground;
#[cfg(test)]
mod injection;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod repair;
#[cfg(test)]
mod schedule;
#[cfg(test)]
mod specs;
#[cfg(test)]
mod world;
