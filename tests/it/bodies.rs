//! Bodies that are no JSON, from the outside: as they go over the wire, and how answers are judged.

use std::fmt::Write as _;
use std::sync::Arc;

use super::support::{Reply, Suite, told, url_target};
use crate::clause::Clauses;
use crate::diag::Source;
use crate::generate::first_requests;
use crate::openapi::load;
use crate::outcome::Summary;
use crate::profile::Profile;
use crate::report::verdict_file;

const API: &str = "
openapi: 3.2.0
info: {title: T, version: '1'}
paths:
  /xml: {get: {operationId: xml, responses: {'200': {description: x, content: {application/xml: {schema: {$ref: '#/components/schemas/Pet'}}}}}}}
  /bare: {get: {operationId: bare, responses: {'200': {description: x, content: {text/xml: {}}}}}}
  /lines: {get: {operationId: lines, responses: {'200': {description: x, content: {application/x-ndjson: {itemSchema: {$ref: '#/components/schemas/Pet'}}}}}}}
  /seq: {get: {operationId: records, responses: {'200': {description: x, content: {application/json-seq: {schema: {type: array, maxItems: 1}}}}}}}
  /one: {get: {operationId: one, responses: {'200': {description: x, content: {application/jsonl: {schema: {$ref: '#/components/schemas/Pet'}}}}}}}
  /events:
    get:
      operationId: events
      responses:
        '200':
          description: x
          content:
            text/event-stream:
              itemSchema:
                type: object
                required: [event]
                properties: {event: {enum: [add, ping]}, data: {type: string, maxLength: 5}, retry: {type: integer, maximum: 10}}
  /form: {get: {operationId: form, responses: {'200': {description: x, content: {application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Pet'}}}}}}}
  /parts: {get: {operationId: parts, responses: {'200': {description: x, content: {multipart/form-data: {schema: {$ref: '#/components/schemas/Pet'}}, multipart/mixed: {schema: {type: array}}}}}}}
  /text: {get: {operationId: text, responses: {'200': {description: x, content: {text/plain: {schema: {type: integer, maximum: 9}}, text/csv: {schema: {type: array, items: {type: string}}}}}}}}
  /silent: {get: {operationId: silent, responses: {'200': {description: x}}}}
  /image: {get: {operationId: image, responses: {'200': {description: x, content: {image/*: {schema: {type: string, format: binary, maxLength: 2}}}}}}}
components:
  schemas:
    Pet:
      type: object
      required: [id]
      additionalProperties: false
      xml: {name: pet}
      properties: {id: {type: integer, maximum: 99}, name: {type: string, maxLength: 4}, tags: {type: array, items: {type: string, xml: {name: tag}}, xml: {wrapped: true}}}
";

pub(super) fn suite(text: &str) -> Suite {
    let contract = load(Source::new("api.yaml", text)).expect("the contract loads");
    let generation = first_requests(&contract, &Profile::default());
    assert!(generation.notes.is_empty());
    let requests = generation.requests.into_iter();
    Suite {
        clauses: Arc::new(Clauses::of(&contract)),
        cases: requests.map(|request| request.case).collect(),
        contract: Arc::new(contract),
    }
}

/// An answer 200 of a media type.
fn of(media: &str, body: &[u8]) -> Reply {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {media}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    Reply::Bytes([head.as_bytes(), body].concat())
}

/// What is made of an answer to an operation: what is broken and where, and what was not looked into.
pub(super) async fn made_of(suite: &Suite, operation: &str, media: &str, body: &[u8]) -> String {
    let id = format!("{operation}/first");
    let (media, body) = (media.to_owned(), body.to_vec());
    let server = told(move |_| of(&media, &body)).await;
    let mut one = Suite {
        contract: suite.contract.clone(),
        clauses: suite.clauses.clone(),
        cases: suite.cases.clone(),
    };
    one.cases.retain(|case| case.id.as_str() == id);
    assert_eq!(one.cases.len(), 1, "{id}");
    let outcomes = one
        .run_with(url_target(&server.url), Profile::default())
        .await;
    let mut text = outcomes[0].verdict.as_str().to_owned();
    for finding in &outcomes[0].findings {
        let clause = finding.clause.within_operation();
        let _ = write!(
            text,
            "; {clause} at {:?}: {}",
            finding.instance, finding.actual
        );
    }
    for body in &outcomes[0].unjudged {
        let _ = write!(text, "; unjudged {}: {}", body.media, body.reason);
    }
    text
}

/// Operation, media type and body.
const ANSWERS: &[(&str, &str, &str)] = &[
    (
        "xml",
        "application/xml",
        "<pet><id>7</id><tags><tag>a</tag></tags></pet>",
    ),
    (
        "xml",
        "application/xml; charset=UTF-8",
        "<?xml version='1.0'?>\n<pet>\n  <id> 7 </id>\n  <name>\n    Rex\n  </name>\n</pet>\n",
    ),
    (
        "xml",
        "application/xml",
        "<pet><id>700</id><name>Barky</name></pet>",
    ),
    ("xml", "application/xml", "<pet><id>seven</id></pet>"),
    (
        "xml",
        "application/xml",
        "<pet><name>Rex</name><more/></pet>",
    ),
    ("xml", "application/xml", "<pet><id>7</pet>"),
    ("xml", "application/xml", "<cat><id>700</id></cat>"),
    ("xml", "application/xml", "<pet><id>7</id>barks</pet>"),
    ("bare", "text/xml", "<any/>"),
    ("bare", "text/xml", "<any>"),
    (
        "lines",
        "application/x-ndjson",
        "{\"id\":1}\n\n{\"id\":2,\"name\":\"Rex\"}\n",
    ),
    ("lines", "application/x-ndjson", ""),
    (
        "lines",
        "application/x-ndjson",
        "{\"id\":1}\n{\"id\":100}\n{}",
    ),
    ("lines", "application/x-ndjson", "{\"id\":1}\n{\"id\""),
    ("records", "application/json-seq", "\u{1e}1\n"),
    ("records", "application/json-seq", "\u{1e}1\n\u{1e}2\n"),
    ("one", "application/jsonl", "{\"id\":1}\n{\"id\":200}\n"),
    (
        "events",
        "text/event-stream",
        ": hi\n\nevent: add\ndata: abc\nretry: 5\nmore: x\n\nevent: no data\n\n",
    ),
    (
        "events",
        "text/event-stream",
        "event: add\ndata: abcdef\n\ndata: a\nretry: 11\n\ndata: not ended",
    ),
    (
        "form",
        "application/x-www-form-urlencoded",
        "id=7&name=Rex&tags=a&tags=b",
    ),
    (
        "form",
        "application/x-www-form-urlencoded",
        "id=700&name=12345",
    ),
    (
        "parts",
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n7\r\n--b--\r\n",
    ),
    (
        "parts",
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n700\r\n--b--\r\n",
    ),
    ("silent", "application/json", "no JSON"),
    ("silent", "application/json", ""),
    (
        "parts",
        "multipart/mixed; boundary=b",
        "--b\r\n\r\n7\r\n--b--\r\n",
    ),
    ("text", "text/plain", "7\n"),
    ("text", "text/plain", "seven"),
    ("text", "text/plain", "10"),
    ("text", "text/csv", "a,b"),
    ("image", "image/png", "four"),
];

#[tokio::test]
async fn answers_are_judged_as_far_as_the_contract_speaks() {
    let suite = suite(API);
    let mut table = String::new();
    for (operation, media, body) in ANSWERS {
        let made = made_of(&suite, operation, media, body.as_bytes()).await;
        let _ = writeln!(table, "{operation} {body:?}\n  {made}");
    }
    insta::assert_snapshot!(table, @r#"
    xml "<pet><id>7</id><tags><tag>a</tag></tags></pet>"
      pass
    xml "<?xml version='1.0'?>\n<pet>\n  <id> 7 </id>\n  <name>\n    Rex\n  </name>\n</pet>\n"
      pass
    xml "<pet><id>700</id><name>Barky</name></pet>"
      fail; 200/application~1xml/id#maximum at "/id": 700; 200/application~1xml/name#maxLength at "/name": 5 characters: "Barky"
    xml "<pet><id>seven</id></pet>"
      fail; 200/application~1xml/id#type at "/id": "seven"
    xml "<pet><name>Rex</name><more/></pet>"
      fail; 200/application~1xml/id#required at "": {"name":"Rex","more":""}; 200/application~1xml#additionalProperties at "": also "more"
    xml "<pet><id>7</pet>"
      fail; 200/application~1xml#well-formed at "": expected 'id' tag, not 'pet' at 1:11: <pet><id>7</pet>
    xml "<cat><id>700</id></cat>"
      pass; unjudged application/xml: its root element is not the one of the schema's `xml`
    xml "<pet><id>7</id>barks</pet>"
      pass; unjudged application/xml: a text stands among elements or attributes, and its schema has no place for it
    bare "<any/>"
      pass; unjudged text/xml: the contract has no schema for it, without which XML has no types
    bare "<any>"
      fail; 200/text~1xml#well-formed at "": the root node was opened but never closed: <any>
    lines "{\"id\":1}\n\n{\"id\":2,\"name\":\"Rex\"}\n"
      pass
    lines ""
      pass
    lines "{\"id\":1}\n{\"id\":100}\n{}"
      fail; 200/application~1x-ndjson/{items}/id#required at "/2": {}; 200/application~1x-ndjson/{items}/id#maximum at "/1/id": 100
    lines "{\"id\":1}\n{\"id\""
      fail; 200/application~1x-ndjson#well-formed at "": EOF while parsing an object at line 1 column 5: {"id":1} {"id"
    records "\u{1e}1\n"
      pass
    records "\u{1e}1\n\u{1e}2\n"
      fail; 200/application~1json-seq#maxItems at "": 2 elements: [1,2]
    one "{\"id\":1}\n{\"id\":200}\n"
      pass; unjudged application/jsonl: it is a sequence, and its schema is not that of an array
    events ": hi\n\nevent: add\ndata: abc\nretry: 5\nmore: x\n\nevent: no data\n\n"
      pass
    events "event: add\ndata: abcdef\n\ndata: a\nretry: 11\n\ndata: not ended"
      fail; 200/text~1event-stream/{items}/event#required at "/1": {"retry":11,"data":"a"}; 200/text~1event-stream/{items}/data#maxLength at "/0/data": 6 characters: "abcdef"; 200/text~1event-stream/{items}/retry#maximum at "/1/retry": 11
    form "id=7&name=Rex&tags=a&tags=b"
      pass
    form "id=700&name=12345"
      fail; 200/application~1x-www-form-urlencoded/id#maximum at "/id": 700; 200/application~1x-www-form-urlencoded/name#maxLength at "/name": 5 characters: "12345"
    parts "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n7\r\n--b--\r\n"
      pass
    parts "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n700\r\n--b--\r\n"
      fail; 200/multipart~1form-data/id#maximum at "/id": 700
    silent "no JSON"
      pass; unjudged application/json: the contract has no content for a 200
    silent ""
      pass
    parts "--b\r\n\r\n7\r\n--b--\r\n"
      pass
    text "7\n"
      pass
    text "seven"
      fail; 200/text~1plain#type at "": "seven"
    text "10"
      fail; 200/text~1plain#maximum at "": 10
    text "a,b"
      pass; unjudged text/csv: its schema is not that of a text
    image "four"
      pass; unjudged image/*: media types like this are not looked into
    "#);
}

#[tokio::test]
async fn a_stream_that_is_cut_is_no_finding() {
    let suite = suite(API);
    let server = told(|_| {
        let mut stream = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n".to_vec();
        stream.extend(b"event: wrong\ndata: abcdefgh\n\n".repeat(4096));
        Reply::Bytes(stream)
    });
    let server = server.await;
    let outcomes = suite
        .run_with(url_target(&server.url), Profile::default())
        .await;
    let events = outcomes
        .iter()
        .find(|outcome| outcome.case.as_str() == "events/first");
    let events = events.expect("it was run");
    assert!(events.findings.is_empty(), "{:?}", events.findings);
    insta::assert_snapshot!(events.troubles[0], @r#"events (the case's own request): the answer's body is larger than 65536 bytes"#);
}

#[tokio::test]
async fn what_was_not_looked_into_is_in_the_verdicts_and_in_the_numbers() {
    let suite = suite(API);
    let server = told(|_| of("image/png", b"four")).await;
    let outcomes = suite
        .run_with(url_target(&server.url), Profile::default())
        .await;
    let mut summary = Summary::default();
    for outcome in &outcomes {
        summary.add(outcome);
    }
    let said: Vec<String> = summary
        .unjudged
        .iter()
        .map(|(kind, count)| format!("{count} of {kind}"))
        .collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    1 of image/*: media types like this are not looked into
    1 of image/png: the contract has no content for a 200
    "#);
    let outcomes = outcomes.iter().map(AsRef::as_ref);
    let file = verdict_file(&suite.contract, &suite.clauses, outcomes);
    let file: serde_json::Value = serde_json::from_str(&file).expect("it is JSON");
    let cases = file["cases"].as_array().expect("a list");
    let with: Vec<String> = cases
        .iter()
        .filter(|case| case.get("unjudged").is_some())
        .map(ToString::to_string)
        .collect();
    insta::assert_snapshot!(with.join("\n"), @r#"
    {"case":"silent/first","verdict":"pass","findings":[],"unjudged":[{"exchange":0,"media":"image/png","reason":"the contract has no content for a 200"}]}
    {"case":"image/first","verdict":"pass","findings":[],"unjudged":[{"exchange":0,"media":"image/*","reason":"media types like this are not looked into"}]}
    "#);
}

const SENT: &str = "
openapi: 3.2.0
info: {title: T, version: '1'}
paths:
  /xml:
    post:
      operationId: xml
      requestBody: {required: true, content: {application/xml: {schema: {$ref: '#/components/schemas/Pet'}}}}
      responses: {'200': {description: x}}
  /parts:
    post:
      operationId: parts
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [id, address, photo]
              properties: {id: {type: integer, example: 7}, address: {type: object, required: [city], properties: {city: {const: Oslo}}}, photo: {type: string, format: binary}}
            encoding:
              photo:
                contentType: image/png
                headers:
                  X-Limit: {required: true, schema: {type: integer, default: 5}}
                  X-Trace: {example: a b, schema: {type: string}}
                  X-Unknown: {schema: {type: string}}
                  Content-Type: {example: text/html, schema: {type: string}}
      responses: {'200': {description: x}}
  /mixed:
    post:
      operationId: mixed
      requestBody:
        required: true
        content:
          multipart/mixed:
            schema:
              type: array
              minItems: 3
              prefixItems: [{type: object, required: [city], properties: {city: {const: Oslo}}}, {$ref: '#/components/schemas/Pet'}]
              items: {type: integer, example: 7}
            prefixEncoding: [{}, {contentType: application/xml}]
            itemEncoding: {headers: {X-Trace: {example: a b, schema: {type: string}}}}
      responses: {'200': {description: x}}
  /stream:
    post:
      operationId: stream
      requestBody: {required: true, content: {multipart/mixed: {itemSchema: {$ref: '#/components/schemas/Pet'}, itemEncoding: {contentType: text/xml}}}}
      responses: {'200': {description: x}}
  /related:
    post:
      operationId: related
      requestBody: {required: true, content: {multipart/related: {schema: {type: object}}}}
      responses: {'200': {description: x}}
  /formed:
    post:
      operationId: formed
      requestBody: {required: true, content: {multipart/form-data: {schema: {type: object, required: [pet], properties: {pet: {$ref: '#/components/schemas/Pet'}}}, encoding: {pet: {contentType: application/xml}}}}}
      responses: {'200': {description: x}}
  /nameless:
    post:
      operationId: nameless
      requestBody: {required: true, content: {application/xml: {schema: {type: object, properties: {a: {type: string}}}}}}
      responses: {'200': {description: x}}
components:
  schemas:
    Pet:
      type: object
      required: [id, name, tags]
      xml: {name: pet, namespace: 'urn:pets', prefix: p}
      properties:
        id: {type: integer, example: 7, xml: {attribute: true}}
        name: {type: string, example: '<Rex & \"co\">'}
        tags: {type: array, minItems: 2, items: {type: string, example: a, xml: {name: tag}}, xml: {wrapped: true}}
";

#[tokio::test]
async fn generated_bodies_as_they_go_over_the_wire() {
    let suite = suite(SENT);
    let server = told(|_| of("text/plain", b"")).await;
    suite
        .run_with(url_target(&server.url), Profile::default())
        .await;
    let seen = server.seen.lock().expect("nobody panicked");
    let mut sent: Vec<String> = seen
        .iter()
        .map(|request| {
            let media = request.fields("content-type").join(", ");
            format!(
                "{} {media}\n{}",
                request.path,
                request.body.replace('\r', "")
            )
        })
        .collect();
    sent.sort();
    insta::assert_snapshot!(sent.join("\n\n"), @r#"
    /formed multipart/form-data; boundary=proofmark-0
    --proofmark-0
    content-disposition: form-data; name="pet"; filename="pet"
    content-type: application/xml

    <?xml version="1.0" encoding="UTF-8"?>
    <p:pet xmlns:p="urn:pets" id="7"><name>&lt;Rex &amp; "co"&gt;</name><tags><tag>a</tag><tag>a</tag></tags></p:pet>
    --proofmark-0--


    /mixed multipart/mixed; boundary=proofmark-0
    --proofmark-0
    content-type: application/json

    {"city":"Oslo"}
    --proofmark-0
    content-type: application/xml

    <?xml version="1.0" encoding="UTF-8"?>
    <p:pet xmlns:p="urn:pets" id="7"><name>&lt;Rex &amp; "co"&gt;</name><tags><tag>a</tag><tag>a</tag></tags></p:pet>
    --proofmark-0
    X-Trace: a b

    7
    --proofmark-0--


    /parts multipart/form-data; boundary=proofmark-0
    --proofmark-0
    content-disposition: form-data; name="id"

    7
    --proofmark-0
    content-disposition: form-data; name="address"
    content-type: application/json

    {"city":"Oslo"}
    --proofmark-0
    content-disposition: form-data; name="photo"; filename="photo"
    content-type: image/png
    X-Limit: 5
    X-Trace: a b

    example
    --proofmark-0--


    /stream multipart/mixed; boundary=proofmark-0
    --proofmark-0
    content-type: text/xml

    <?xml version="1.0" encoding="UTF-8"?>
    <p:pet xmlns:p="urn:pets" id="7"><name>&lt;Rex &amp; "co"&gt;</name><tags><tag>a</tag><tag>a</tag></tags></p:pet>
    --proofmark-0--


    /xml application/xml
    <?xml version="1.0" encoding="UTF-8"?>
    <p:pet xmlns:p="urn:pets" id="7"><name>&lt;Rex &amp; "co"&gt;</name><tags><tag>a</tag><tag>a</tag></tags></p:pet>
    "#);
    let generation = first_requests(&suite.contract, &Profile::default());
    let reasons = generation
        .uncallable
        .iter()
        .map(|none| none.reason.as_str());
    insta::assert_snapshot!(reasons.collect::<Vec<_>>().join("\n"), @r#"
    no valid value for the body: multipart/related of an object is written by example only
    no valid value for the body: this body can't be written as `application/xml`: its root element has no name: give the schema an `xml` with a `name`
    "#);
}
