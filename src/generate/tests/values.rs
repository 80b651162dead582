//! Values from schemas.

use super::lines;
use crate::diag::Pointer;
use crate::generate::build::{build, build_within};

#[test]
fn scalars_keep_their_bounds_formats_and_patterns() {
    insta::assert_snapshot!(lines(r"
word: {type: string}
long: {type: string, minLength: 12}
short: {type: string, maxLength: 3}
count: {type: integer}
port: {type: integer, minimum: 1024, exclusiveMaximum: 1026}
negative: {type: integer, maximum: -5}
above: {type: integer, exclusiveMinimum: 41}
even: {type: integer, minimum: 3, multipleOf: 2}
both: {type: integer, allOf: [{multipleOf: 4}, {multipleOf: 6}, {minimum: 13}]}
share: {type: number, exclusiveMinimum: 0, exclusiveMaximum: 1}
cents: {type: number, multipleOf: 0.01, minimum: 0.07}
none-between: {type: integer, exclusiveMinimum: 1, exclusiveMaximum: 2}
when: {type: string, format: date-time}
day: {type: string, format: date}
id: {type: string, format: uuid}
mail: {type: string, format: email, minLength: 24}
site: {type: string, format: uri, maxLength: 40}
four: {type: string, format: ipv4}
six: {type: string, format: ipv6}
host: {type: string, format: hostname}
bytes: {type: string, format: byte}
encoded: {type: string, contentEncoding: base64}
small: {type: integer, format: int32, minimum: 7}
flag: {type: boolean}
nothing: {type: 'null'}
perhaps: {type: [string, 'null'], format: date}
listed: {enum: [~, green, red]}
fixed: {const: 7}
request: {type: string, pattern: '^req-[0-9a-f]{8}$'}
hex: {type: string, pattern: '^[0-9A-F]+$', minLength: 6, maxLength: 6}
ahead: {type: string, pattern: '^(?=.*[A-Z])(?=.*\d).{8,}$'}
never: {type: string, pattern: '^(?!)$'}
not-one: {type: integer, minimum: 1, not: {const: 1}}
not-these: {type: string, not: {enum: [example]}}
"), @r#"
    word: "example"
    long: "examplexxxxx"
    short: "exa"
    count: 1
    port: 1024
    negative: -5
    above: 42
    even: 4
    both: 24
    share: 0.5
    cents: 0.08
    none-between! no number was found within its bounds
    when: "2024-01-11T09:30:00Z"
    day: "2024-01-11"
    id: "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    mail: "personxxxxxx@example.com"
    site: "https://example.com/"
    four: "192.0.2.1"
    six: "2001:db8::1"
    host: "example.com"
    bytes: "ZXhhbXBsZXMx"
    encoded: "ZXhhbXBsZXMx"
    small: 7
    flag: true
    nothing: null
    perhaps: "2024-01-11"
    listed: "green"
    fixed: 7
    request: "req-aaaaaaaa"
    hex: "AAAAAA"
    ahead: "Example1"
    never! no text was found that matches `^(?!)$`
    not-one: 2
    not-these: "Example1"
    "#);
}

#[test]
fn objects_and_arrays_hold_what_they_must() {
    insta::assert_snapshot!(lines(r"
plain: {type: object, required: [b, a], properties: {a: {type: string}, b: {type: integer}, c: {type: string}}}
given: {type: object, required: [a], properties: {a: {type: string, example: Rex}}}
whole: {type: object, example: {a: 1}, properties: {a: {type: integer}}}
defaulted: {type: object, required: [a], properties: {a: {type: integer, default: 20}}}
read-only: {type: object, required: [id, name], properties: {id: {type: integer, readOnly: true}, name: {type: string}}}
open: {type: object, minProperties: 2}
closed: {type: object, minProperties: 1, additionalProperties: false, properties: {x: {type: 'null'}}}
too-closed: {type: object, minProperties: 2, additionalProperties: false, properties: {x: {type: 'null'}}}
by-pattern: {type: object, minProperties: 2, patternProperties: {'^x-[a-z]$': {type: integer}}, additionalProperties: false}
named: {type: object, minProperties: 2, propertyNames: {pattern: '^[A-Z]{3}$'}, additionalProperties: {type: boolean}}
dependent: {type: object, required: [card], properties: {card: {type: string}, address: {type: string}}, dependentRequired: {card: [address]}}
list: {type: array, items: {type: integer}}
some: {type: array, minItems: 2, items: {type: string}}
different: {type: array, minItems: 3, uniqueItems: true, items: {type: string}}
different-listed: {type: array, minItems: 2, uniqueItems: true, items: {enum: [a, b]}}
too-different: {type: array, minItems: 3, uniqueItems: true, items: {enum: [a, b]}}
different-objects: {type: array, minItems: 2, uniqueItems: true, items: {type: object, required: [n], properties: {n: {type: integer}}}}
tuple: {type: array, minItems: 3, prefixItems: [{type: string}, {type: integer}], items: {type: boolean}}
containing: {type: array, contains: {const: 5}}
untyped: {properties: {a: {}}, required: [a]}
"), @r#"
    plain: {"a":"example","b":1}
    given: {"a":"Rex"}
    whole: {"a":1}
    defaulted: {"a":20}
    read-only: {"name":"example"}
    open: {"example":"example","example2":"example"}
    closed: {"x":null}
    too-closed! it must have more members than are described
    by-pattern: {"x-a":1,"x-b":1}
    named: {"AAA":true,"BBB":true}
    dependent: {"card":"example","address":"example"}
    list: []
    some: ["example","example"]
    different: ["example","example-2","example-3"]
    different-listed: ["a","b"]
    too-different! it must be elements that all differ, and is ["a","b","a"]
    different-objects: [{"n":1},{"n":2}]
    tuple: ["example",1,true]
    containing: [5]
    untyped: {"a":"example"}
    "#);
}

#[test]
fn choices_take_the_first_branch_that_keeps_the_whole() {
    insta::assert_snapshot!(lines(r"
one: {oneOf: [{type: string, minLength: 3}, {type: integer}]}
never-first: {oneOf: [{type: string, pattern: '^(?!)$'}, {type: integer}]}
exclusive: {oneOf: [{type: integer}, {type: number}, {type: string}]}
any: {anyOf: [{required: [a]}, {required: [b]}], type: object, properties: {a: {type: integer}, b: {type: string}}}
two-choices: {type: object, allOf: [{oneOf: [{required: [a]}]}, {anyOf: [{required: [b]}]}]}
conditional: {type: object, required: [kind], properties: {kind: {enum: [card]}, number: {type: string}}, if: {properties: {kind: {const: card}}}, then: {required: [number]}}
merged: {allOf: [{$ref: '#/components/schemas/base'}, {type: object, required: [b], properties: {b: {type: integer}}}]}
base: {type: object, required: [a], properties: {a: {type: string, maxLength: 2}}}
sibling: {$ref: '#/components/schemas/base', required: [c]}
pet:
  oneOf: [{$ref: '#/components/schemas/cat'}, {$ref: '#/components/schemas/dog'}]
  discriminator: {propertyName: kind, mapping: {purring: '#/components/schemas/cat'}}
cat: {type: object, required: [kind, lives], properties: {kind: {type: string}, lives: {type: integer, minimum: 9}}}
dog: {type: object, required: [kind, barks], properties: {kind: {type: string}, barks: {type: boolean}}}
animal:
  type: object
  required: [species]
  properties: {species: {type: string}}
  discriminator: {propertyName: species}
bird: {allOf: [{$ref: '#/components/schemas/animal'}, {type: object}]}
message:
  oneOf: [{$ref: '#/components/schemas/said'}]
  discriminator: {propertyName: role}
said: {type: object, properties: {role: {enum: [user]}}}
aviary: {type: object, required: [first], properties: {first: {$ref: '#/components/schemas/bird'}}}
"), @r#"
    one: "example"
    never-first: 1
    exclusive: "example"
    any: {"a":1}
    two-choices: {"a":"example","b":"example"}
    conditional: {"kind":"card","number":"example"}
    merged: {"a":"ex","b":1}
    base: {"a":"ex"}
    sibling: {"a":"ex","c":"example"}
    pet: {"kind":"purring","lives":9}
    cat: {"kind":"example","lives":9}
    dog: {"kind":"example","barks":true}
    animal: {"species":"animal"}
    bird: {"species":"bird"}
    message: {"role":"user"}
    said: {}
    aviary: {"first":{"species":"bird"}}
    "#);
}

#[test]
fn recursion_ends_or_is_said_to_have_no_end() {
    insta::assert_snapshot!(lines(r"
node: {type: object, required: [next], properties: {next: {$ref: '#/components/schemas/node'}}}
list: {type: object, properties: {next: {$ref: '#/components/schemas/list'}}}
tree: {type: object, required: [children], properties: {children: {type: array, items: {$ref: '#/components/schemas/tree'}}}}
nullable: {type: [object, 'null'], required: [next], properties: {next: {$ref: '#/components/schemas/nullable'}}}
expression: {oneOf: [{type: object, required: [left, right], properties: {left: {$ref: '#/components/schemas/expression'}, right: {$ref: '#/components/schemas/expression'}}}, {type: integer}]}
mutual: {type: object, required: [other], properties: {other: {$ref: '#/components/schemas/other'}}}
other: {type: array, minItems: 1, items: {$ref: '#/components/schemas/mutual'}}
itself: {$ref: '#/components/schemas/itself'}
huge: {type: array, minItems: 100000000, items: {type: string}}
wide: {type: string, minLength: 100000000}
"), @r#"
    node! its schema needs itself, without end
    list: {}
    tree: {"children":[]}
    nullable: {"next":null}
    expression: {"left":1,"right":1}
    mutual! its schema needs itself, without end
    other! its schema needs itself, without end
    itself: "example"
    huge! it must have 100000000 elements
    wide! it must have 100000000 characters
    "#);
}

#[test]
fn choices_within_choices_end() {
    use std::fmt::Write as _;

    let mut schemas = String::new();
    for level in 0..100 {
        let next = level + 1;
        let _ = writeln!(
            schemas,
            "l{level}: {{oneOf: [{{$ref: '#/components/schemas/l{next}'}}]}}"
        );
    }
    schemas.push_str("l100: {type: string}\n");
    let values = super::values(&schemas);
    assert!(values[0].1.is_err(), "it is a hundred choices deep");
    assert_eq!(values[90].1, Ok("example".into()));
}

#[test]
fn what_doubles_at_every_level_is_given_up() {
    use std::fmt::Write as _;

    let mut schemas = String::new();
    for level in 0..30 {
        let next = level + 1;
        let _ = writeln!(
            schemas,
            "l{level}: {{type: object, required: [a, b], properties: {{a: {{$ref: '#/components/schemas/l{next}'}}, b: {{$ref: '#/components/schemas/l{next}'}}}}}}"
        );
    }
    schemas.push_str("l30: {type: string}\n");
    let contract = super::with_schemas(&schemas);
    let within = |level: usize, mut work: usize| {
        let at = Pointer::from_text(format!("/components/schemas/l{level}"));
        let made = build_within(&contract, &at, 0, &mut work);
        (made.map_err(|error| error.reason), work)
    };
    // It has a thousand million leaves. Each schema that is looked at costs some of the work, and of
    // that nothing is left.
    for work in [1, 1_000] {
        let (made, left) = within(0, work);
        let reason = made.expect_err("it is too much work");
        assert!(reason.contains("too large"), "{reason}");
        assert_eq!(left, 0);
    }
    let (made, left) = within(27, 1_000);
    assert!(made.is_ok() && left > 0, "{made:?} {left}");
    let at = Pointer::from_text("/components/schemas/l0");
    assert!(build(&contract, &at, 0).is_err());
}
