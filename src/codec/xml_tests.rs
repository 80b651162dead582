//! XML as the OpenAPI specification has it: its own examples both ways, and what is left unread.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{BodyProblem, BodyRead, Decoded, DecodedBody, EncodeError, encode_body, read_body};
use crate::diag::Source;
use crate::http::{MediaType, Request};
use crate::openapi::{Contract, MediaTypeObject, load};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// A contract whose one operation takes XML of a schema.
fn contract(schema: &Value) -> Contract {
    let document = json!({
        "openapi": "3.2.0",
        "info": { "title": "t", "version": "1" },
        "paths": { "/x": { "post": {
            "operationId": "op",
            "requestBody": { "content": { "application/xml": { "schema": schema } } },
            "responses": { "200": { "description": "" } }
        } } },
        "components": { "schemas": {
            "Person": { "type": "object", "properties": {
                "id": { "type": "integer", "format": "int32", "xml": { "nodeType": "attribute" } },
                "name": { "type": "string", "xml": {
                    "namespace": "https://example.com/schema/sample", "prefix": "sample" } }
            } },
            "Documentation": { "type": "object", "properties": {
                "content": { "type": "string", "contentMediaType": "text/html",
                    "xml": { "nodeType": "cdata" } }
            } },
            "Bare": { "xml": { "nodeType": "none" }, "type": "object", "properties": {
                "content": { "type": "string", "xml": { "nodeType": "cdata" } }
            } },
            "Tag": { "type": "object", "xml": { "name": "tag" }, "properties": {
                "id": { "type": "integer" }, "name": { "type": "string" }
            } },
            "Node": { "type": "object", "xml": { "name": "node" }, "properties": {
                "next": { "$ref": "#/components/schemas/Node" }
            } }
        } }
    });
    load(Source::new("t.json", document.to_string())).expect("it is a contract")
}

fn object(contract: &Contract) -> &MediaTypeObject {
    let body = contract.operations[0].request_body.as_ref();
    &body.expect("it has a body").content[0]
}

fn written(schema: &Value, value: &Value) -> Result<String, EncodeError> {
    let contract = contract(schema);
    let asked = Some("application/xml");
    let body = encode_body(&contract, &contract.operations[0], asked, value)?;
    assert_eq!(body.media, "application/xml");
    Ok(String::from_utf8(body.bytes).expect("it is UTF-8"))
}

fn read_as(schema: &Value, media: &str, body: &[u8]) -> BodyRead {
    let contract = contract(schema);
    let media: MediaType = media.parse().expect("a media type");
    read_body(contract.document.root(), object(&contract), &media, body)
}

fn read(schema: &Value, text: &str) -> BodyRead {
    read_as(schema, "application/xml", text.as_bytes())
}

/// An object `document` with one member of this schema.
fn animals(schema: &Value) -> Value {
    json!({ "type": "object", "xml": { "name": "document" }, "properties": { "animals": schema } })
}

/// Name, schema, value and document of an example, white space between elements left out.
type Example = (&'static str, Value, Value, &'static str);

fn examples() -> Vec<Example> {
    [arrays(), others()].concat()
}

fn arrays() -> Vec<Example> {
    let three = json!({ "animals": ["dog", "cat", "hamster"] });
    let text = json!({ "type": "string" });
    let animal = json!({ "type": "string", "xml": { "name": "animal" } });
    let list = |xml: Value, items: &Value| {
        let mut list = json!({ "type": "array", "items": items });
        if !xml.is_null() {
            list["xml"] = xml;
        }
        animals(&list)
    };
    let element = json!({ "nodeType": "element" });
    let aliens = json!({ "nodeType": "element", "name": "aliens" });
    vec![
        (
            "no XML object",
            animals(&text),
            json!({ "animals": "dog, cat, hamster" }),
            "<document><animals>dog, cat, hamster</animals></document>",
        ),
        (
            "an array without a node",
            list(Value::Null, &text),
            three.clone(),
            "<document><animals>dog</animals><animals>cat</animals><animals>hamster</animals></document>",
        ),
        (
            "another name",
            animals(&animal),
            three.clone(),
            "<document><animal>dog</animal><animal>cat</animal><animal>hamster</animal></document>",
        ),
        (
            "another name of the elements",
            list(Value::Null, &animal),
            three.clone(),
            "<document><animal>dog</animal><animal>cat</animal><animal>hamster</animal></document>",
        ),
        (
            "a name of an array without a node",
            list(json!({ "name": "aliens" }), &animal),
            three.clone(),
            "<document><animal>dog</animal><animal>cat</animal><animal>hamster</animal></document>",
        ),
        (
            "a wrapped array",
            list(element.clone(), &text),
            three.clone(),
            "<document><animals><animals>dog</animals><animals>cat</animals><animals>hamster</animals></animals></document>",
        ),
        (
            "a wrapped array of named elements",
            list(element, &animal),
            three.clone(),
            "<document><animals><animal>dog</animal><animal>cat</animal><animal>hamster</animal></animals></document>",
        ),
        (
            "both names",
            list(aliens.clone(), &animal),
            three.clone(),
            "<document><aliens><animal>dog</animal><animal>cat</animal><animal>hamster</animal></aliens></document>",
        ),
        (
            "a name of the wrapper alone",
            list(aliens, &text),
            three.clone(),
            "<document><aliens><aliens>dog</aliens><aliens>cat</aliens><aliens>hamster</aliens></aliens></document>",
        ),
        (
            "the same in the words of 3.1",
            list(json!({ "wrapped": true, "name": "aliens" }), &animal),
            three,
            "<document><aliens><animal>dog</animal><animal>cat</animal><animal>hamster</animal></aliens></document>",
        ),
    ]
}

fn others() -> Vec<Example> {
    let product = json!({ "xml": { "name": "product" }, "type": "object",
        "required": ["count", "description", "related"], "properties": {
        "count": { "type": ["number", "null"], "xml": { "nodeType": "attribute" } },
        "rating": { "type": "string", "xml": { "nodeType": "attribute" } },
        "description": { "type": "string" },
        "related": { "type": ["object", "null"] }
    } });
    vec![
        (
            "attribute, prefix and namespace",
            json!({ "$ref": "#/components/schemas/Person" }),
            json!({ "id": 123, "name": "example" }),
            "<Person id=\"123\"><sample:name xmlns:sample=\"https://example.com/schema/sample\">example</sample:name></Person>",
        ),
        (
            "attributes and text",
            json!({ "type": "array", "xml": { "nodeType": "element", "name": "animals" }, "items": {
                "xml": { "name": "animal" }, "properties": {
                    "kind": { "type": "string", "xml": { "nodeType": "attribute" } },
                    "name": { "type": "string", "xml": { "nodeType": "text" } }
                } } }),
            json!([{ "kind": "Cat", "name": "Fluffy" }, { "kind": "Dog", "name": "Fido" }]),
            "<animals><animal kind=\"Cat\">Fluffy</animal><animal kind=\"Dog\">Fido</animal></animals>",
        ),
        (
            "a referenced element with CDATA",
            json!({ "$ref": "#/components/schemas/Documentation" }),
            json!({ "content": "<html><body></body></html>" }),
            "<Documentation><![CDATA[<html><body></body></html>]]></Documentation>",
        ),
        (
            "an element of the place, and none of the component",
            json!({ "xml": { "nodeType": "element", "name": "StoredDocument" },
                "$ref": "#/components/schemas/Bare" }),
            json!({ "content": "<html></html>" }),
            "<StoredDocument><![CDATA[<html></html>]]></StoredDocument>",
        ),
        (
            "ordered elements",
            json!({ "xml": { "nodeType": "element", "name": "OneTwoThree" }, "type": "array",
                "prefixItems": [
                    { "xml": { "name": "One" }, "type": "string" },
                    { "xml": { "name": "Two" }, "type": "object", "required": ["unit", "value"],
                        "properties": {
                            "unit": { "type": "string", "xml": { "nodeType": "attribute" } },
                            "value": { "type": "number", "xml": { "nodeType": "text" } } } },
                    { "xml": { "name": "Three" }, "type": ["boolean", "null"] }
                ] }),
            json!(["Some text", { "unit": "cubits", "value": 42 }, null]),
            "<OneTwoThree><One>Some text</One><Two unit=\"cubits\">42</Two><Three xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/></OneTwoThree>",
        ),
        (
            "ordered elements and texts",
            json!({ "xml": { "nodeType": "element", "name": "Report" }, "type": "array",
                "prefixItems": [
                    { "xml": { "nodeType": "text" }, "type": "string" },
                    { "xml": { "name": "data" }, "type": "number" },
                    { "xml": { "nodeType": "text" }, "type": "string" }
                ] }),
            json!(["Some preamble text.", 42, "Some postamble text."]),
            "<Report>Some preamble text.<data>42</data>Some postamble text.</Report>",
        ),
        (
            "nulls",
            product.clone(),
            json!({ "count": null, "description": "Thing", "related": null }),
            "<product><description>Thing</description><related xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/></product>",
        ),
        (
            "no nulls",
            product,
            json!({ "count": 42, "description": "Thing", "related": {} }),
            "<product count=\"42\"><description>Thing</description><related/></product>",
        ),
    ]
}

#[test]
fn the_specifications_examples_are_written() {
    for (name, schema, value, document) in examples() {
        let expected = Ok(format!("{HEAD}{document}"));
        assert_eq!(written(&schema, &value), expected, "{name}");
    }
}

#[test]
fn the_specifications_examples_are_read() {
    for (name, schema, value, document) in examples() {
        assert_eq!(
            read(&schema, document),
            BodyRead::Value(value.clone()),
            "{name}"
        );
        // The layout they are printed in says nothing; among texts it would.
        if !name.contains("texts") && !document.contains("CDATA") {
            let spaced = document.replace("><", ">\n  <");
            assert_eq!(
                read(&schema, &spaced),
                BodyRead::Value(value),
                "{name}, spaced"
            );
        }
    }
}

fn pet() -> Value {
    json!({ "type": "object", "xml": { "name": "pet" }, "required": ["id", "photos"], "properties": {
        "id": { "type": "integer" },
        "ratio": { "type": "number" },
        "sold": { "type": "boolean" },
        "status": { "enum": ["free", "sold"], "type": "string" },
        "tag": { "$ref": "#/components/schemas/Tag" },
        "tags": { "type": "array", "xml": { "wrapped": true },
            "items": { "$ref": "#/components/schemas/Tag" } },
        "photos": { "type": "array", "items": { "type": "string" } },
        "born": { "type": "string", "xml": { "attribute": true } }
    } })
}

#[test]
fn a_text_is_read_as_its_schema_has_it() {
    let value = |text: &str| match read(&pet(), &format!("<pet>{text}</pet>")) {
        BodyRead::Value(value) => value,
        other => panic!("{text}: {other:?}"),
    };
    for (text, expected) in [
        ("<id> +7 </id>", json!({ "id": 7, "photos": [] })),
        ("<ratio>1.50</ratio>", json!({ "ratio": 1.5, "photos": [] })),
        ("<sold>1</sold>", json!({ "sold": true, "photos": [] })),
        (
            "<status> free\n</status>",
            json!({ "status": "free", "photos": [] }),
        ),
        ("<photos>1</photos>", json!({ "photos": ["1"] })),
        ("<id>seven</id>", json!({ "id": "seven", "photos": [] })),
        ("<id/>", json!({ "id": "", "photos": [] })),
        ("<tags/>", json!({ "tags": [], "photos": [] })),
        (
            "<tags><tag><id>1</id></tag><tag><name>a</name></tag></tags>",
            json!({ "tags": [{ "id": 1 }, { "name": "a" }], "photos": [] }),
        ),
        // The element of a referred schema goes by the property or by the schema's own name.
        (
            "<tag><id>1</id></tag>",
            json!({ "tag": { "id": 1 }, "photos": [] }),
        ),
        (
            "<more>1</more><more/>",
            json!({ "photos": [], "more": ["1", ""] }),
        ),
        (
            "<!-- a comment --><id>4<!-- -->2</id>",
            json!({ "id": 42, "photos": [] }),
        ),
        ("<id><![CDATA[5]]></id>", json!({ "id": 5, "photos": [] })),
        ("<id>&#55;</id>", json!({ "id": 7, "photos": [] })),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn what_could_be_meant_otherwise_is_left_unread() {
    let open = json!({ "type": "object", "xml": { "name": "pet" }, "properties": {
        "note": { "type": "string" },
        "size": { "type": ["string", "integer"], "maxLength": 1 }
    } });
    let spaced = json!({ "type": "object", "xml": { "name": "pet", "namespace": "urn:pet" } });
    let deep = format!(
        "{}{}",
        "<node><next>".repeat(60),
        "</next></node>".repeat(60)
    );
    let node = json!({ "$ref": "#/components/schemas/Node" });
    for (schema, text) in [
        (&open, "<pet>mixed <note>x</note></pet>"),
        (&open, "<pet><note>some <b>bold</b></note></pet>"),
        (&open, "<pet><size>100</size><size>1</size></pet>"),
        (&open, "<dog><note>x</note></dog>"),
        (&spaced, "<pet/>"),
        (&json!({ "type": "string" }), "<any><thing/></any>"),
        (&node, &deep),
        (
            &open,
            "<!DOCTYPE pet [<!ENTITY a 'b'>]><pet><note>&a;</note></pet>",
        ),
        (
            &open,
            "<?xml version=\"1.1\"?><pet><note>\u{1}</note></pet>",
        ),
        (&open, "<pet xsi:nil='true'/>"),
        (
            &open,
            "<?xml version='1.0' encoding='iso-8859-1'?><pet><note>é</note></pet>",
        ),
    ] {
        let found = read(schema, text);
        assert!(matches!(found, BodyRead::Unread(_)), "{text}: {found:?}");
    }
    let latin = b"<?xml version='1.0' encoding='iso-8859-1'?><pet><note>\xe9</note></pet>";
    let found = read_as(&open, "application/xml", latin);
    assert!(matches!(found, BodyRead::Unread(_)), "{found:?}");
}

#[test]
fn what_is_no_xml_is_malformed() {
    for text in [
        "",
        "pet",
        "<pet>",
        "<pet></Pet>",
        "<pet/><pet/>",
        "<pet a='1' a='2'/>",
        "<pet>&nbsp;</pet>",
        "<pet>\u{1}</pet>",
        "<pet a=1/>",
        "{\"pet\":1}",
    ] {
        let found = read(&pet(), text);
        let is_malformed = matches!(found, BodyRead::Malformed(BodyProblem::Xml(_)));
        assert!(is_malformed, "{text}: {found:?}");
    }
    let found = read_as(&pet(), "text/xml; charset=utf-8", b"<pet>\xe9</pet>");
    assert!(matches!(found, BodyRead::Malformed(_)), "{found:?}");
}

/// A request with these bytes as XML, taken apart.
fn decoded(schema: &Value, body: &[u8]) -> DecodedBody {
    let contract = contract(schema);
    let request = Request {
        method: "POST".to_owned(),
        target: "/x".to_owned(),
        headers: [("content-type", "application/xml")].into_iter().collect(),
        body: body.to_vec().into(),
        secrets: Vec::new(),
    };
    let decoded = Decoded::of(&contract, &contract.operations[0], "", &request);
    decoded.expect("it is a request of the operation").body
}

#[test]
fn what_was_sent_is_read_back() {
    let value = json!({ "id": 7, "photos": ["a"] });
    let text = written(&pet(), &value).expect("it is written");
    assert_eq!(
        decoded(&pet(), text.as_bytes()),
        DecodedBody::Read(0, value)
    );
    assert_eq!(decoded(&pet(), b"<pet>"), DecodedBody::Malformed(0));
    assert_eq!(decoded(&pet(), b"<cat/>"), DecodedBody::Opaque(0));
}

#[test]
fn entities_are_not_expanded() {
    let bomb = "<!DOCTYPE a [<!ENTITY a '&b;&b;'><!ENTITY b '&c;&c;'><!ENTITY c 'x'>]><a>&a;</a>";
    let found = read(&json!({ "xml": { "name": "a" } }), bomb);
    let expected = "it has a document type, which is not followed";
    assert_eq!(found, BodyRead::Unread(expected.to_owned()));
}

#[test]
fn what_has_no_form_in_xml_is_said() {
    let reason = |schema: &Value, value: &Value| match written(schema, value) {
        Err(EncodeError::Xml(media, reason)) => {
            assert_eq!(media, "application/xml");
            reason
        }
        other => panic!("{value}: {other:?}"),
    };
    let open = json!({ "type": "object", "xml": { "name": "a" } });
    insta::assert_snapshot!(
        [
            reason(&json!({ "type": "object" }), &json!({})),
            reason(&open, &json!({ "a b": 1 })),
            reason(&open, &json!({ "a": "\u{1}" })),
            reason(&open, &json!({ "a": [[1]] })),
            reason(
                &json!({ "xml": { "name": "a" }, "properties": { "b": { "xml": { "attribute": true } } } }),
                &json!({ "b": {} })
            ),
        ]
        .join("\n"),
        @r#"
        its root element has no name: give the schema an `xml` with a `name`
        `a b` is no name of an element or attribute
        it holds "\u{1}", which no XML can
        `a` is an array in an array, which has no element of its own
        `b` is an attribute, and only a text, a number or a boolean has a form as one
        "#
    );
}

/// Values of a schema with what XML has: attributes, wrapped and plain arrays, objects, texts, numbers.
fn values() -> impl Strategy<Value = Value> {
    let text = "[ -~é\\n\\t€]{0,12}";
    let tag = (any::<i64>(), text).prop_map(|(id, name)| json!({ "id": id, "name": name }));
    (
        any::<i64>(),
        -1e9_f64..1e9,
        any::<bool>(),
        text,
        proptest::collection::vec(text, 0..3),
        proptest::collection::vec(tag, 0..3),
    )
        .prop_map(|(id, ratio, sold, born, photos, tags)| {
            json!({ "id": id, "ratio": ratio, "sold": sold, "born": born, "photos": photos, "tags": tags })
        })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(value in values()) {
        let text = written(&pet(), &value).expect("it is written");
        prop_assert_eq!(read(&pet(), &text), BodyRead::Value(value), "{}", text);
    }

    #[test]
    fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_as(&pet(), "application/xml", &bytes);
    }

    #[test]
    fn any_markup_is_read_without_harm(text in "(<[/]?(pet|id|tag|tags|a)( x=\"1\")?[/]?>|[a&;<]|1){0,30}") {
        let _ = read(&pet(), &text);
    }
}
