//! What references to container images promise.

use super::*;

const HEX: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn a_reference_is_taken_apart_and_put_together_again() {
    let pinned = format!("nginx@sha256:{HEX}");
    let both = format!("registry.example:5000/team/web:1.2@sha256:{HEX}");
    let cases = [
        ("nginx", None, "nginx", None, false),
        (
            "nginx:1.27-alpine",
            None,
            "nginx",
            Some("1.27-alpine"),
            false,
        ),
        ("library/nginx", None, "library/nginx", None, false),
        ("localhost/web", Some("localhost"), "web", None, false),
        (
            "localhost:5000/web:x",
            Some("localhost:5000"),
            "web",
            Some("x"),
            false,
        ),
        (
            "public.ecr.aws/nginx/nginx:1",
            Some("public.ecr.aws"),
            "nginx/nginx",
            Some("1"),
            false,
        ),
        (
            "Registry.Example/a__b/c---d/e.f_g",
            Some("Registry.Example"),
            "a__b/c---d/e.f_g",
            None,
            false,
        ),
        ("web:_Latest", None, "web", Some("_Latest"), false),
        (pinned.as_str(), None, "nginx", None, true),
        (
            both.as_str(),
            Some("registry.example:5000"),
            "team/web",
            Some("1.2"),
            true,
        ),
    ];
    for (text, registry, repository, tag, is_pinned) in cases {
        let image = ImageReference::parse(text).unwrap();
        assert_eq!(image.registry(), registry, "{text}");
        assert_eq!(image.repository(), repository, "{text}");
        assert_eq!(image.tag(), tag, "{text}");
        assert_eq!(image.digest().is_some(), is_pinned, "{text}");
        assert_eq!(image.to_string(), text);
        let json = serde_json::to_value(&image).unwrap();
        assert_eq!(json, text);
        assert_eq!(
            serde_json::from_value::<ImageReference>(json).unwrap(),
            image
        );
    }
}

#[test]
fn what_breaks_the_grammar_is_refused_with_the_part_that_does() {
    let long_tag = format!("nginx:{}", "a".repeat(129));
    let long_name = "a".repeat(256);
    let short_hex = format!("nginx@sha256:{}", "a".repeat(63));
    let upper_hex = format!("nginx@sha256:{}", "A".repeat(64));
    let cases = [
        ("", "a repository is lower-case words"),
        ("Nginx", "a repository is lower-case words"),
        ("a//b", "a repository is lower-case words"),
        ("/a", "a repository is lower-case words"),
        ("a/", "a repository is lower-case words"),
        ("a___b", "a repository is lower-case words"),
        ("a..b", "a repository is lower-case words"),
        ("a._b", "a repository is lower-case words"),
        ("-a", "a repository is lower-case words"),
        ("a b", "a repository is lower-case words"),
        ("wéb", "a repository is lower-case words"),
        ("https://x.y/a", "before the first `/` comes the host"),
        ("x.y:port/a", "before the first `/` comes the host"),
        ("x.y:/a", "before the first `/` comes the host"),
        ("x..y/a", "before the first `/` comes the host"),
        ("-x.y/a", "before the first `/` comes the host"),
        ("nginx:", "a tag is 1 to 128"),
        ("nginx:.x", "a tag is 1 to 128"),
        ("nginx:a b", "a tag is 1 to 128"),
        (&long_tag, "a tag is 1 to 128"),
        (&long_name, "may be 255 characters"),
        ("nginx@", "after `@` comes a digest"),
        ("nginx@sha256", "after `@` comes a digest"),
        ("nginx@sha256:12", "after `@` comes a digest"),
        (&short_hex, "after `@` comes a digest"),
        (&upper_hex, "after `@` comes a digest"),
        (
            "nginx@1x:00000000000000000000000000000000",
            "after `@` comes a digest",
        ),
    ];
    for (text, reason) in cases {
        let error = ImageReference::parse(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
    assert!("nginx:1".parse::<ImageReference>().is_ok());
    assert!(serde_json::from_str::<ImageReference>("\"a b\"").is_err());
}

#[test]
fn a_private_ecr_registry_is_told_from_others() {
    let ecr = |text: &str| {
        let image = ImageReference::parse(text).unwrap();
        image
            .ecr()
            .map(|ecr| format!("{} {}", ecr.account, ecr.region))
    };
    let expected = Some("123456789012 eu-west-1".to_owned());
    for text in [
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com.cn/team/web:1",
    ] {
        assert_eq!(ecr(text), expected, "{text}");
    }
    for text in [
        "nginx",
        "public.ecr.aws/nginx/nginx",
        "1234.dkr.ecr.eu-west-1.amazonaws.com/web",
        "12345678901x.dkr.ecr.eu-west-1.amazonaws.com/web",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example/web",
        "123456789012.dkr.ecr.eu-west-1.example/web",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com:443/web",
    ] {
        assert_eq!(ecr(text), None, "{text}");
    }
}

#[test]
fn a_tag_takes_the_digest_away_and_a_digest_keeps_the_tag() {
    let image = ImageReference::parse("x.y/web:1").unwrap();
    let digest = format!("sha256:{HEX}");
    let pinned = image.with_digest(&digest).unwrap();
    assert_eq!(pinned.to_string(), format!("x.y/web:1@{digest}"));
    assert_eq!(pinned.with_tag("2").unwrap().to_string(), "x.y/web:2");
    assert!(image.with_digest("sha256:x").is_err());
    assert!(image.with_tag("a b").is_err());
}
