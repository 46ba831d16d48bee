//! The secrets of event sources and the bus on the services' own interfaces, at the address that
//! `GROUNDPLANE_TEST_AWS_ENDPOINT` names: what no double can tell.

#[cfg(test)]
mod bus;
#[cfg(test)]
mod cloud;
#[cfg(test)]
mod secrets;
