//! Matching beside `TestEventPattern` of the local AWS, at the address that
//! `GROUNDPLANE_TEST_AWS_ENDPOINT` names: a generated corpus, and by name every case where the local
//! AWS says something else than AWS does.

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod deviations;

#[cfg(test)]
mod test_event_pattern {
    use std::thread;

    use groundplane_patterns::Pattern;
    use serde_json::{Value, json};

    use super::corpus::{self, Case};
    use super::deviations;

    /// How many questions are asked at a time.
    const AT_A_TIME: usize = 4;

    /// What is said of a pattern and an event.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum Answer {
        Matches,
        Differs,
        Refused,
    }

    impl Answer {
        fn of(matches: bool) -> Self {
            if matches {
                Self::Matches
            } else {
                Self::Differs
            }
        }
    }

    fn ours(case: &Case) -> Answer {
        let pattern = Pattern::parse(&case.pattern);
        pattern.map_or(Answer::Refused, |pattern| {
            Answer::of(pattern.matches(&case.event))
        })
    }

    struct Local {
        agent: ureq::Agent,
        endpoint: String,
    }

    impl Local {
        #[expect(clippy::disallowed_methods, reason = "the test is told where to run")]
        fn new() -> Self {
            let config = ureq::Agent::config_builder().http_status_as_error(false);
            Self {
                agent: config.build().into(),
                endpoint: std::env::var("GROUNDPLANE_TEST_AWS_ENDPOINT").unwrap(),
            }
        }

        fn answer(&self, case: &Case) -> Answer {
            let body = json!({
                "Event": case.event.to_string(),
                "EventPattern": case.pattern.to_string(),
            });
            let scope = "test/20260101/us-east-1/events/aws4_request";
            let mut response = self
                .agent
                .post(&self.endpoint)
                .header("Content-Type", "application/x-amz-json-1.1")
                .header("X-Amz-Target", "AWSEvents.TestEventPattern")
                .header(
                    "Authorization",
                    format!(
                        "AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"
                    ),
                )
                .send(body.to_string())
                .unwrap();
            let answer: Value = response.body_mut().read_json().unwrap();
            match answer["Result"].as_bool() {
                Some(matches) => Answer::of(matches),
                None => {
                    let kind = answer["__type"].as_str().unwrap_or_default();
                    let refused = kind.contains("InvalidEventPattern");
                    assert!(refused, "{answer} for {}", case.pattern);
                    Answer::Refused
                }
            }
        }
    }

    /// The cases of which the local AWS says something else, and how often each answer was given.
    fn compare(local: &Local, cases: &[Case]) -> (Vec<String>, [usize; 3]) {
        let mut different = Vec::new();
        let mut counts = [0; 3];
        for case in cases {
            let (ours, theirs) = (ours(case), local.answer(case));
            counts[ours as usize] += 1;
            if ours != theirs {
                let Case { pattern, event } = case;
                different.push(format!("{ours:?}, not {theirs:?}: {pattern} on {event}"));
            }
        }
        (different, counts)
    }

    #[test]
    #[ignore = "needs a local AWS at GROUNDPLANE_TEST_AWS_ENDPOINT"]
    fn a_large_corpus_is_answered_alike() {
        let local = Local::new();
        let cases = corpus::generate();
        let shares: Vec<&[Case]> = cases.chunks(cases.len().div_ceil(AT_A_TIME)).collect();
        let results: Vec<_> = thread::scope(|scope| {
            let local = &local;
            let start = |share| scope.spawn(move || compare(local, share));
            let running: Vec<_> = shares.into_iter().map(start).collect();
            let results = running.into_iter().map(|share| share.join().unwrap());
            results.collect()
        });
        let mut counts = [0; 3];
        let mut different = Vec::new();
        for (more, share) in results {
            different.extend(more);
            counts
                .iter_mut()
                .zip(share)
                .for_each(|(all, one)| *all += one);
        }
        assert!(different.is_empty(), "{}", different.join("\n"));
        // A corpus that only ever gets one answer proves little.
        let [matches, differs, refused] = counts;
        let least = cases.len() / 4;
        assert!(
            matches > least && differs > least && refused > 300,
            "{counts:?}"
        );
    }

    #[test]
    #[ignore = "needs a local AWS at GROUNDPLANE_TEST_AWS_ENDPOINT"]
    fn where_the_local_aws_deviates_it_does_so_as_it_is_known_to() {
        let local = Local::new();
        for known in deviations::all() {
            let answers = (ours(&known.case), local.answer(&known.case));
            assert_eq!(answers, (known.ours, known.local), "{}", known.name);
            assert_ne!(known.ours, known.local, "{}: no deviation", known.name);
        }
    }
}
