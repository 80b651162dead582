//! Each version, read into the same model.

use serde_json::json;

use super::{accepts, alone, outline};

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
