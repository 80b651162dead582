//! The answer as a badge: an SVG image that needs no service and no font.
//!
//! ```xml
//! <svg xmlns="http://www.w3.org/2000/svg" width="214" height="20" role="img" aria-label="contract: 412 of 888 clauses held">…</svg>
//! ```

use std::io::{self, Write as _};

use super::badge::{LABEL, message};
use super::{Format, Out, Reporter};
use crate::outcome::{Account, Answer};

pub(super) const FORMAT: Format = Format {
    name: "badge-svg",
    about: "the answer as an image",
    new: |out| Box::new(Badge { out }),
};

struct Badge<'a> {
    out: Out<'a>,
}

/// The width of so many characters in pixels. The text is stretched to it, whatever the font.
fn width(text: &str) -> usize {
    text.chars().count() * 13 / 2
}

/// Half of what is free beside a text.
const MARGIN: usize = 6;

impl Reporter for Badge<'_> {
    fn finish(&mut self, account: &Account<'_>) -> io::Result<()> {
        // White on each of them has a contrast of 4.5 and more (WCAG 2.2, 1.4.3).
        let colour = match account.answer() {
            Answer::Conforms => "#2a7d2e",
            Answer::DoesNotConform => "#b42318",
            Answer::CouldNotTell | Answer::Interrupted => "#9a5b00",
            Answer::NothingTested => "#666",
        };
        // Words and numbers of our own: nothing in it has to be escaped.
        let message = message(account);
        let left = width(LABEL) + 2 * MARGIN;
        let right = width(&message) + 2 * MARGIN;
        let text = |x: usize, text: &str| {
            format!(
                r##"<text x="{x}" y="14" fill="#fff" textLength="{}" lengthAdjust="spacingAndGlyphs">{text}</text>"##,
                width(text)
            )
        };
        writeln!(
            self.out,
            concat!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img" aria-label="{label}: {message}">"#,
                r#"<title>{label}: {message}</title>"#,
                r##"<rect width="{whole}" height="20" rx="3" fill="#444"/>"##,
                r#"<path d="M{left} 0h{bend}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{bend}z" fill="{colour}"/>"#,
                r#"<g font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">{first}{second}</g></svg>"#,
            ),
            whole = left + right,
            label = LABEL,
            message = message,
            left = left,
            bend = right - 3,
            colour = colour,
            first = text(MARGIN, LABEL),
            second = text(left + MARGIN, &message),
        )?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::Story;

    #[test]
    fn the_answer_in_a_few_words() {
        insta::assert_snapshot!(Story::new().told(&FORMAT), @r##"<svg xmlns="http://www.w3.org/2000/svg" width="219" height="20" role="img" aria-label="contract: 1 of 19 clauses broken"><title>contract: 1 of 19 clauses broken</title><rect width="219" height="20" rx="3" fill="#444"/><path d="M64 0h152a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-152z" fill="#b42318"/><g font-family="Verdana,DejaVu Sans,sans-serif" font-size="11"><text x="6" y="14" fill="#fff" textLength="52" lengthAdjust="spacingAndGlyphs">contract</text><text x="70" y="14" fill="#fff" textLength="143" lengthAdjust="spacingAndGlyphs">1 of 19 clauses broken</text></g></svg>"##);
    }
}
