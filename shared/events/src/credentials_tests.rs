use super::*;

const TOKEN: &str = "wOb7Xq0ZrK4nT2sVfY1m";

fn authorised(accepted: &[Credentials], header: &str) -> Result<(), Unauthorised> {
    authorise(accepted, &Headers::new([("Authorization", header)]))
}

fn basic(pair: &str) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

#[test]
fn the_right_token_is_believed() {
    let accepted = [Credentials::bearer(TOKEN).unwrap()];
    assert_eq!(authorised(&accepted, &format!("Bearer {TOKEN}")), Ok(()));
    assert_eq!(authorised(&accepted, &format!("bearer  {TOKEN}")), Ok(()));
    for wrong in ["", "wOb7", TOKEN, &TOKEN.to_lowercase()] {
        let header = format!("Bearer {wrong}x");
        assert_eq!(authorised(&accepted, &header), Err(Unauthorised::Wrong));
    }
}

#[test]
fn the_right_user_and_password_are_believed() {
    let accepted = [Credentials::basic("grafana", TOKEN).unwrap()];
    let right = basic(&format!("grafana:{TOKEN}"));
    assert_eq!(authorised(&accepted, &right), Ok(()));
    for wrong in ["grafana", ":", "grafana:", &format!("grafana2:{TOKEN}")] {
        assert_eq!(
            authorised(&accepted, &basic(wrong)),
            Err(Unauthorised::Wrong)
        );
    }
}

#[test]
fn a_token_is_no_password() {
    let pair = format!("grafana:{TOKEN}");
    let token = [Credentials::bearer(&pair).unwrap()];
    assert_eq!(authorised(&token, &basic(&pair)), Err(Unauthorised::Wrong));
}

#[test]
fn two_are_valid_while_they_are_rotated_and_none_believes_nobody() {
    let old = Credentials::bearer(&format!("{TOKEN}-old")).unwrap();
    let new = Credentials::bearer(&format!("{TOKEN}-new")).unwrap();
    for token in ["old", "new"] {
        let header = format!("Bearer {TOKEN}-{token}");
        assert_eq!(authorised(&[old.clone(), new.clone()], &header), Ok(()));
    }
    let header = format!("Bearer {TOKEN}-old");
    assert_eq!(authorised(&[new], &header), Err(Unauthorised::Wrong));
    assert_eq!(authorised(&[], &header), Err(Unauthorised::Wrong));
}

#[test]
fn a_request_without_credentials_is_told_so() {
    let accepted = [Credentials::bearer(TOKEN).unwrap()];
    let none = authorise(&accepted, &Headers::default());
    assert_eq!(none, Err(Unauthorised::Missing));
    for header in ["", TOKEN, "Basic ", "Basic ???", "Digest a=b"] {
        let found = authorised(&accepted, header);
        assert_eq!(found, Err(Unauthorised::Malformed), "{header}");
    }
}

#[test]
fn what_is_easily_guessed_is_not_taken() {
    for weak in [
        "",
        "hunter2",
        "fifteen-letters",
        "sixteen letters!",
        "sixteen-lëtters",
    ] {
        assert_eq!(
            Credentials::bearer(weak),
            Err(InvalidCredentials::Weak),
            "{weak}"
        );
        assert!(Credentials::basic("user", weak).is_err(), "{weak}");
    }
    for user in ["", "a:b", "a b"] {
        assert_eq!(
            Credentials::basic(user, TOKEN),
            Err(InvalidCredentials::UserName)
        );
    }
}

#[test]
fn only_the_digest_is_kept_and_nothing_is_shown() {
    let credentials = Credentials::bearer(TOKEN).unwrap();
    let kept = serde_json::to_string(&credentials).unwrap();
    assert!(!kept.contains(TOKEN));
    assert_eq!(
        serde_json::from_str::<Credentials>(&kept).unwrap(),
        credentials
    );
    assert!(serde_json::from_str::<Credentials>("\"AAAA\"").is_err());
    assert_eq!(format!("{credentials:?}"), "Credentials(..)");
}

#[test]
fn a_token_of_random_bytes_is_one_that_is_taken() {
    let token = token([0xff; 32]);
    assert_eq!(token, "gpw___________________________________________8");
    assert!(Credentials::bearer(&token).is_ok());
    assert!(Credentials::basic("shop.alerts", &token).is_ok());
}
