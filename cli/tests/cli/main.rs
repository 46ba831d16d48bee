//! The command as its users see it: whole command lines against a platform that answers as
//! scripted, and the real program where the process itself is what matters.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod apply;
#[cfg(test)]
mod approvals;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod calls;
#[cfg(test)]
mod compliance;
#[cfg(test)]
mod config;
#[cfg(test)]
mod deploy;
#[cfg(test)]
mod destroy;
#[cfg(test)]
mod drift;
#[cfg(test)]
mod event_source;
#[cfg(test)]
mod governance;
#[cfg(test)]
mod help;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod image;
#[cfg(test)]
mod issuer;
#[cfg(test)]
mod lives;
#[cfg(test)]
mod login;
#[cfg(test)]
mod plans;
#[cfg(test)]
mod platform;
#[cfg(test)]
mod pool;
#[cfg(test)]
mod preview;
#[cfg(test)]
mod process;
mod revisions;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod status;
#[cfg(test)]
mod staying;
#[cfg(test)]
mod validate;
#[cfg(test)]
mod watch;
#[cfg(test)]
mod writing;
