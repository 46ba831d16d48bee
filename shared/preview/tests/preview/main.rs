//! What is said of a deployment before it is done.

#[cfg(test)]
mod applying;
#[cfg(test)]
mod deployed;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod ground;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod references;
#[cfg(test)]
mod rendering;
#[cfg(test)]
mod resources;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod types;
#[cfg(test)]
mod units;
