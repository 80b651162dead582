//! Which bodies were not looked into, at the end of a run.

use std::fmt::Write as _;

use crate::outcome::Summary;

/// How many media types and reasons are named.
const MOST: usize = 8;

/// How many bodies of which media types were not looked into, and why; nothing where all were.
#[must_use]
pub fn unjudged_text(summary: &Summary) -> String {
    let count: usize = summary.unjudged.values().sum();
    let mut text = String::new();
    if count == 0 {
        return text;
    }
    let (answers, were) = match count {
        1 => ("answer", "was"),
        _ => ("answers", "were"),
    };
    let _ = writeln!(
        text,
        "{count} {answers} {were} not judged beyond status, header fields and media type:"
    );
    for (kind, count) in summary.unjudged.iter().take(MOST) {
        let _ = writeln!(text, "  {count} of {kind}");
    }
    let more = summary.unjudged.len().saturating_sub(MOST);
    if more > 0 {
        let _ = writeln!(text, "  … and {more} more media types and reasons");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_media_type_and_reason_is_a_line() {
        let of = |kinds: &[(&str, usize)]| {
            let kinds = kinds.iter().map(|(kind, n)| ((*kind).to_owned(), *n));
            unjudged_text(&Summary {
                unjudged: kinds.collect(),
                ..Summary::default()
            })
        };
        assert_eq!(of(&[]), "");
        insta::assert_snapshot!(of(&[("image/png: x", 1)]), @r#"
        1 answer was not judged beyond status, header fields and media type:
          1 of image/png: x
        "#);
        insta::assert_snapshot!(of(&[("image/png: x", 11), ("text/csv: y", 1)]), @r#"
        12 answers were not judged beyond status, header fields and media type:
          11 of image/png: x
          1 of text/csv: y
        "#);
    }
}
