//! What holds for every lifecycle, every order and every crash.

#[cfg(test)]
mod exhaustive;
#[cfg(test)]
mod ground;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod world;
#[cfg(test)]
mod writes;
