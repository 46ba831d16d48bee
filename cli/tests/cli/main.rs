//! The command as its users see it: whole command lines against a platform that answers as
//! scripted, and the real program where the process itself is what matters.

mod answers;
mod apply;
mod calls;
mod deploy;
mod destroy;
mod help;
mod platform;
mod process;
mod scene;
mod settings;
mod status;
mod validate;
mod watch;
