//! Texts that match a pattern, by the pattern's own structure.
//!
//! Patterns are ECMA-262's (JSON Schema Core 2020-12, 6.4), and are read here by the syntax of
//! Rust's regular expressions after what differs most is rewritten. What comes out is judged by the
//! compiled schema like everything else, so a difference that is left costs a value and tells no lie.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// How long a text may become.
const LONGEST: usize = 64 * 1024;

/// The characters that are taken first where several may stand.
const LIKED: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_. ";

/// Texts that match a pattern, the shortest first, and those that are about `least` characters long.
pub(super) fn texts(pattern: &str, least: usize, variant: usize) -> Vec<String> {
    let short = matching(pattern, 0, variant);
    let missing = short
        .as_ref()
        .map_or(0, |text| least.saturating_sub(text.chars().count()));
    let mut texts: Vec<String> = short.into_iter().collect();
    let mut extra = 1;
    while extra < missing {
        texts.extend(matching(pattern, extra, variant));
        extra *= 2;
    }
    if missing > 0 {
        texts.extend(matching(pattern, missing, variant));
    }
    // Where repetitions may be empty, a text with something in each is likelier to be taken.
    texts.extend(matching(pattern, 1, variant));
    texts
}

/// A text that matches, each repetition `extra` times more than it must be.
pub(super) fn matching(pattern: &str, extra: usize, variant: usize) -> Option<String> {
    let hir = ParserBuilder::new()
        .nest_limit(100)
        .build()
        .parse(&translated(pattern))
        .ok()?;
    let mut writer = Writer {
        text: String::new(),
        extra: u32::try_from(extra).ok()?,
        variant,
    };
    writer.write(&hir)?;
    Some(writer.text)
}

struct Writer {
    text: String,
    extra: u32,
    variant: usize,
}

impl Writer {
    /// Writes what matches; none where nothing does, or too much.
    fn write(&mut self, hir: &Hir) -> Option<()> {
        if self.text.len() > LONGEST {
            return None;
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Some(()),
            HirKind::Literal(literal) => {
                self.text.push_str(std::str::from_utf8(&literal.0).ok()?);
                Some(())
            }
            HirKind::Class(class) => {
                let chosen = chosen(class, self.variant)?;
                self.text.push(chosen);
                Some(())
            }
            HirKind::Repetition(repetition) => {
                let most = repetition.max.unwrap_or(u32::MAX);
                let count = repetition.min.saturating_add(self.extra).min(most);
                for _ in 0..count {
                    self.write(&repetition.sub)?;
                }
                Some(())
            }
            HirKind::Capture(capture) => self.write(&capture.sub),
            HirKind::Concat(all) => all.iter().try_for_each(|part| self.write(part)),
            HirKind::Alternation(all) => self.write(all.get(self.variant % all.len().max(1))?),
        }
    }
}

/// A character of a class: one that is liked, or else its first that can be seen.
fn chosen(class: &Class, variant: usize) -> Option<char> {
    let holds = |c: char| match class {
        Class::Unicode(class) => class
            .ranges()
            .iter()
            .any(|range| range.start() <= c && c <= range.end()),
        Class::Bytes(class) => u8::try_from(u32::from(c)).is_ok_and(|byte| {
            class
                .ranges()
                .iter()
                .any(|range| range.start() <= byte && byte <= range.end())
        }),
    };
    let liked: Vec<char> = LIKED.chars().filter(|c| holds(*c)).collect();
    if !liked.is_empty() {
        return Some(liked[variant % liked.len()]);
    }
    let mut seen = (0x21..0x7f).filter_map(char::from_u32);
    seen.find(|c| holds(*c)).or_else(|| match class {
        Class::Unicode(class) => class
            .ranges()
            .first()
            .map(regex_syntax::hir::ClassUnicodeRange::start),
        Class::Bytes(class) => class
            .ranges()
            .first()
            .map(|range| char::from(range.start())),
    })
}

/// An ECMA-262 pattern in the other syntax: escapes that are written otherwise, and characters that
/// have a meaning within classes there and none here.
fn translated(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len() + 8);
    let mut in_class = false;
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some('u') if rest.peek() == Some(&'{') => text.push_str("\\u"),
                Some('u') => {
                    let digits: String = rest.by_ref().take(4).collect();
                    text.extend(["\\u{", &digits, "}"]);
                }
                Some('/') => text.push('/'),
                // ECMA-262, 22.2.1: any other character may be escaped and is itself then.
                Some(
                    c @ ('<' | '>' | '"' | '\'' | ':' | '@' | '=' | '!' | '%' | ',' | ';' | '`'
                    | ' ' | '_'),
                ) => {
                    text.push(c);
                }
                Some(c) => text.extend(['\\', c]),
                None => text.push('\\'),
            },
            '[' if in_class => text.push_str("\\["),
            '&' | '~' if in_class => text.extend(['\\', c]),
            '[' => {
                in_class = true;
                text.push('[');
                // `[^]` is any character at all.
                let mut ahead = rest.clone();
                if ahead.next() == Some('^') && ahead.next() == Some(']') {
                    text.pop();
                    text.push_str("[\\s\\S]");
                    rest = ahead;
                    in_class = false;
                }
            }
            ']' => {
                in_class = false;
                text.push(']');
            }
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pattern_says_what_matches_it() {
        let text = |pattern: &str| matching(pattern, 0, 0);
        assert_eq!(text(r"^req-[0-9a-f]{4}$").as_deref(), Some("req-aaaa"));
        assert_eq!(text(r"^\d{3}-\d{2}$").as_deref(), Some("000-00"));
        assert_eq!(text(r"^(red|green)\/[^a-z]+$").as_deref(), Some("red/A"));
        assert_eq!(text(r"^\u0041[\u0042-\u0044[&]$").as_deref(), Some("AB"));
        assert_eq!(text(r"^[^]\-x\_y$").as_deref(), Some("a-x_y"));
        assert_eq!(text(r"^(?=.*\d).{8}$"), None);
        assert_eq!(matching(r"^a*b$", 3, 0).as_deref(), Some("aaab"));
        assert_eq!(matching(r"^[a-c]|x$", 0, 1).as_deref(), Some("x"));
    }

    #[test]
    fn nothing_grows_without_bounds() {
        assert_eq!(matching("^(a{1000}){1000}$", 0, 0), None);
        assert!(
            texts("^[a-z]+$", 50_000, 0)
                .iter()
                .any(|text| text.len() == 50_000)
        );
    }
}
