//! Requests that a resolver cannot meet, gathered so that the user hears of all of them at once.

use groundplane_model::{Failure, FailureKind, Owner, Problem};

/// What was refused so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusals(Vec<Problem>);

impl Refusals {
    /// What came of the request of `owner`; none where it was refused, which is noted.
    ///
    /// # Errors
    /// A failure that is not the fault of the request.
    pub fn note<T>(
        &mut self,
        owner: &Owner,
        outcome: Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        match outcome {
            Ok(value) => Ok(Some(value)),
            Err(failure) if failure.kind == FailureKind::Invalid => {
                self.0.push(Problem::error(pointer(owner), failure.message));
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    }

    /// Ends well where nothing was refused. `what` names one of the things that were asked for.
    ///
    /// # Errors
    /// `Invalid` with everything that was refused.
    pub fn end(self, what: &str) -> Result<(), Failure> {
        let message = match self.0.len() {
            0 => return Ok(()),
            1 => format!("the {what} cannot be used"),
            count => format!("{count} {what}s cannot be used"),
        };
        Err(Failure::invalid_document(message, self.0))
    }
}

/// Where in the document the owner's input is, if it is there.
fn pointer(owner: &Owner) -> &str {
    let place = owner.input.split('#').next().unwrap_or_default();
    if place.starts_with('/') { place } else { "" }
}

#[cfg(test)]
mod tests {
    use groundplane_model::{InstanceId, TenantId, UnitName};

    use super::*;

    fn owner(input: &str) -> Owner {
        Owner {
            tenant: TenantId::parse("acme").unwrap(),
            instance: InstanceId::parse("web-service.dev").unwrap(),
            incarnation: "1".to_owned(),
            unit: UnitName::parse("spec").unwrap(),
            input: input.to_owned(),
        }
    }

    fn refused(text: &str) -> Result<u8, Failure> {
        Err(Failure::new(FailureKind::Invalid, text))
    }

    #[test]
    fn every_refusal_is_told_with_its_place() {
        let mut refusals = Refusals::default();
        assert_eq!(refusals.note(&owner("stack"), Ok(7)), Ok(Some(7)));
        assert_eq!(
            refusals.note(&owner("/spec/compute/image#0a1b"), refused("no such tag")),
            Ok(None)
        );
        assert_eq!(refusals.note(&owner("stack"), refused("no name")), Ok(None));
        let failure = refusals.end("image").unwrap_err();
        assert_eq!(failure.kind, FailureKind::Invalid);
        assert_eq!(
            failure.to_string(),
            "2 images cannot be used\n  /spec/compute/image: no such tag\n  no name"
        );
    }

    #[test]
    fn other_failures_end_it_at_once_and_none_ends_it_well() {
        let mut refusals = Refusals::default();
        let down = Failure::new(FailureKind::Unavailable, "down");
        let outcome: Result<u8, Failure> = Err(down.clone());
        assert_eq!(refusals.note(&owner("stack"), outcome), Err(down));
        assert_eq!(refusals.end("image"), Ok(()));
    }
}
