//! The secret resolver on the services' own interfaces, at the address that
//! `GROUNDPLANE_TEST_AWS_ENDPOINT` names: what no double can tell, above all where the value of a
//! secret goes.

#[cfg(test)]
mod cloud;
#[cfg(test)]
mod life;
