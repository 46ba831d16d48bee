//! Registries of container images.

use std::future::Future;

use groundplane_model::ImageReference;

use crate::Result;

/// Permission to look into private registries of ECR, in any region. Asked of an image that is
/// elsewhere, both refuse.
pub trait ReadRegistry: Send + Sync {
    /// The digest that the tag of `image` stands for now, for example `sha256:…`; none where the
    /// repository does not exist or has no such tag.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn digest(&self, image: &ImageReference)
    -> impl Future<Output = Result<Option<String>>> + Send;

    /// All tags of the repository, in no order; none where it does not exist.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn tags(
        &self,
        repository: &ImageReference,
    ) -> impl Future<Output = Result<Option<Vec<String>>>> + Send;
}
