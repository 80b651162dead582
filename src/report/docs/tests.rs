//! Both formats of small contracts.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{html, markdown};
use crate::diag::Source;
use crate::openapi::{Contract, load};

fn contract(text: &str) -> Contract {
    load(Source::new("api.yaml", text)).expect("the contract can be read")
}

const SMALL: &str = r##"
openapi: 3.1.0
info: {title: Notes, version: 1.2.0, description: "# About\nKeeps *notes*.", license: {name: MIT}}
tags: [{name: Notes, description: What is kept.}]
paths:
  /notes/{id}:
    put:
      operationId: putNote
      summary: Put a note
      tags: [Notes]
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer, minimum: 1}, examples: {id: {value: 7, summary: One that is there}}}
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Note"}
            examples: {published: {value: {text: "a | b"}}}
      responses:
        "200":
          description: Put.
          headers: {Date: {required: true, schema: {type: string}, x-conformance: {level: should}}}
          content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}
        4XX: {description: Not put.}
      x-conformance:
        relations: [{id: same, on: response, text: It comes back., rule: response.body == request.body, when: response.status == 200}]
        laws: [{id: kept, text: It is kept., level: should}]
components:
  securitySchemes:
    token: {type: apiKey, in: header, name: X-Token, x-conformance: {identities: {default: abc}}}
  schemas:
    Base: {type: object, required: [text], properties: {text: {type: string, maxLength: 9, pattern: "^a|b$"}}}
    Note:
      allOf:
        - $ref: "#/components/schemas/Base"
        - {additionalProperties: false, properties: {text: true, replies: {type: array, items: {$ref: "#/components/schemas/Note"}}}, x-conformance: {level: should}}
security: [{token: []}]
"##;

#[test]
fn a_small_contract_in_markdown() {
    insta::assert_snapshot!(markdown(&contract(SMALL), None), @r##"
    # Notes

    - Version: 1.2.0
    - OpenAPI: 3.1.0
    - Licence: MIT

    ## About
    Keeps *notes*.

    Levels are those of RFC 2119: who breaks a **must** doesn't conform, breaking a **should** or a **may** is reported and fails nothing. Where none is named, it is **must**, or that of the table the demand stands in.

    - [Authentication](#authentication)
    - [Notes](#tag-Notes)
      - `PUT` [Put a note](#putNote)

    <a id="authentication"></a>

    ## Authentication

    <a id="auth-token"></a>

    ### `token`

    Send the credential in the header field `X-Token`.

    As the identity `default`:

    ```
    X-Token: abc
    ```

    <a id="tag-Notes"></a>

    ## Notes

    What is kept.

    <a id="putNote"></a>

    ### Put a note

    `PUT` `/notes/{id}`

    - Operation: `putNote`
    - Authentication: [`token`](#auth-token)

    #### Parameters

    | Name | In | Type | Required | Constraints | Examples |
    | --- | --- | --- | --- | --- | --- |
    | `id` | path | integer | yes | at least 1 | `7` – id: One that is there |

    #### Request body

    A body must be sent.

    Body `application/json`:

    | Member | Type | Required | Constraints |
    | --- | --- | --- | --- |
    | body | object |  | no other members **should** |
    | `text` | string | yes | at most 9 characters<br>matches `^a\|b$` |
    | `replies` | array |  |  |
    | `replies[]` | object |  | no other members **should**<br>recursive: the same again as body |

    Example `published` (`application/json`):

    ```json
    {
      "text": "a | b"
    }
    ```

    #### Responses

    <a id="putNote-200"></a>

    ##### `200` OK

    Put.

    Headers:

    | Header | Type | Required |
    | --- | --- | --- |
    | `Date` | string | yes **should** |

    Body `application/json`:

    | Member | Type | Required | Constraints |
    | --- | --- | --- | --- |
    | body | object |  | no other members **should** |
    | `text` | string | yes | at most 9 characters<br>matches `^a\|b$` |
    | `replies` | array |  |  |
    | `replies[]` | object |  | no other members **should**<br>recursive: the same again as body |

    <a id="putNote-4XX"></a>

    ##### `4XX`

    Not put.

    #### Relations

    What holds between the parts of an exchange, beyond the schemas.

    | Relation | Level | Of the | Demand | Rule (CEL) |
    | --- | --- | --- | --- | --- |
    | `same` | **must** | response | It comes back. | `response.body == request.body`<br>when `response.status == 200` |

    #### Laws

    What holds across exchanges.

    | Law | Level | Demand |
    | --- | --- | --- |
    | `kept` | **should** | It is kept. |
    "##);
}

const HOSTILE: &str = r#"
openapi: 3.1.0
info: {title: "<script>alert(0)</script> & co", version: "<b>", description: "See <script>alert(1)</script> & [x](javascript:alert(2)) ![y](https://example.org/y.png)"}
paths:
  "/a/<i>":
    get:
      summary: "a | b <u>\nc"
      description: "a | b\n\n| x | y |\n| - | - |\n| <script> | `\\|` |"
      externalDocs: {url: "javascript:alert(3)"}
      tags: ["<s> & t"]
      parameters:
        - {name: "q|<x>", in: query, description: "- a | b\n- <script>", schema: {type: string, enum: ["|", "<script>", "\\|", "`"]}, example: "</code><script>"}
      responses:
        default:
          description: "<script>"
          headers: {"X-A|B": {description: "1 | 2", schema: {type: string, pattern: "a\\|b|<c>"}}}
          content: {text/html: {schema: {type: string, description: "<script> | &"}, example: "</pre><script>&```"}}
components:
  securitySchemes:
    "<k>": {type: http, scheme: "<e>", description: "<script>", x-conformance: {identities: {"<n>": "<script>"}}}
"#;

#[test]
fn markup_of_the_document_is_text() {
    let contract = contract(HOSTILE);
    let page = html(&contract, None);
    for markup in [
        "<script",
        "<b>",
        "<i>",
        "<u>",
        "<s>",
        "<k>",
        "<e>",
        "<n>",
        "<img",
        "href=\"javascript",
    ] {
        assert!(!page.contains(markup), "{markup}");
    }
    assert!(page.contains("<title>&lt;script&gt;alert(0)&lt;/script&gt; &amp; co</title>"));
    assert!(page.contains("See &lt;script&gt;alert(1)&lt;/script&gt; &amp; x y</p>"));
    assert!(page.contains("&lt;/pre&gt;&lt;script&gt;&amp;```"));
    assert_eq!(
        page.matches("<table role").count(),
        page.matches("</table>").count() - 1
    );

    // Outside code, an angle bracket that is not escaped begins an anchor or a break.
    let text = markdown(&contract, None);
    assert!(
        text.contains("# \\<script\\>alert(0)\\</script\\> \\& co"),
        "{text}"
    );
    let mut events = pulldown_cmark::Parser::new_ext(&text, pulldown_cmark::Options::ENABLE_TABLES);
    let stray = events.find_map(|event| match event {
        pulldown_cmark::Event::Html(markup) | pulldown_cmark::Event::InlineHtml(markup) => {
            let own = ["<a id=", "</a>", "<br>", "<code>", "</code>"];
            (!own.iter().any(|own| markup.starts_with(own))).then(|| markup.to_string())
        }
        pulldown_cmark::Event::Start(pulldown_cmark::Tag::Link { dest_url, .. }) => dest_url
            .starts_with("javascript")
            .then(|| dest_url.to_string()),
        _ => None,
    });
    assert_eq!(stray, None, "{text}");
}

/// The cells of a line of a table, as GitHub counts them.
fn cells(line: &str) -> usize {
    let mut escaped = false;
    let pipes = line.chars().filter(|c| {
        let divides = *c == '|' && !escaped;
        escaped = *c == '\\' && !escaped;
        divides
    });
    pipes.count()
}

#[test]
fn the_rows_of_a_table_have_as_many_cells_as_its_head() {
    for text in [SMALL, HOSTILE, ALTERNATIVES] {
        let shown = markdown(&contract(text), None);
        let mut columns = None;
        for line in shown.lines() {
            if line.starts_with('|') {
                assert_eq!(
                    cells(line),
                    *columns.get_or_insert(cells(line)),
                    "{line}\n{shown}"
                );
            } else {
                columns = None;
            }
        }
    }
}

#[test]
fn every_operation_has_its_place_and_every_link_leads_to_one() {
    for text in [SMALL, HOSTILE, ALTERNATIVES] {
        let contract = contract(text);
        let page = html(&contract, None);
        let between = |start: &str| -> Vec<String> {
            let found = page
                .split(start)
                .skip(1)
                .filter_map(|rest| rest.split('"').next());
            found
                .map(|text| {
                    percent_encoding::percent_decode_str(text)
                        .decode_utf8_lossy()
                        .into_owned()
                })
                .collect()
        };
        let ids = between(" id=\"");
        let unique: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "{ids:?}");
        for operation in &contract.operations {
            let id = super::escape::html(&operation.name.replace(' ', "-"));
            assert!(unique.contains(&id), "{id} {ids:?}");
        }
        for target in between("href=\"#") {
            assert!(
                unique.contains(&super::escape::html(&target)),
                "{target} {ids:?}"
            );
        }
    }
}

const ALTERNATIVES: &str = r##"
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /a:
    post:
      operationId: tag-Operations
      requestBody:
        content:
          application/json: {schema: {$ref: "#/components/schemas/Node"}}
          text/plain: {schema: {oneOf: [{type: string, format: uuid}, {const: none}]}}
      responses: {"204": {description: Done.}, "404": {description: ""}}
components:
  schemas:
    Node:
      type: object
      properties:
        left: {$ref: "#/components/schemas/Node"}
        "odd.name": {oneOf: [{type: "null"}, {$ref: "#/components/schemas/Leaf"}]}
        chain: {anyOf: [{$ref: "#/components/schemas/Loop"}, {not: {$ref: "#/components/schemas/Node"}}]}
      patternProperties: {"^x-": {type: boolean}}
    Leaf: {type: [object, "null"], additionalProperties: {$ref: "#/components/schemas/Leaf"}, propertyNames: {maxLength: 3}}
    Loop: {allOf: [{$ref: "#/components/schemas/Loop"}], anyOf: [{$ref: "#/components/schemas/Loop"}], not: {$ref: "#/components/schemas/Loop"}}
"##;

#[test]
fn recursion_ends_and_alternatives_are_told_apart() {
    let text = markdown(&contract(ALTERNATIVES), None);
    let from = text
        .find("Body `application/json`")
        .expect("there is a body");
    let to = text.find("# Responses").expect("there are responses");
    insta::assert_snapshot!(text[from..to].trim_end_matches(['#', '\n']), @r##"
    Body `application/json`:

    | Member | Type | Constraints |
    | --- | --- | --- |
    | body | object |  |
    | `left` | object | recursive: the same again as body |
    | `["odd.name"]` | any | exactly one of 2 alternatives |
    | `["odd.name"]` (alternative 1 of 2) | null |  |
    | `["odd.name"]` (alternative 2 of 2) | object or null | names of members: at most 3 characters |
    | `["odd.name"].*` (alternative 2 of 2) | object or null | names of members: at most 3 characters<br>recursive: the same again as `["odd.name"]` |
    | `chain` | any | any of 2 alternatives |
    | `chain` (alternative 1 of 2) | any | not: `{"$ref":"#/components/schemas/Loop"}`<br>any of 1 alternative |
    | `chain` (alternative 1 of 2, alternative 1 of 1) | any | not: `{"$ref":"#/components/schemas/Loop"}`<br>any of 1 alternative<br>recursive: the same again as `chain` |
    | `chain` (alternative 2 of 2) | any | not: `{"$ref":"#/components/schemas/Node"}` |
    | `(/^x-/)` | boolean |  |

    Body `text/plain`:

    | Member | Type | Constraints |
    | --- | --- | --- |
    | body | any | exactly one of: string (uuid); always `none` |
    "##);
}

#[test]
fn a_schema_that_multiplies_is_cut() {
    let mut text = String::from(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get:\n      responses:\n        '200': \
         {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/S0'}}}}\n\
         components:\n  schemas:\n    S20: {type: string}\n",
    );
    for n in 0..20 {
        let next = format!("{{$ref: '#/components/schemas/S{}'}}", n + 1);
        let _ = writeln!(text, "    S{n}: {{properties: {{a: {next}, b: {next}}}}}");
    }
    let page = html(&contract(&text), None);
    assert!(page.contains("the table ends here"));
    assert!(page.len() < 200_000, "{}", page.len());
}

#[test]
fn the_same_contract_gives_the_same_bytes() {
    assert_eq!(
        html(&contract(HOSTILE), None),
        html(&contract(HOSTILE), None)
    );
    assert_eq!(
        markdown(&contract(SMALL), None),
        markdown(&contract(SMALL), None)
    );
}
