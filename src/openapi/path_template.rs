//! Paths with parameters (OpenAPI 3.1.1, 4.8.8.2).

use std::fmt;

/// A piece of a path template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text as it stands.
    Text(String),
    /// `{name}`.
    Parameter(String),
}

/// A path with parameters, such as `/images/{image_id}/metadata`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathTemplate {
    text: String,
    pieces: Vec<Piece>,
}

impl PathTemplate {
    /// Takes a template apart. Braces that don't pair are text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, behind)) = after.split_once('}') else {
                break;
            };
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Parameter(name.to_owned()));
            rest = behind;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Self {
            text: text.to_owned(),
            pieces,
        }
    }

    /// The pieces in order.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The parameters' names in order.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Parameter(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The raw, still escaped values a path gives the parameters; none where the path is another.
    /// A parameter takes no slash and at least one character.
    #[must_use]
    pub fn matches<'p>(&self, path: &'p str) -> Option<Vec<(&str, &'p str)>> {
        let mut values = Vec::new();
        let mut rest = path;
        let mut pieces = self.pieces.iter().peekable();
        while let Some(piece) = pieces.next() {
            match piece {
                Piece::Text(text) => rest = rest.strip_prefix(text.as_str())?,
                Piece::Parameter(name) => {
                    let segment = rest.find('/').unwrap_or(rest.len());
                    let end = match pieces.peek() {
                        Some(Piece::Text(text)) => {
                            rest.find(text.as_str()).filter(|at| *at <= segment)?
                        }
                        _ => segment,
                    };
                    if end == 0 {
                        return None;
                    }
                    values.push((name.as_str(), &rest[..end]));
                    rest = &rest[end..];
                }
            }
        }
        rest.is_empty().then_some(values)
    }
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_gives_its_parameters_their_values() {
        let template = PathTemplate::new("/images/{image_id}/metadata/{key}");
        assert_eq!(
            template.matches("/images/1/metadata/a%2Fb"),
            Some(vec![("image_id", "1"), ("key", "a%2Fb")])
        );
        for other in [
            "/images/1/metadata",
            "/images/1/metadata/",
            "/images/1/metadata/a/b",
            "/x",
        ] {
            assert_eq!(template.matches(other), None, "{other}");
        }
    }

    #[test]
    fn text_may_stand_beside_a_parameter() {
        let template = PathTemplate::new("/reports/{id}.json");
        assert_eq!(template.matches("/reports/7.json"), Some(vec![("id", "7")]));
        assert_eq!(template.matches("/reports/7.xml"), None);
        assert_eq!(PathTemplate::new("/a}{b").to_string(), "/a}{b");
    }
}
