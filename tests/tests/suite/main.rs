//! The tests that cross crates.

#[cfg(test)]
mod accepted;
#[cfg(test)]
mod accounts;
#[cfg(test)]
mod adapters;
#[cfg(test)]
mod addresses;
#[cfg(test)]
mod api;
#[cfg(test)]
mod approving;
#[cfg(test)]
mod audit_export;
#[cfg(test)]
mod deploying;
#[cfg(test)]
mod drift;
#[cfg(test)]
mod dynamo;
#[cfg(test)]
mod end_to_end;
#[cfg(test)]
mod foreign;
#[cfg(test)]
mod governing;
#[cfg(test)]
mod images;
#[cfg(test)]
mod left_behind;
#[cfg(test)]
mod lives;
#[cfg(test)]
mod lookups;
#[cfg(test)]
mod machines;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod names;
#[cfg(test)]
mod outbox;
#[cfg(test)]
mod platform;
#[cfg(test)]
mod polling;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod structure;
#[cfg(test)]
mod sweep;
#[cfg(test)]
mod system;
#[cfg(test)]
mod template;
#[cfg(test)]
mod vault;
#[cfg(test)]
mod workflows;
