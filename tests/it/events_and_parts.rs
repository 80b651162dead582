//! Events and parts of answers, and the documents in them, from the outside.

use std::fmt::Write as _;

use super::bodies::{made_of, suite};

const API: &str = "
openapi: 3.2.0
info: {title: T, version: '1'}
paths:
  /chat: {get: {operationId: chat, responses: {'200': {description: x, content: {text/event-stream: {itemSchema: {oneOf: [{$ref: '#/components/schemas/Add'}, {properties: {event: {const: ping}}, required: [event]}]}}}}}}}
  /typed: {get: {operationId: typed, responses: {'200': {description: x, content: {text/event-stream: {itemSchema: {type: object, required: [data], properties: {data: {$ref: '#/components/schemas/Pet'}}}}}}}}}
  /all: {get: {operationId: all, responses: {'200': {description: x, content: {text/event-stream: {schema: {type: array, items: {$ref: '#/components/schemas/Event'}}}}}}}}
  /spec:
    get:
      operationId: spec
      responses:
        '200':
          description: x
          content:
            text/event-stream:
              itemSchema:
                $ref: '#/components/schemas/Event'
                required: [event]
                oneOf:
                - properties: {event: {const: addString}}
                - properties: {event: {const: addInt64}, data: {format: int64}}
                - properties: {event: {const: addJSON}, data: {contentMediaType: application/json, contentSchema: {type: object, required: [foo], properties: {foo: {type: integer}}}}}
                - properties: {event: {const: coded}, data: {contentMediaType: application/vnd.a+json, contentEncoding: base64, contentSchema: {$ref: '#/components/schemas/Pet'}}}
                - properties: {event: {const: xml}, data: {contentMediaType: application/xml, contentSchema: {$ref: '#/components/schemas/Pet'}}}
                - properties: {event: {const: rot}, data: {contentMediaType: application/json, contentEncoding: rot13, contentSchema: {$ref: '#/components/schemas/Pet'}}}
  /mixed: {get: {operationId: mixed, responses: {'200': {description: x, content: {multipart/mixed: {itemSchema: {$ref: '#/components/schemas/Pet'}, prefixEncoding: [{contentType: application/json}], itemEncoding: {contentType: application/xml}}}}}}}
  /related: {get: {operationId: related, responses: {'200': {description: x, content: {multipart/related: {schema: {type: array, minItems: 2, prefixItems: [{$ref: '#/components/schemas/Pet'}, {type: integer}], items: {type: string, maxLength: 3}}}}}}}}
  /row: {get: {operationId: row, responses: {'200': {description: x, content: {multipart/form-data: {schema: {type: array}}}}}}}
  /nested: {get: {operationId: nested, responses: {'200': {description: x, content: {multipart/form-data: {schema: {type: object, properties: {pet: {$ref: '#/components/schemas/Pet'}, note: {type: string, maxLength: 5}}}}}}}}}
components:
  schemas:
    Event: {type: object, required: [data], properties: {data: {type: string}, event: {type: string}, id: {type: string}, retry: {type: integer, minimum: 0}}}
    Add: {properties: {event: {const: add}, data: {type: string, contentMediaType: application/json, contentSchema: {type: object}}}, required: [event]}
    Pet:
      type: object
      required: [id]
      additionalProperties: false
      xml: {name: pet}
      properties: {id: {type: integer, maximum: 99}, name: {type: string, maxLength: 4}, tags: {type: array, items: {type: string, xml: {name: tag}}, xml: {wrapped: true}}}
";

/// Operation, media type and body.
const ANSWERS: &[(&str, &str, &str)] = &[
    (
        "chat",
        "text/event-stream",
        "event: add\ndata: {not json\n\n",
    ),
    ("chat", "text/event-stream", "event: none\n\ndata: x\n\n"),
    (
        "chat",
        "text/event-stream",
        "event: ping\ndata: {\n\nevent: add\ndata: [DONE]\n\n",
    ),
    (
        "spec",
        "text/event-stream",
        "event: addString\ndata: {\ndata: across two lines\nretry: 5\n\nevent: addInt64\ndata: 1234\nunknownField: this is ignored\n\n: This is a comment\nevent: addJSON\ndata: {\"foo\": 42}\n\nevent: coded\ndata: eyJpZCI6N30=\n\ndata: [DONE]\n\n",
    ),
    (
        "spec",
        "text/event-stream",
        "event: addJSON\ndata: {\"foo\": \"x\"}\n\nevent: addJSON\ndata: {foo}\n\nevent: coded\ndata: eyJpZCI6MTAwfQ==\n\nevent: coded\ndata: ?\n\n",
    ),
    (
        "spec",
        "text/event-stream",
        "event: addJSON\ndata: {\"foo\": 1, \"foo\": 2}\n\n",
    ),
    (
        "spec",
        "text/event-stream",
        "event: xml\ndata: <pet/>\n\nevent: rot\ndata: x\n\n",
    ),
    ("spec", "text/event-stream", "event: other\ndata: {}\n\n"),
    (
        "spec",
        "text/event-stream",
        "event: addString\ndata: [DONE]\n\n",
    ),
    (
        "typed",
        "text/event-stream",
        "data: {\"id\":7}\n\ndata: [DONE]\n\n",
    ),
    (
        "typed",
        "text/event-stream",
        "data: {\"id\":100}\n\ndata: [DONE]\n\ndata: no\n\n",
    ),
    ("all", "text/event-stream", "data: {\"id\":100}\n\n"),
    (
        "mixed",
        "multipart/mixed; boundary=b",
        "--b\r\ncontent-type: application/json\r\n\r\n{\"id\":7}\r\n--b\r\ncontent-type: application/xml\r\n\r\n<pet><id>8</id></pet>\r\n--b--\r\n",
    ),
    (
        "mixed",
        "multipart/mixed; boundary=b",
        "--b\r\ncontent-type: application/vnd.pet+json\r\n\r\n{\"id\":100}\r\n--b\r\n\r\n<pet><id>700</id></pet>\r\n--b--\r\n",
    ),
    (
        "mixed",
        "multipart/mixed; boundary=b",
        "--b\r\ncontent-type: application/json\r\ncontent-transfer-encoding: base64\r\n\r\neyJpZCI6MTAwfQ==\r\n--b--\r\n",
    ),
    (
        "mixed",
        "multipart/mixed; boundary=b",
        "--b\r\ncontent-type: application/xml\r\n\r\n<cat><id>7</id></cat>\r\n--b--\r\n",
    ),
    (
        "related",
        "multipart/related; boundary=b",
        "--b\r\ncontent-type: application/json\r\n\r\n{\"id\":7}\r\n--b\r\n\r\n9\r\n--b\r\ncontent-disposition: attachment; filename=\"name=x\"\r\n\r\nabc\r\n--b--\r\n",
    ),
    (
        "related",
        "multipart/related; boundary=b",
        "--b\r\ncontent-type: application/json\r\n\r\n{\"id\":7}\r\n--b\r\n\r\nnine\r\n--b\r\n\r\nabcd\r\n--b--\r\n",
    ),
    (
        "row",
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n7\r\n--b--\r\n",
    ),
    (
        "nested",
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Disposition: form-data; name=\"pet\"\r\nContent-Type: application/xml\r\n\r\n<pet><id>700</id></pet>\r\n--b--\r\n",
    ),
    (
        "nested",
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Disposition: form-data; filename=\"f\"; name=\"pet\"\r\nContent-Type: application/cbor\r\n\r\nx\r\n--b--\r\n",
    ),
    (
        "nested",
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Disposition: form-data; name=\"pet\"\r\nContent-Type: application/xml\r\n\r\n<pet><id>7</pet>\r\n--b--\r\n",
    ),
    (
        "nested",
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Disposition: form-data; name=\"pet\"\r\nContent-Type: application/json\r\n\r\n{\"id\":100}\r\n--b--\r\n",
    ),
    (
        "nested",
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Disposition: form-data; name=\"pet\"\r\nContent-Type: application/xml\r\n\r\n<pet><id>7</id></pet>\r\n--b--\r\n",
    ),
    (
        "nested",
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Disposition: form-data; name=\"note\"\r\nContent-Type: application/xml\r\n\r\n<id>7</id>\r\n--b--\r\n",
    ),
];

#[tokio::test]
async fn events_and_parts_are_judged_as_far_as_the_contract_speaks() {
    let suite = suite(API);
    let mut table = String::new();
    for (operation, media, body) in ANSWERS {
        let made = made_of(&suite, operation, media, body.as_bytes()).await;
        let _ = writeln!(table, "{operation} {body:?}\n  {made}");
    }
    insta::assert_snapshot!(table, @r#"
    chat "event: add\ndata: {not json\n\n"
      fail; 200/text~1event-stream/{items}#contentSchema at "/0/data": key must be a string at line 1 column 2: {not json
    chat "event: none\n\ndata: x\n\n"
      fail; 200/text~1event-stream/{items}#oneOf at "/0": {"data":"x"}
    chat "event: ping\ndata: {\n\nevent: add\ndata: [DONE]\n\n"
      pass
    spec "event: addString\ndata: {\ndata: across two lines\nretry: 5\n\nevent: addInt64\ndata: 1234\nunknownField: this is ignored\n\n: This is a comment\nevent: addJSON\ndata: {\"foo\": 42}\n\nevent: coded\ndata: eyJpZCI6N30=\n\ndata: [DONE]\n\n"
      pass
    spec "event: addJSON\ndata: {\"foo\": \"x\"}\n\nevent: addJSON\ndata: {foo}\n\nevent: coded\ndata: eyJpZCI6MTAwfQ==\n\nevent: coded\ndata: ?\n\n"
      fail; 200/text~1event-stream/{items}#contentSchema at "/0/data/foo": "x"  (also /1/data, /2/data/id, /3/data)
    spec "event: addJSON\ndata: {\"foo\": 1, \"foo\": 2}\n\n"
      fail; 200/text~1event-stream/{items}#contentSchema at "/0/data": the member "foo" is there twice: {"foo": 1, "foo": 2}
    spec "event: xml\ndata: <pet/>\n\nevent: rot\ndata: x\n\n"
      pass; unjudged text/event-stream: a text in it is a document of type application/xml, which is not looked into
    spec "event: other\ndata: {}\n\n"
      fail; 200/text~1event-stream/{items}#oneOf at "/0": {"event":"other","data":"{}"}
    spec "event: addString\ndata: [DONE]\n\n"
      pass
    typed "data: {\"id\":7}\n\ndata: [DONE]\n\n"
      pass
    typed "data: {\"id\":100}\n\ndata: [DONE]\n\ndata: no\n\n"
      fail; 200/text~1event-stream/{items}/data#type at "/1/data": "[DONE]"  (also /2/data); 200/text~1event-stream/{items}/data/id#maximum at "/0/data/id": 100
    all "data: {\"id\":100}\n\n"
      pass
    mixed "--b\r\ncontent-type: application/json\r\n\r\n{\"id\":7}\r\n--b\r\ncontent-type: application/xml\r\n\r\n<pet><id>8</id></pet>\r\n--b--\r\n"
      pass
    mixed "--b\r\ncontent-type: application/vnd.pet+json\r\n\r\n{\"id\":100}\r\n--b\r\n\r\n<pet><id>700</id></pet>\r\n--b--\r\n"
      fail; 200/multipart~1mixed/{items}/id#maximum at "/0/id": 100  (also /1/id)
    mixed "--b\r\ncontent-type: application/json\r\ncontent-transfer-encoding: base64\r\n\r\neyJpZCI6MTAwfQ==\r\n--b--\r\n"
      pass; unjudged multipart/mixed: a part is in a transfer encoding, which is not undone
    mixed "--b\r\ncontent-type: application/xml\r\n\r\n<cat><id>7</id></cat>\r\n--b--\r\n"
      pass; unjudged multipart/mixed: of a part in XML: its root element is not the one of the schema's `xml`
    related "--b\r\ncontent-type: application/json\r\n\r\n{\"id\":7}\r\n--b\r\n\r\n9\r\n--b\r\ncontent-disposition: attachment; filename=\"name=x\"\r\n\r\nabc\r\n--b--\r\n"
      pass
    related "--b\r\ncontent-type: application/json\r\n\r\n{\"id\":7}\r\n--b\r\n\r\nnine\r\n--b\r\n\r\nabcd\r\n--b--\r\n"
      fail; 200/multipart~1related/{items}1#type at "/1": "nine"; 200/multipart~1related/{items}#maxLength at "/2": 4 characters: "abcd"
    row "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n7\r\n--b--\r\n"
      pass; unjudged multipart/form-data: it is a form, and its schema is that of an array
    nested "--b\r\nContent-Disposition: form-data; name=\"pet\"\r\nContent-Type: application/xml\r\n\r\n<pet><id>700</id></pet>\r\n--b--\r\n"
      fail; 200/multipart~1form-data/pet/id#maximum at "/pet/id": 700
    nested "--b\r\nContent-Disposition: form-data; filename=\"f\"; name=\"pet\"\r\nContent-Type: application/cbor\r\n\r\nx\r\n--b--\r\n"
      pass; unjudged multipart/form-data: a part holds a structure in another media type than JSON or XML
    nested "--b\r\nContent-Disposition: form-data; name=\"pet\"\r\nContent-Type: application/xml\r\n\r\n<pet><id>7</pet>\r\n--b--\r\n"
      fail; 200/multipart~1form-data/pet#type at "/pet": "<pet><id>7</pet>"
    nested "--b\r\nContent-Disposition: form-data; name=\"pet\"\r\nContent-Type: application/json\r\n\r\n{\"id\":100}\r\n--b--\r\n"
      fail; 200/multipart~1form-data/pet/id#maximum at "/pet/id": 100
    nested "--b\r\nContent-Disposition: form-data; name=\"pet\"\r\nContent-Type: application/xml\r\n\r\n<pet><id>7</id></pet>\r\n--b--\r\n"
      pass
    nested "--b\r\nContent-Disposition: form-data; name=\"note\"\r\nContent-Type: application/xml\r\n\r\n<id>7</id>\r\n--b--\r\n"
      fail; 200/multipart~1form-data/note#maxLength at "/note": 10 characters: "<id>7</id>"
    "#);
}
