//! A value as XML, by its schema's `xml` objects.

use std::fmt::Write as _;

use serde_json::Value;

use super::style::scalar;
use super::xml::{DEEPEST, INSTANCE, Mapped, NodeKind};

/// Why a value has no form in XML, in words.
type Unfit = String;

/// Writes a value as a document.
///
/// # Errors
/// When the root has no name, or something in the value has no form in XML.
pub(super) fn write(mapped: &Mapped<'_>, value: &Value) -> Result<Vec<u8>, Unfit> {
    let Some(name) = mapped.name() else {
        return Err("its root element has no name: give the schema an `xml` with a `name`".into());
    };
    let mut content = Content::default();
    match value {
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                put(&mut content, &mapped.item(index), element, 1)?;
            }
        }
        value => inside(&mut content, mapped, value, 1)?,
    }
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    element(&mut text, mapped, name, content)?;
    Ok(text.into_bytes())
}

/// What an element holds.
#[derive(Default)]
struct Content {
    /// Prefixes, an empty one for the default, and their namespaces.
    namespaces: Vec<(String, String)>,
    /// Names and escaped values.
    attributes: Vec<(String, String)>,
    /// Escaped.
    inner: String,
}

/// Puts a value's nodes into the element around it.
fn put(into: &mut Content, mapped: &Mapped<'_>, value: &Value, depth: usize) -> Result<(), Unfit> {
    if depth > DEEPEST {
        return Err(format!("it is nested in more than {DEEPEST} levels"));
    }
    let kind = mapped.kind();
    if kind == NodeKind::Attribute && (value.is_object() || value.is_array()) {
        return Err(format!(
            "`{}` is an attribute, and only a text, a number or a boolean has a form as one",
            shown(mapped)
        ));
    }
    if let Value::Array(elements) = value {
        return list(into, mapped, elements, depth);
    }
    match (kind, value) {
        (NodeKind::Attribute, Value::Null) => Ok(()),
        (NodeKind::Attribute, value) => {
            let name = qualified(mapped, shown(mapped))?;
            if let (Some(prefix), Some(namespace)) = (mapped.prefix(), mapped.namespace()) {
                declare(into, prefix, namespace);
            }
            into.attributes.push((name, escaped(&scalar(value), true)?));
            Ok(())
        }
        (NodeKind::Cdata, value) if !value.is_object() => {
            let text = allowed(&text_of(value))?.replace("]]>", "]]]]><![CDATA[>");
            let _ = write!(into.inner, "<![CDATA[{text}]]>");
            Ok(())
        }
        (NodeKind::Element, value) => {
            let mut content = Content::default();
            inside(&mut content, mapped, value, depth + 1)?;
            element(&mut into.inner, mapped, shown(mapped), content)
        }
        (NodeKind::Text | NodeKind::Cdata | NodeKind::None, value) => {
            inside(into, mapped, value, depth + 1)
        }
    }
}

fn list(
    into: &mut Content,
    mapped: &Mapped<'_>,
    elements: &[Value],
    depth: usize,
) -> Result<(), Unfit> {
    let mut content = Content::default();
    let is_wrapped = mapped.is_array() && mapped.kind() == NodeKind::Element;
    let around = if is_wrapped { &mut content } else { &mut *into };
    for (index, element) in elements.iter().enumerate() {
        let item = mapped.item(index);
        let has_node = item.is_array() && item.kind() == NodeKind::Element;
        if element.is_array() && !has_node {
            return Err(format!(
                "`{}` is an array in an array, which has no element of its own",
                shown(mapped)
            ));
        }
        put(around, &item, element, depth + 1)?;
    }
    if is_wrapped {
        element(&mut into.inner, mapped, shown(mapped), content)?;
    }
    Ok(())
}

/// What stands in an element for a value that is no array.
fn inside(
    into: &mut Content,
    mapped: &Mapped<'_>,
    value: &Value,
    depth: usize,
) -> Result<(), Unfit> {
    match value {
        // OpenAPI 3.2.0, 4.26.5.
        Value::Null if mapped.kind() == NodeKind::Element => {
            declare(into, "xsi", INSTANCE);
            into.attributes.push(("xsi:nil".into(), "true".into()));
        }
        Value::Object(members) => {
            for (name, member) in members {
                put(into, &mapped.any_member(name), member, depth)?;
            }
        }
        value => into.inner.push_str(&escaped(&text_of(value), false)?),
    }
    Ok(())
}

fn text_of(value: &Value) -> String {
    if value.is_null() {
        return String::new();
    }
    scalar(value)
}

fn shown<'m>(mapped: &'m Mapped<'_>) -> &'m str {
    mapped.name().unwrap_or_default()
}

fn declare(into: &mut Content, prefix: &str, namespace: &str) {
    if !into.namespaces.iter().any(|(known, _)| known == prefix) {
        let declared = (prefix.to_owned(), namespace.to_owned());
        into.namespaces.push(declared);
    }
}

/// A name with its prefix. One whose prefix stands for nothing goes without.
fn qualified(mapped: &Mapped<'_>, name: &str) -> Result<String, Unfit> {
    if name.is_empty() {
        return Err("an element in it has no name: give its schema an `xml` with a `name`".into());
    }
    if !is_name(name) {
        return Err(format!("`{name}` is no name of an element or attribute"));
    }
    match mapped.prefix().filter(|_| mapped.namespace().is_some()) {
        Some(prefix) if is_name(prefix) => Ok(format!("{prefix}:{name}")),
        Some(prefix) => Err(format!("`{prefix}` is no prefix")),
        None => Ok(name.to_owned()),
    }
}

fn element(
    out: &mut String,
    mapped: &Mapped<'_>,
    name: &str,
    mut content: Content,
) -> Result<(), Unfit> {
    let name = qualified(mapped, name)?;
    if let Some(namespace) = mapped.namespace() {
        declare(&mut content, mapped.prefix().unwrap_or_default(), namespace);
    }
    let _ = write!(out, "<{name}");
    for (prefix, namespace) in &content.namespaces {
        let colon = if prefix.is_empty() { "" } else { ":" };
        let namespace = escaped(namespace, true)?;
        let _ = write!(out, " xmlns{colon}{prefix}=\"{namespace}\"");
    }
    for (attribute, value) in &content.attributes {
        let _ = write!(out, " {attribute}=\"{value}\"");
    }
    if content.inner.is_empty() {
        out.push_str("/>");
    } else {
        let _ = write!(out, ">{}</{name}>", content.inner);
    }
    Ok(())
}

/// Whether a text is a name without a colon (Namespaces in XML 1.0, 3).
fn is_name(text: &str) -> bool {
    let starts = |c: char| {
        c.is_ascii_alphabetic()
            || c == '_'
            || matches!(c, '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
                | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}'
                | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}'
                | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
    };
    let follows = |c: char| {
        starts(c)
            || c.is_ascii_digit()
            || matches!(c, '-' | '.' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
    };
    let mut chars = text.chars();
    chars.next().is_some_and(starts) && chars.all(follows)
}

/// The text, if XML can hold all of its characters (XML 1.0, 2.2).
fn allowed(text: &str) -> Result<&str, Unfit> {
    let is_char = |c: char| {
        matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
            || c >= '\u{10000}'
    };
    match text.chars().find(|c| !is_char(*c)) {
        Some(c) => Err(format!("it holds {:?}, which no XML can", c.to_string())),
        None => Ok(text),
    }
}

/// A text as it stands in an element, or with `quoted` in an attribute. What a reader would take for
/// white space of another kind is written as a reference (XML 1.0, 2.11 and 3.3.3).
fn escaped(text: &str, quoted: bool) -> Result<String, Unfit> {
    let mut out = String::with_capacity(text.len());
    for c in allowed(text)?.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            '"' if quoted => out.push_str("&quot;"),
            '\n' if quoted => out.push_str("&#10;"),
            '\t' if quoted => out.push_str("&#9;"),
            other => out.push(other),
        }
    }
    Ok(out)
}
