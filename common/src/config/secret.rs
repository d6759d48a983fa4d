//! Passwords in a database's URL: found, and masked where a person reads.
//!
//! `postgres://USER:PASSWORD@HOST/NAME` and `…?password=PASSWORD` hold one. What it does *not*
//! know: whether the password is right.

use std::borrow::Cow;
use std::ops::Range;

/// Where the password stands in a URL.
fn password(url: &str) -> Option<Range<usize>> {
    let start = url.find("://")? + 3;
    let query = url.find('?').unwrap_or(url.len());
    if let Some(at) = url[start..query].rfind('@') {
        let user = &url[start..start + at];
        if let Some(colon) = user.find(':') {
            let range = start + colon + 1..start + at;
            return (!range.is_empty()).then_some(range);
        }
    }
    let mut from = query + 1;
    for part in url.get(from..)?.split('&') {
        if let Some(value) = part.strip_prefix("password=") {
            let begin = from + part.len() - value.len();
            return (!value.is_empty()).then_some(begin..begin + value.len());
        }
        from += part.len() + 1;
    }
    None
}

/// Whether a URL holds a password.
#[must_use]
pub fn holds_password(url: &str) -> bool {
    password(url).is_some()
}

/// The URL with `***` in place of its password.
#[must_use]
pub fn masked(url: &str) -> Cow<'_, str> {
    match password(url) {
        Some(range) => Cow::Owned(format!("{}***{}", &url[..range.start], &url[range.end..])),
        None => Cow::Borrowed(url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_masked_wherever_they_stand() {
        assert_eq!(masked("postgres://me:s3/c@ret@h:1/d"), "postgres://me:***@h:1/d");
        assert_eq!(
            masked("postgres://h/d?user=u&password=x&a=b"),
            "postgres://h/d?user=u&password=***&a=b"
        );
        for plain in
            ["postgres://me@h:5432/d", "postgres:///d?host=/run", "sqlite:/a:b@c", "10m", ""]
        {
            assert_eq!(masked(plain), plain);
            assert!(!holds_password(plain));
        }
        assert!(holds_password("postgresql://u:p@h/d"));
    }
}
