//! The address under which CloudFormation finds a template.

use groundplane_model::Artifact;

/// The domains of the partitions whose regions do not end in `amazonaws.com`, by the start of
/// their regions' names. AWS's own list of partitions is `partitions.json` of its SDKs.
const PARTITIONS: [(&str, &str); 5] = [
    ("cn-", "amazonaws.com.cn"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("us-iso-", "c2s.ic.gov"),
    ("us-isof-", "csp.hci.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
];

/// The path-style address of `artifact` in a bucket of `region`: CloudFormation takes both styles,
/// and this one works for bucket names with dots and for a local AWS too.
pub(super) fn template_url(region: &str, artifact: &Artifact) -> String {
    let found = PARTITIONS
        .iter()
        .find(|(start, _)| region.starts_with(start));
    let domain = found.map_or("amazonaws.com", |(_, domain)| domain);
    let Artifact { bucket, key, .. } = artifact;
    format!("https://s3.{region}.{domain}/{bucket}/{key}")
}

#[cfg(test)]
mod tests {
    use groundplane_model::Digest;

    use super::*;

    #[test]
    fn the_address_fits_the_partition_of_the_region() {
        let artifact = Artifact {
            bucket: "artifacts".to_owned(),
            key: "templates/ab.json".to_owned(),
            digest: Digest::of(b""),
        };
        for (region, host) in [
            ("eu-west-1", "s3.eu-west-1.amazonaws.com"),
            ("us-gov-west-1", "s3.us-gov-west-1.amazonaws.com"),
            ("cn-north-1", "s3.cn-north-1.amazonaws.com.cn"),
            ("us-iso-east-1", "s3.us-iso-east-1.c2s.ic.gov"),
            ("us-isob-east-1", "s3.us-isob-east-1.sc2s.sgov.gov"),
        ] {
            assert_eq!(
                template_url(region, &artifact),
                format!("https://{host}/artifacts/templates/ab.json")
            );
        }
    }
}
