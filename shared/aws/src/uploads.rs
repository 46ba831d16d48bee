//! Documents that are too large for a request, put into the bucket of artifacts by addresses that are
//! signed for one of them ("Working with presigned URLs", S3 user guide).

use std::time::Duration;

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::presigning::PresigningConfig;
use groundplane_ports::{PortError, Result, UploadPlace, Uploads};
use jiff::SignedDuration;

use crate::artifacts::Artifacts;
use crate::error::port_error;

const FORBIDDEN: u16 = 403;

impl Uploads for Artifacts {
    async fn place(&self, key: &str, bytes: u64, valid: SignedDuration) -> Result<UploadPlace> {
        let valid = Duration::try_from(valid).unwrap_or_default();
        let signing = PresigningConfig::expires_in(valid).map_err(|error| {
            PortError::Internal(format!("an address cannot be signed: {error}"))
        })?;
        let length = i64::try_from(bytes).unwrap_or(i64::MAX);
        let signed = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            // Signed along, so that nothing larger can be put there.
            .content_length(length)
            .presigned(signing)
            .await
            .map_err(|error| port_error("signing an upload", &error))?;
        let headers = signed.headers();
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(UploadPlace {
            url: signed.uri().to_owned(),
            headers: headers.collect(),
        })
    }

    async fn uploaded(&self, key: &str, most: u64) -> Result<Option<Vec<u8>>> {
        let asked = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await;
        let answer = match asked {
            Ok(answer) => answer,
            // Whoever may not list a bucket is denied what is not there ("GetObject", S3 API reference).
            Err(SdkError::ServiceError(error))
                if matches!(error.err(), GetObjectError::NoSuchKey(_))
                    || error.raw().status().as_u16() == FORBIDDEN =>
            {
                return Ok(None);
            }
            Err(error) => return Err(port_error("reading an upload", &error)),
        };
        let length = answer.content_length().unwrap_or(i64::MAX);
        if u64::try_from(length).unwrap_or(u64::MAX) > most {
            return Err(PortError::Refused("the upload is too large".to_owned()));
        }
        let body = answer.body.collect().await.map_err(|error| {
            PortError::Unavailable(format!("reading an upload broke off: {error}"))
        })?;
        Ok(Some(body.to_vec()))
    }
}
