//! JSON pointers (RFC 6901).

/// `pointer` extended by one field name or index.
pub(crate) fn join(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", token.replace('~', "~0").replace('/', "~1"))
}

/// The field names and indices of `pointer`.
pub(crate) fn tokens(pointer: &str) -> impl Iterator<Item = String> {
    pointer
        .split('/')
        .skip(1)
        .map(|token| token.replace("~1", "/").replace("~0", "~"))
}

/// `pointer` without its last token, and that token.
pub(crate) fn split(pointer: &str) -> Option<(&str, String)> {
    let (parent, token) = pointer.rsplit_once('/')?;
    Some((parent, token.replace("~1", "/").replace("~0", "~")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_survive_escaping() {
        let pointer = join(&join("", "a/b"), "~1");
        assert_eq!(pointer, "/a~1b/~01");
        assert_eq!(tokens(&pointer).collect::<Vec<_>>(), ["a/b", "~1"]);
        assert_eq!(split(&pointer), Some(("/a~1b", "~1".to_owned())));
    }

    #[test]
    fn the_whole_document_has_no_tokens() {
        assert_eq!(tokens("").count(), 0);
        assert_eq!(split(""), None);
    }
}
