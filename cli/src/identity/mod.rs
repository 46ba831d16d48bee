//! Who the caller is: logging in at an OpenID Connect issuer, keeping the login, and the token that
//! calls of the platform carry. `docs/decisions/0023` says why this is code of our own.

mod address;
mod cache;
mod claims;
mod code;
mod device;
mod error;
mod grant;
mod http;
mod loopback;
mod machine;
mod provider;
mod secret;
mod session;
mod sign_in;

pub(crate) use address::{Address, is_on_this_machine};
pub(crate) use cache::{Cache, Login};
pub(crate) use claims::Claims;
pub(crate) use code::{Redirect, by_browser};
pub(crate) use device::by_device;
pub(crate) use error::IdentityError;
pub(crate) use http::Http;
pub(crate) use machine::Machine;
pub(crate) use provider::Provider;
pub(crate) use secret::Secret;
pub(crate) use session::{Asked, log_out, stored_token};
pub(crate) use sign_in::{Party, find_party};
