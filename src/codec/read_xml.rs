//! XML as a value, by the `xml` objects of its schema.
//!
//! XML names no types: a text is read as what its schema has it for. What the schema leaves open in a way
//! that could matter isn't guessed at but left unread.

use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Map, Value};

use super::xml::{DEEPEST, INSTANCE, Mapped, NodeKind};
use crate::http::MediaType;

/// How many nodes a document may have.
const MOST: u32 = 1_000_000;

/// Why a document has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoValue {
    /// It isn't well-formed.
    Malformed(String),
    /// It can't be told which value it is.
    Unread(String),
}

/// A document's values: of a text that may be read in several ways, each.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct XmlRead {
    pub(super) ways: Vec<Value>,
    /// Whether there are more ways than these, for a text may be of several types by itself.
    pub(super) is_ambiguous: bool,
}

/// Reads a document by its schema.
pub(super) fn read(
    mapped: Option<&Mapped<'_>>,
    media: &MediaType,
    body: &[u8],
) -> Result<XmlRead, NoValue> {
    let text = text(media, body)?;
    let options = ParsingOptions {
        nodes_limit: MOST,
        ..ParsingOptions::default()
    };
    let document =
        Document::parse_with_options(text, options).map_err(|error| problem(text, &error))?;
    let unread = |reason: &str| NoValue::Unread(reason.to_owned());
    let Some(mapped) = mapped else {
        return Err(unread(
            "the contract has no schema for it, without which XML has no types",
        ));
    };
    let top = document.root_element();
    let is_named = mapped.is_named() || mapped.namespace().is_some();
    if is_named && !(mapped.takes(top.tag_name().name()) && is_in_namespace(mapped, top)) {
        return Err(unread(
            "its root element is not the one of the schema's `xml`",
        ));
    }
    let is_plain = !mapped.is_object() && !mapped.is_array();
    if is_plain && !mapped.is_open() && !is_named {
        return Err(unread(
            "its schema is that of a text, and not of a document",
        ));
    }
    let mut ways: Vec<Value> = Vec::new();
    let mut is_ambiguous = false;
    for (typed, trimmed) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut reader = Reader {
            typed,
            trimmed,
            is_ambiguous: false,
        };
        let value = reader.element(mapped, top, 0).map_err(NoValue::Unread)?;
        is_ambiguous |= reader.is_ambiguous;
        if !ways.contains(&value) {
            ways.push(value);
        }
    }
    Ok(XmlRead { ways, is_ambiguous })
}

/// The document's text. Only UTF-8 is read.
fn text<'b>(media: &MediaType, body: &'b [u8]) -> Result<&'b str, NoValue> {
    let other = || NoValue::Unread("it is in another encoding than UTF-8".to_owned());
    let is_utf8 =
        |name: &str| name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("us-ascii");
    if body.starts_with(&[0xfe, 0xff]) || body.starts_with(&[0xff, 0xfe]) {
        return Err(other());
    }
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let declared = declaration(body, "encoding");
    let named = media.parameter("charset").map(str::to_owned).or(declared);
    if !body.is_ascii() && named.is_some_and(|name| !is_utf8(&name)) {
        return Err(other());
    }
    std::str::from_utf8(body)
        .map_err(|error| NoValue::Malformed(format!("byte {} is no UTF-8", error.valid_up_to())))
}

/// What the XML declaration says under a name.
fn declaration(body: &[u8], name: &str) -> Option<String> {
    let behind = body.strip_prefix(b"<?xml")?;
    let end = behind.windows(2).position(|two| two == b"?>")?;
    let declaration = std::str::from_utf8(&behind[..end]).ok()?;
    let (_, value) = declaration.split_once(name)?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Some(value[1..].split(quote).next()?.to_owned())
}

/// What the reader refuses and XML 1.0 doesn't is left unread.
fn problem(text: &str, error: &roxmltree::Error) -> NoValue {
    use roxmltree::Error;
    let unread = |reason: &str| NoValue::Unread(reason.to_owned());
    match error {
        _ if declaration(text.as_bytes(), "version").is_some_and(|version| version != "1.0") => {
            unread("it is of another version of XML than 1.0")
        }
        Error::DtdDetected => unread("it has a document type, which is not followed"),
        Error::NodesLimitReached
        | Error::AttributesLimitReached
        | Error::NamespacesLimitReached => unread("it has more nodes than are read"),
        Error::UnknownNamespace(..)
        | Error::InvalidXmlPrefixUri(_)
        | Error::UnexpectedXmlUri(_)
        | Error::UnexpectedXmlnsUri(_)
        | Error::InvalidElementNamePrefix(_) => {
            unread("it uses a prefix that it doesn't declare (Namespaces in XML 1.0, 5)")
        }
        error => NoValue::Malformed(error.to_string()),
    }
}

fn is_in_namespace(mapped: &Mapped<'_>, node: Node<'_, '_>) -> bool {
    let asked = mapped.namespace();
    asked.is_none_or(|asked| node.tag_name().namespace() == Some(asked))
}

/// One way to read a document.
struct Reader {
    /// Whether a text that may be of another type is of that type.
    typed: bool,
    /// Whether white space around a text is its layout.
    trimmed: bool,
    is_ambiguous: bool,
}

/// Why it can't be told what an element's value is.
type Unclear = String;

impl Reader {
    fn element(
        &mut self,
        mapped: &Mapped<'_>,
        node: Node<'_, '_>,
        depth: usize,
    ) -> Result<Value, Unclear> {
        if depth > DEEPEST {
            return Err(format!(
                "its elements are nested in more than {DEEPEST} levels"
            ));
        }
        let nil = node.attribute((INSTANCE, "nil")).map(str::trim);
        if matches!(nil, Some("true" | "1")) {
            return Ok(Value::Null);
        }
        if mapped.is_array() {
            return self.wrapped(mapped, node, depth);
        }
        let is_leaf = children(node).next().is_none();
        let takes_text = mapped
            .types()
            .iter()
            .any(|t| !matches!(*t, "object" | "null"));
        if mapped.is_object() && !(is_leaf && takes_text) {
            return self.object(mapped, node, depth);
        }
        if is_leaf {
            return Ok(self.scalar(mapped, &text_in(node)));
        }
        if mapped.is_open() {
            return self.object(mapped, node, depth);
        }
        Err("an element whose schema is that of a text holds elements".to_owned())
    }

    /// The elements of an array that has an element of its own.
    fn wrapped(
        &mut self,
        mapped: &Mapped<'_>,
        node: Node<'_, '_>,
        depth: usize,
    ) -> Result<Value, Unclear> {
        let mut elements = Vec::new();
        let nodes = node.children().filter(|child| {
            child.is_element()
                || (child.is_text() && !child.text().unwrap_or_default().trim().is_empty())
        });
        for child in nodes {
            let item = mapped.item(elements.len());
            let is_text = matches!(item.kind(), NodeKind::Text | NodeKind::Cdata);
            if is_text != child.is_text() {
                return Err(
                    "texts and elements stand side by side where its schema has none".to_owned(),
                );
            }
            if child.is_text() {
                let text = child.text().unwrap_or_default();
                elements.push(self.scalar(&item, text));
                continue;
            }
            expect(&item, child)?;
            elements.push(self.element(&item, child, depth + 1)?);
        }
        Ok(Value::Array(elements))
    }

    fn object(
        &mut self,
        mapped: &Mapped<'_>,
        node: Node<'_, '_>,
        depth: usize,
    ) -> Result<Value, Unclear> {
        let mut rest: Vec<Node<'_, '_>> = children(node).collect();
        let mut members = Map::new();
        let has_text = self.members(mapped, node, (&mut rest, &mut members), depth)?;
        let mut further: Vec<(&str, Vec<Node<'_, '_>>)> = Vec::new();
        for child in rest {
            let name = child.tag_name().name();
            match further.iter_mut().find(|(known, _)| *known == name) {
                Some((_, all)) => all.push(child),
                None => further.push((name, vec![child])),
            }
        }
        for (name, nodes) in further {
            if members.contains_key(name) {
                return Err("a member stands in it in two ways".to_owned());
            }
            let value = self.several(&mapped.additional(name), &nodes, depth)?;
            members.insert(name.to_owned(), value);
        }
        if has_text || text_in(node).trim().is_empty() {
            return Ok(Value::Object(members));
        }
        if members.is_empty() {
            return Ok(text_in(node).into());
        }
        Err(
            "a text stands among elements or attributes, and its schema has no place for it"
                .to_owned(),
        )
    }

    /// Reads the members that the schema names, and says whether one of them is the text. Elements that
    /// are read are taken from `rest`.
    fn members<'n, 'i>(
        &mut self,
        mapped: &Mapped<'_>,
        node: Node<'n, 'i>,
        (rest, members): (&mut Vec<Node<'n, 'i>>, &mut Map<String, Value>),
        depth: usize,
    ) -> Result<bool, Unclear> {
        if depth > DEEPEST {
            return Err(format!(
                "its elements are nested in more than {DEEPEST} levels"
            ));
        }
        let mut has_text = false;
        let all: Vec<(&str, Mapped<'_>)> = mapped
            .members()
            .into_iter()
            .map(|name| (name, mapped.member(name)))
            .collect();
        for (place, (name, member)) in all.iter().enumerate() {
            let (name, is_alone) = (*name, |child| is_alone(&all, place, child));
            let is_asked = mapped.requires(name);
            let found = match member.kind() {
                NodeKind::Attribute => attribute(member, node)?
                    .map(|text| self.scalar(member, text))
                    // OpenAPI 3.2.0, 4.26.5: a member that is left out and may be null is null.
                    .or_else(|| nothing(member, is_asked)),
                NodeKind::Text | NodeKind::Cdata => {
                    has_text = true;
                    let text = text_in(node);
                    let is_there = is_asked || !text.trim().is_empty();
                    is_there.then(|| self.scalar(member, &text))
                }
                NodeKind::None if !member.is_array() => {
                    let mut inner = Map::new();
                    has_text |= self.members(member, node, (&mut *rest, &mut inner), depth + 1)?;
                    (is_asked || !inner.is_empty()).then_some(Value::Object(inner))
                }
                NodeKind::None => {
                    let taken = take(rest, is_alone)?;
                    let mut elements = Vec::new();
                    for (index, child) in taken.iter().enumerate() {
                        elements.push(self.element(&member.item(index), *child, depth + 1)?);
                    }
                    (is_asked || !elements.is_empty()).then_some(Value::Array(elements))
                }
                NodeKind::Element => {
                    let taken = take(rest, is_alone)?;
                    let is_there = !taken.is_empty();
                    is_there
                        .then(|| self.several(member, &taken, depth))
                        .transpose()?
                }
            };
            members.extend(found.map(|value| (name.to_owned(), value)));
        }
        Ok(has_text)
    }

    /// Elements of one name: a value, or as many as there are.
    fn several(
        &mut self,
        mapped: &Mapped<'_>,
        nodes: &[Node<'_, '_>],
        depth: usize,
    ) -> Result<Value, Unclear> {
        let is_list = mapped.is_array() && mapped.kind() == NodeKind::None;
        if let ([node], false) = (nodes, is_list) {
            return self.element(mapped, *node, depth + 1);
        }
        let mut elements = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            let item = if is_list {
                mapped.item(index)
            } else {
                mapped.clone()
            };
            elements.push(self.element(&item, *node, depth + 1)?);
        }
        Ok(Value::Array(elements))
    }

    /// A text as what its schema has it for.
    fn scalar(&mut self, mapped: &Mapped<'_>, text: &str) -> Value {
        let bare = text.trim();
        let types = mapped.types();
        let as_text = || Value::from(if self.trimmed { bare } else { text });
        let mut listed = mapped.listed().filter(|value| !value.is_string());
        let found = match listed.find(|value| spells(value, bare)) {
            Some(value) => Some(value.clone()),
            None => types.iter().find_map(|kind| typed(kind, bare)),
        };
        let takes_text = types.is_empty() || types.contains(&"string");
        match found {
            Some(found) if !takes_text => found,
            Some(found) => {
                self.is_ambiguous = true;
                if self.typed { found } else { as_text() }
            }
            // Numbers that JSON has no form for (XML Schema 1.1 Part 2, 3.3.4).
            None if types.contains(&"number") && matches!(bare, "INF" | "-INF" | "NaN") => {
                self.is_ambiguous = true;
                as_text()
            }
            None => as_text(),
        }
    }
}

/// That an element of an array is the one its schema names.
fn expect(item: &Mapped<'_>, node: Node<'_, '_>) -> Result<(), Unclear> {
    let is_named = item.own_name().is_none() || item.takes(node.tag_name().name());
    if is_named && is_in_namespace(item, node) {
        return Ok(());
    }
    Err("an array holds elements of another name or namespace than its schema's `xml`".to_owned())
}

/// The value that a text spells in a type, in the forms XML Schema has.
fn typed(kind: &str, text: &str) -> Option<Value> {
    match (kind, text) {
        ("null", "") => Some(Value::Null),
        ("boolean", "true" | "1") => Some(true.into()),
        ("boolean", "false" | "0") => Some(false.into()),
        ("integer" | "number", text) => number(text),
        _ => None,
    }
}

fn number(text: &str) -> Option<Value> {
    let plain = text.strip_prefix('+').unwrap_or(text);
    let is_decimal = plain
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    if !is_decimal {
        return None;
    }
    if let Ok(number) = plain.parse::<i64>() {
        return Some(number.into());
    }
    if let Ok(number) = plain.parse::<u64>() {
        return Some(number.into());
    }
    serde_json::Number::from_f64(plain.parse().ok()?).map(Value::Number)
}

fn spells(value: &Value, text: &str) -> bool {
    match value {
        Value::Number(_) => number(text).is_some_and(|number| number.as_f64() == value.as_f64()),
        Value::Bool(is) => typed("boolean", text) == Some((*is).into()),
        Value::Null => text.is_empty(),
        _ => false,
    }
}

/// What a member that isn't there is read as.
fn nothing(member: &Mapped<'_>, is_asked: bool) -> Option<Value> {
    (is_asked && member.types().contains(&"null")).then_some(Value::Null)
}

fn children<'n, 'i>(node: Node<'n, 'i>) -> impl Iterator<Item = Node<'n, 'i>> {
    node.children().filter(Node::is_element)
}

/// The text that stands in an element itself.
fn text_in(node: Node<'_, '_>) -> String {
    let texts = node.children().filter(Node::is_text);
    texts.filter_map(|text| text.text()).collect()
}

/// The value of a member's attribute.
fn attribute<'n>(member: &Mapped<'_>, node: Node<'n, '_>) -> Result<Option<&'n str>, Unclear> {
    let mut all = node.attributes();
    let Some(found) = all.find(|attribute| member.takes(attribute.name())) else {
        return Ok(None);
    };
    let asked = member.namespace().filter(|_| member.prefix().is_some());
    if asked.is_some() && found.namespace() != asked {
        return Err(elsewhere());
    }
    Ok(Some(found.value()))
}

fn elsewhere() -> Unclear {
    "a member is in another namespace than its schema's `xml`".to_owned()
}

/// Whether an element is a member's.
fn meant(member: &Mapped<'_>, node: Node<'_, '_>) -> Result<bool, Unclear> {
    if !member.takes(node.tag_name().name()) {
        return Ok(false);
    }
    if is_in_namespace(member, node) {
        Ok(true)
    } else {
        Err(elsewhere())
    }
}

/// Whether an element is the member's at this place and no other's. Where several go by one name, the one
/// that is called so itself has it.
fn is_alone(
    members: &[(&str, Mapped<'_>)],
    place: usize,
    node: Node<'_, '_>,
) -> Result<bool, Unclear> {
    let name = node.tag_name().name();
    let mut takers = Vec::new();
    for (number, (_, member)) in members.iter().enumerate() {
        let is_taken = match member.kind() {
            NodeKind::Element => meant(member, node),
            NodeKind::None if member.is_array() => is_of_list(member, node),
            _ => Ok(false),
        };
        // That it is in another namespace matters to whom it would be.
        match is_taken {
            Ok(true) => takers.push(number),
            Err(unclear) if number == place => return Err(unclear),
            _ => {}
        }
    }
    if !takers.contains(&place) {
        return Ok(false);
    }
    let called_so: Vec<usize> = takers
        .iter()
        .copied()
        .filter(|taker| members[*taker].0 == name)
        .collect();
    match (&called_so[..], &takers[..]) {
        ([only], _) | ([], [only]) => Ok(*only == place),
        _ => Err("an element may be one of several members".to_owned()),
    }
}

/// Whether an element is one of an array's that has none of its own.
fn is_of_list(list: &Mapped<'_>, node: Node<'_, '_>) -> Result<bool, Unclear> {
    if !list.is_ordered() {
        return meant(&list.item(0), node);
    }
    // Each place may have a name of its own; what comes where is the schema's business.
    for place in 0..64 {
        if meant(&list.item(place), node)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Takes the elements out that belong to a member.
fn take<'n, 'i>(
    rest: &mut Vec<Node<'n, 'i>>,
    mut belongs: impl FnMut(Node<'n, 'i>) -> Result<bool, Unclear>,
) -> Result<Vec<Node<'n, 'i>>, Unclear> {
    let (mut taken, mut left) = (Vec::new(), Vec::new());
    for node in rest.drain(..) {
        if belongs(node)? {
            taken.push(node);
        } else {
            left.push(node);
        }
    }
    *rest = left;
    Ok(taken)
}
