//! Documents of every version, of one file and of many, right and wrong.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{Contract, Files, NoFiles, load_with};
use crate::diag::{Source, Style, render_all};

/// Files in memory, whose locations are their names.
struct Shelf(BTreeMap<&'static str, &'static str>);

impl Files for Shelf {
    fn resolve(&self, base: &str, reference: &str) -> Result<String, String> {
        let folder = base.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        for part in reference.split('/') {
            match part {
                "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        Ok(parts.join("/"))
    }

    fn read(&self, location: &str) -> Result<Arc<Source>, String> {
        let text = self.0.get(location).ok_or("there is no such file")?;
        Ok(Source::new(location, *text))
    }
}

fn loaded(text: &str, files: &dyn Files) -> Contract {
    load_with(Source::new("main.yaml", text), files)
        .unwrap_or_else(|problems| panic!("{}", render_all(&problems, Style::Plain)))
}

fn alone(text: &str) -> Contract {
    let contract = loaded(text, &NoFiles);
    let warnings = render_all(&contract.warnings, Style::Plain);
    assert!(contract.warnings.is_empty(), "{warnings}");
    contract
}

/// What an operation asks for and answers, in a few lines.
fn outline(contract: &Contract) -> String {
    let mut text = String::new();
    for operation in &contract.operations {
        let _ = writeln!(
            text,
            "{} {} {}",
            operation.name, operation.method, operation.path
        );
        for p in &operation.parameters {
            let _ = writeln!(
                text,
                "  {} {} required={} style={} explode={}",
                p.location.as_str(),
                p.name,
                p.required,
                p.style,
                p.explode
            );
        }
        if let Some(body) = &operation.request_body {
            let types: Vec<&str> = body
                .content
                .iter()
                .map(|media| media.name.as_str())
                .collect();
            let _ = writeln!(text, "  body required={} {types:?}", body.required);
        }
        for response in &operation.responses {
            let types: Vec<&str> = response.content.iter().map(|m| m.name.as_str()).collect();
            let headers: Vec<&str> = response.headers.iter().map(|h| h.title.as_str()).collect();
            let _ = writeln!(text, "  {} {types:?} {headers:?}", response.status);
        }
        for requirement in &operation.security {
            let _ = writeln!(text, "  security {:?}", requirement.schemes);
        }
    }
    for scheme in &contract.security_schemes {
        let _ = writeln!(text, "{} {:?}", scheme.name, scheme.kind);
    }
    for server in &contract.servers {
        let _ = writeln!(text, "server {}", server.expanded());
    }
    text
}

/// Whether the first operation's first answer may have each of these bodies.
fn accepts(contract: &Contract, bodies: &[Value]) -> Vec<bool> {
    let media = &contract.operations[0].responses[0].content[0];
    let schema = media.compiled.get().expect("the schema is usable");
    bodies.iter().map(|body| schema.is_valid(body)).collect()
}

/// A document with this schema for its one answer.
fn with_schema(version: &str, schema: &Value) -> Contract {
    let document = json!({
        "openapi": version,
        "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"get": {"responses": {"200": {
            "description": "d", "content": {"application/json": {"schema": schema}}
        }}}}},
        "components": {"schemas": {
            "Text": {"type": "string"},
            "Object": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
        }}
    });
    loaded(&document.to_string(), &NoFiles)
}

const SWAGGER: &str = r##"
swagger: "2.0"
info: {title: Pets, version: "1"}
host: example.com
basePath: /v1
schemes: [https]
consumes: [application/json]
produces: [application/json]
securityDefinitions:
  basic: {type: basic}
  key: {type: apiKey, in: header, name: X-Key}
  oauth: {type: oauth2, flow: application, tokenUrl: "https://example.com/token", scopes: {read: r}}
security: [{key: []}]
parameters:
  limit: {name: limit, in: query, type: integer, format: int32}
paths:
  /pets/{id}:
    parameters:
      - {name: id, in: path, required: true, type: string}
    get:
      operationId: getPet
      parameters:
        - {$ref: "#/parameters/limit"}
        - {name: tags, in: query, type: array, items: {type: string}, collectionFormat: pipes}
      responses:
        200:
          description: ok
          headers: {X-Rate: {type: integer}}
          schema: {$ref: "#/definitions/Pet"}
        default: {description: else}
    put:
      operationId: putPet
      security: [{basic: []}]
      parameters:
        - {name: pet, in: body, required: true, schema: {$ref: "#/definitions/Pet"}}
      responses: {204: {description: done}}
    post:
      operationId: form
      consumes: [multipart/form-data]
      parameters:
        - {name: file, in: formData, type: file, required: true}
        - {name: note, in: formData, type: string}
      responses: {204: {description: done}}
definitions:
  Pet:
    type: object
    required: [name]
    properties:
      name: {type: string, x-nullable: true}
      age: {type: integer, minimum: 0, exclusiveMinimum: true}
"##;

#[test]
fn swagger_is_read_in_the_shape_of_its_successor() {
    let contract = alone(SWAGGER);
    insta::assert_snapshot!(outline(&contract), @r#"
    getPet GET /pets/{id}
      query limit required=false style=form explode=false
      query tags required=false style=pipeDelimited explode=false
      path id required=true style=simple explode=false
      200 ["application/json"] ["X-Rate"]
      default [] []
      security ["key"]
    putPet PUT /pets/{id}
      path id required=true style=simple explode=false
      body required=true ["application/json"]
      204 [] []
      security ["basic"]
    form POST /pets/{id}
      path id required=true style=simple explode=false
      body required=true ["multipart/form-data"]
      204 [] []
      security ["key"]
    basic Http("basic")
    key ApiKey(Header, "X-Key")
    oauth OAuth2([OAuthFlow { kind: "clientCredentials", token_url: "https://example.com/token", scopes: ["read"] }])
    server https://example.com/v1
    "#);
    assert_eq!(
        accepts(
            &contract,
            &[
                json!({"name": "x", "age": 1}),
                json!({"name": null}),
                json!({"name": "x", "age": 0}),
                json!({}),
            ]
        ),
        [true, true, false, false]
    );
    let form = contract
        .operation("form")
        .and_then(|o| o.request_body.as_ref());
    let schema = form.and_then(|body| body.content[0].compiled.get());
    let schema = schema.expect("the form has a schema");
    assert!(schema.is_valid(&json!({"file": "x"})));
    assert!(!schema.is_valid(&json!({"note": "x"})));
    let place = contract.place(&contract.operations[0].parameters[0].at);
    assert_eq!(place.to_string(), "main.yaml:15:3");
}

#[test]
fn null_is_allowed_where_the_author_says_so() {
    let text = json!("a");
    // Schema, and whether a null, a text and a number keep it.
    for (schema, expected) in [
        (
            json!({"type": "string", "nullable": true}),
            [true, true, false],
        ),
        (
            json!({"type": "string", "nullable": false}),
            [false, true, false],
        ),
        (
            json!({"type": "string", "enum": ["a"], "nullable": true}),
            [true, true, false],
        ),
        (json!({"nullable": true}), [true, true, true]),
        (
            json!({"$ref": "#/components/schemas/Text"}),
            [false, true, false],
        ),
        (
            json!({"$ref": "#/components/schemas/Text", "nullable": true}),
            [true, true, false],
        ),
        (
            json!({"allOf": [{"$ref": "#/components/schemas/Text"}], "nullable": true}),
            [true, true, false],
        ),
        (
            json!({"oneOf": [{"$ref": "#/components/schemas/Text"}], "nullable": true}),
            [true, true, false],
        ),
        (
            json!({"anyOf": [{"type": "string"}, {"type": "number"}], "nullable": true}),
            [true, true, true],
        ),
        (
            json!({"type": "string", "allOf": [{"$ref": "#/components/schemas/Text"}], "nullable": true}),
            [true, true, false],
        ),
    ] {
        let contract = with_schema("3.0.3", &schema);
        let found = accepts(&contract, &[Value::Null, text.clone(), json!(1)]);
        assert_eq!(found, expected, "{schema}");
    }
}

#[test]
fn bounds_are_read_as_each_version_writes_them() {
    let bodies = [json!(4), json!(5), json!(6)];
    for (version, schema, expected) in [
        ("3.0.3", json!({"minimum": 5}), [false, true, true]),
        (
            "3.0.3",
            json!({"minimum": 5, "exclusiveMinimum": true}),
            [false, false, true],
        ),
        (
            "3.0.3",
            json!({"minimum": 5, "exclusiveMinimum": false}),
            [false, true, true],
        ),
        (
            "3.1.0",
            json!({"exclusiveMinimum": 5}),
            [false, false, true],
        ),
        (
            "3.1.0",
            json!({"maximum": 5, "exclusiveMaximum": true}),
            [true, false, false],
        ),
    ] {
        let contract = with_schema(version, &schema);
        assert_eq!(accepts(&contract, &bodies), expected, "{version} {schema}");
    }
}

#[test]
fn a_member_of_one_direction_is_required_in_that_alone() {
    let text = r##"
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /a:
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/User"}}}}
      responses: {"200": {description: d, content: {application/json: {schema: {$ref: "#/components/schemas/User"}}}}}
components:
  schemas:
    Secret: {type: string, writeOnly: true}
    Base: {type: object, required: [id], properties: {id: {type: string, readOnly: true}}}
    User:
      allOf:
        - {$ref: "#/components/schemas/Base"}
        - type: object
          required: [name, password]
          properties: {name: {type: string}, password: {$ref: "#/components/schemas/Secret"}}
"##;
    let contract = alone(text);
    let operation = &contract.operations[0];
    let sent = operation
        .request_body
        .as_ref()
        .map(|body| &body.content[0].compiled);
    let sent = sent.and_then(|schema| schema.get()).expect("usable");
    assert!(sent.is_valid(&json!({"name": "a", "password": "p"})));
    assert!(!sent.is_valid(&json!({"name": "a"})));
    let bodies = [
        json!({"id": "1", "name": "a"}),
        json!({"name": "a", "password": "p"}),
        json!({"id": "1", "password": "p"}),
    ];
    assert_eq!(accepts(&contract, &bodies), [true, false, false]);
}

#[test]
fn references_lead_through_files_and_back() {
    let files = Shelf(BTreeMap::from([
        (
            "paths/pets.yaml",
            "get:\n  operationId: pets\n  parameters:\n    - $ref: ../parts/all.yaml#/limit\n  responses:\n    '200': {$ref: '../parts/all.yaml#/answers/ok'}\n",
        ),
        (
            "parts/all.yaml",
            "limit: {name: limit, in: query, schema: {type: integer}}\nanswers:\n  ok:\n    description: ok\n    content: {application/json: {schema: {$ref: schemas/pet.json}}}\n",
        ),
        (
            "parts/schemas/pet.json",
            r##"{"type": "object", "required": ["name"], "properties": {
                "name": {"$ref": "../../main.yaml#/components/schemas/Name"},
                "friends": {"type": "array", "items": {"$ref": "pet.json"}},
                "kind": {"$ref": "#/definitions/Kind"}},
              "definitions": {"Kind": {"enum": ["cat", "dog"]}}}"##,
        ),
    ]));
    let text = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /pets: {$ref: paths/pets.yaml}\n  /lost: {$ref: paths/lost.yaml}\ncomponents:\n  schemas:\n    Name: {type: string, maxLength: 3}\n";
    let contract = loaded(text, &files);
    assert_eq!(contract.operations.len(), 1);
    assert_eq!(contract.operations[0].parameters[0].name, "limit");
    let bodies = [
        json!({"name": "abc", "friends": [{"name": "x", "kind": "dog"}]}),
        json!({"name": "abcd"}),
        json!({"name": "abc", "friends": [{"name": "x", "kind": "cow"}]}),
    ];
    assert_eq!(accepts(&contract, &bodies), [true, false, false]);
    let place = contract.place(&contract.operations[0].responses[0].at);
    assert_eq!(place.to_string(), "parts/all.yaml:3:3");
    insta::assert_snapshot!(render_all(&contract.warnings, Style::Plain), @r#"
    warning[dangling-reference]: the reference "paths/lost.yaml" leads nowhere: paths/lost.yaml can't be read: there is no such file
     --> main.yaml:5:10
      |
    5 |   /lost: {$ref: paths/lost.yaml}
      |          ^^^^^^^^^^^^^^^^^^^^^^^ this demands nothing
      |
      = help: put the file there, or name something within this document
    "#);
}

#[test]
fn ids_and_anchors_are_names_of_schemas() {
    let text = r##"
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /a:
    get:
      responses:
        "200": {description: d, content: {application/json: {schema: {$ref: "https://example.com/schemas/tree"}}}}
components:
  schemas:
    Tree:
      $id: https://example.com/schemas/tree
      type: object
      properties:
        leaf: {$ref: "#leaf"}
        count: {$ref: number}
        inner: {$ref: "#/$defs/inner"}
      $defs:
        leaf: {$anchor: leaf, type: string}
        inner: {type: boolean}
    Number: {$id: "https://example.com/schemas/number", type: integer}
"##;
    let contract = alone(text);
    let bodies = [
        json!({"leaf": "x", "count": 1, "inner": true}),
        json!({"leaf": 1}),
        json!({"count": "x"}),
        json!({"inner": 0}),
    ];
    assert_eq!(accepts(&contract, &bodies), [true, false, false, false]);
}

#[test]
fn what_3_2_adds_is_read() {
    let text = r#"
openapi: 3.2.0
info: {title: t, version: "1"}
paths:
  /a:
    query:
      operationId: search
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {"200": {description: d, content: {application/jsonl: {itemSchema: {type: integer}}}}}
    get:
      operationId: whole
      parameters:
        - {name: q, in: querystring, content: {application/x-www-form-urlencoded: {schema: {type: object}}}}
      responses: {"200": {description: d}}
    additionalOperations:
      LINK: {operationId: link, responses: {"204": {description: d}}}
"#;
    let contract = alone(text);
    insta::assert_snapshot!(outline(&contract), @r#"
    whole GET /a
      querystring q required=false style=form explode=true
      200 [] []
    search QUERY /a
      body required=false ["application/json"]
      200 ["application/jsonl"] []
    link LINK /a
      204 [] []
    "#);
    let whole = contract.operation("whole").expect("it is there");
    assert_eq!(
        whole.parameters[0].content_type.as_deref(),
        Some("application/x-www-form-urlencoded")
    );
    let search = contract.operation("search").expect("it is there");
    assert!(search.responses[0].content[0].item_schema.is_some());
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one document and all that is said of it"
)]
fn every_mistake_is_said_at_its_place_and_once() {
    let text = r##"
openapi: 3.0.3
info: {title: t, version: "1"}
security: [{nothing: []}]
paths:
  /a/{id}:
    get:
      operationId: same
      parameters:
        - {name: id, in: path, schema: {type: string}}
        - {name: other, in: path, required: true, schema: {type: strin}}
        - {name: where, in: header, schema: {type: string, pattern: "([a-z"}}
      responses:
        "200":
          description: d
          content:
            application/json:
              schema:
                type: object
                required: true
                properties:
                  a: {$ref: "#/components/schemas/None"}
                  b: {$ref: "#/components/schemas/None"}
                  c: {type: integer, minimum: 9, maximum: 1}
                  d: {maxLength: "3"}
                  e: [1]
  /b/{name}:
    get: {operationId: same, responses: {}}
  /b/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string, const: x}}]
      responses: {"2000": {description: d}}
components:
  schemas:
    A: {$ref: "#/components/schemas/B"}
    B: {$ref: "#/components/schemas/A"}
    C: {type: string, type: integer}
"##;
    let contract = loaded(text, &NoFiles);
    assert_eq!(contract.operations.len(), 3);
    insta::assert_snapshot!(render_all(&contract.warnings, Style::Plain), @r##"
    warning[unknown-security-scheme]: there is no security scheme `nothing`
     --> main.yaml:4:1
      |
    4 | security: [{nothing: []}]
      | ^^^^^^^^ credentials for it are not sent
      |
      = help: declare it under components/securitySchemes

    warning[path-parameter]: the path parameter `id` doesn't say that it is required
      --> main.yaml:10:11
       |
    10 |         - {name: id, in: path, schema: {type: string}}
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ taken as required
       |
       = help: write `required: true`

    warning[path-parameter]: the path /a/{id} has no `{other}`
      --> main.yaml:11:11
       |
    11 |         - {name: other, in: path, required: true, schema: {type: strin}}
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this is never sent
       |
       = help: put it into the path, or take the parameter out

    warning[bad-keyword]: "strin" is no type
      --> main.yaml:11:60
       |
    11 |         - {name: other, in: path, required: true, schema: {type: strin}}
       |                                                            ^^^^ this demands nothing
       |
       = help: the types are null, boolean, object, array, number, string and integer

    warning[bad-pattern]: the pattern "([a-z" is no regular expression: unclosed character class
      --> main.yaml:12:60
       |
    12 |         - {name: where, in: header, schema: {type: string, pattern: "([a-z"}}
       |                                                            ^^^^^^^ this demands nothing
       |
       = help: write it as ECMA-262 has it

    warning[bad-keyword]: `required` is a list of names, and not said of a member itself
      --> main.yaml:20:17
       |
    20 |                 required: true
       |                 ^^^^^^^^ this demands nothing
       |
       = help: list the names of required members in the schema that holds them

    warning[dangling-reference]: the reference "#/components/schemas/None" leads nowhere: there is nothing there
      --> main.yaml:22:22
       |
    22 |                   a: {$ref: "#/components/schemas/None"}
       |                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this demands nothing
       |
       = note: 1 more place refer to it
       = help: name something that is there, such as #/components/schemas/…

    warning[unsatisfiable]: no value keeps both: minimum is 9, and maximum is 1
      --> main.yaml:24:38
       |
    24 |                   c: {type: integer, minimum: 9, maximum: 1}
       |                                      ^^^^^^^     -------
       |
       = help: exchange the two bounds, or mend one

    warning[bad-keyword]: `maxLength` must be a whole number of zero or more, and is "3"
      --> main.yaml:25:23
       |
    25 |                   d: {maxLength: "3"}
       |                       ^^^^^^^^^ this demands nothing
       |
       = help: write a whole number

    warning[not-an-object]: a schema must be an object
      --> main.yaml:26:19
       |
    26 |                   e: [1]
       |                   ^ this is left out
       |
       = help: write it as an object

    warning[path-parameter]: `{name}` of the path /b/{name} is no parameter
      --> main.yaml:28:5
       |
    28 |     get: {operationId: same, responses: {}}
       |     ^^^ any text may stand there
       |
       = help: declare it with `in: path`, `required: true` and a schema

    warning[no-response]: `GET /b/{name}` documents no response
      --> main.yaml:28:5
       |
    28 |     get: {operationId: same, responses: {}}
       |     ^^^ no answer can be judged
       |
       = help: document at least its successful response

    warning[duplicate-operation-id]: two operations are called `same`
      --> main.yaml:28:11
       |
     8 |       operationId: same
       |       ----------- the first
    ...
    28 |     get: {operationId: same, responses: {}}
       |           ^^^^^^^^^^^ the second
       |
       = note: both are called by method and path instead
       = help: give each a name of its own

    warning[no-response]: `GET /b/{id}` documents no response
      --> main.yaml:30:5
       |
    30 |     get:
       |     ^^^ no answer can be judged
       |
       = help: document at least its successful response

    warning[same-path]: /b/{name} and /b/{id} are one path
      --> main.yaml:30:5
       |
    28 |     get: {operationId: same, responses: {}}
       |     --- the first
    29 |   /b/{id}:
    30 |     get:
       |     ^^^ no request is for it alone
       |
       = help: keep one of the two

    warning[later-keyword]: OpenAPI 3.0 doesn't have `const` as it is written here
      --> main.yaml:31:80
       |
    31 |       parameters: [{name: id, in: path, required: true, schema: {type: string, const: x}}]
       |                                                                                ^^^^^ read as OpenAPI 3.1 has it
       |
       = help: say `openapi: 3.1.0`, or write it as 3.0 has it

    warning[status]: `2000` is not a status
      --> main.yaml:32:19
       |
    32 |       responses: {"2000": {description: d}}
       |                   ^^^^^^ this is left out
       |
       = help: use a code such as "200", a class such as "4XX", or default

    warning[circular-reference]: these references lead in a circle
      --> main.yaml:35:5
       |
    35 |     A: {$ref: "#/components/schemas/B"}
       |     ^ this demands nothing
       |
       = help: let one of them hold a schema

    warning[duplicate-member]: the key `type` is there twice
      --> main.yaml:37:23
       |
    37 |     C: {type: string, type: integer}
       |         ----          ^^^^ the second
       |         |
       |         the first
       |
       = help: keep one of the two
    "##);
    // What is left of the schema is still judged by.
    assert_eq!(
        accepts(
            &contract,
            &[json!({"d": "long"}), json!({"c": "x"}), json!([])]
        ),
        [true, false, false]
    );
}

#[test]
fn what_is_no_openapi_document_is_refused_with_what_to_do() {
    for text in [
        "",
        "a: 1",
        "openapi: 4.0.0",
        "openapi: [1]",
        "[]",
        "swagger: \"1.2\"",
        "openapi: 3.0.3\npaths: [\n",
    ] {
        let problems = load_with(Source::new("main.yaml", text), &NoFiles).expect_err(text);
        assert_eq!(problems.len(), 1, "{text}");
        assert!(problems[0].place().is_some(), "{text}");
    }
}
