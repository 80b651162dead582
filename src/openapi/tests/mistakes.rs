//! Documents with mistakes, and what is none at all.

use serde_json::json;

use super::super::{NoFiles, load_with};
use super::{accepts, loaded};
use crate::diag::{Source, Style, render_all};

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

#[test]
fn links_that_lead_nowhere_are_said() {
    let text = r##"
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /users/{id}:
    get:
      operationId: getUser
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: d
          links:
            self: {operationId: getUser, parameters: {path.id: $request.path.id}}
            typo: {operationId: getUsr}
            gone: {operationRef: "#/paths/~1gone/get"}
            there: {operationRef: "#/paths/~1users~1{id}/get", parameters: {name: x}}
            other: {operationRef: "https://example.com/api.yaml#/paths/~1a/get"}
            none: {description: nothing}
"##;
    let contract = loaded(text, &NoFiles);
    insta::assert_snapshot!(render_all(&contract.warnings, Style::Plain), @r##"
    warning[link]: the link `typo` is to an operation `getUsr`, and there is none
      --> main.yaml:14:20
       |
    14 |             typo: {operationId: getUsr}
       |                    ^^^^^^^^^^^ this leads nowhere
       |
       = help: did you mean `getUser`?

    warning[link]: the link `gone` is to #/paths/~1gone/get, and there is nothing there
      --> main.yaml:15:20
       |
    15 |             gone: {operationRef: "#/paths/~1gone/get"}
       |                    ^^^^^^^^^^^^ this leads nowhere
       |
       = help: name an operation, such as #/paths/~1users~1{id}/get

    warning[link]: `name` is no parameter of `getUser`
      --> main.yaml:16:77
       |
    16 |             there: {operationRef: "#/paths/~1users~1{id}/get", parameters: {name: x}}
       |                                                                             ^^^^ this is never sent
       |
       = help: name a parameter of the operation that the link is to

    warning[link]: the link `none` names no operation
      --> main.yaml:18:13
       |
    18 |             none: {description: nothing}
       |             ^^^^ this leads nowhere
       |
       = help: give it an `operationId`
    "##);
}
