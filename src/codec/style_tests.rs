//! The table of OpenAPI 3.1.1, 4.8.12.3 ("Style Examples"), a test for each of its cells, and the row of
//! the style `cookie` from OpenAPI 3.2.0, 4.12.5. What it calls undefined is written as `form` has it.

use serde_json::{Value, json};

use super::escape::Escape;
use super::style::{Style, Writing};

fn written(style: Style, explode: bool, value: &Value) -> String {
    let escape = match style {
        Style::Cookie => Escape::Nothing,
        _ => Escape::Reserved,
    };
    let writing = Writing {
        name: "color",
        style,
        explode,
        escape,
    };
    if matches!(style, Style::Matrix | Style::Label | Style::Simple) {
        return writing.text(value);
    }
    let pairs: Vec<String> = writing
        .pairs(value)
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join(if style == Style::Cookie { "; " } else { "&" })
}

macro_rules! cells {
    ($($name:ident: $style:ident, $explode:literal, $value:tt => $text:literal;)*) => {
        $(#[test]
        fn $name() {
            assert_eq!(written(Style::$style, $explode, &json!($value)), $text);
        })*
    };
}

cells! {
    matrix_empty: Matrix, false, "" => ";color";
    matrix_string: Matrix, false, "blue" => ";color=blue";
    matrix_array: Matrix, false, ["blue", "black", "brown"] => ";color=blue,black,brown";
    matrix_object: Matrix, false, {"R": 100, "G": 200, "B": 150} => ";color=R,100,G,200,B,150";
    matrix_exploded_empty: Matrix, true, "" => ";color";
    matrix_exploded_string: Matrix, true, "blue" => ";color=blue";
    matrix_exploded_array: Matrix, true, ["blue", "black", "brown"] => ";color=blue;color=black;color=brown";
    matrix_exploded_object: Matrix, true, {"R": 100, "G": 200, "B": 150} => ";R=100;G=200;B=150";
    label_empty: Label, false, "" => ".";
    label_string: Label, false, "blue" => ".blue";
    label_array: Label, false, ["blue", "black", "brown"] => ".blue,black,brown";
    label_object: Label, false, {"R": 100, "G": 200, "B": 150} => ".R,100,G,200,B,150";
    label_exploded_empty: Label, true, "" => ".";
    label_exploded_string: Label, true, "blue" => ".blue";
    label_exploded_array: Label, true, ["blue", "black", "brown"] => ".blue.black.brown";
    label_exploded_object: Label, true, {"R": 100, "G": 200, "B": 150} => ".R=100.G=200.B=150";
    simple_empty: Simple, false, "" => "";
    simple_string: Simple, false, "blue" => "blue";
    simple_array: Simple, false, ["blue", "black", "brown"] => "blue,black,brown";
    simple_object: Simple, false, {"R": 100, "G": 200, "B": 150} => "R,100,G,200,B,150";
    simple_exploded_empty: Simple, true, "" => "";
    simple_exploded_string: Simple, true, "blue" => "blue";
    simple_exploded_array: Simple, true, ["blue", "black", "brown"] => "blue,black,brown";
    simple_exploded_object: Simple, true, {"R": 100, "G": 200, "B": 150} => "R=100,G=200,B=150";
    form_empty: Form, false, "" => "color=";
    form_string: Form, false, "blue" => "color=blue";
    form_array: Form, false, ["blue", "black", "brown"] => "color=blue,black,brown";
    form_object: Form, false, {"R": 100, "G": 200, "B": 150} => "color=R,100,G,200,B,150";
    form_exploded_empty: Form, true, "" => "color=";
    form_exploded_string: Form, true, "blue" => "color=blue";
    form_exploded_array: Form, true, ["blue", "black", "brown"] => "color=blue&color=black&color=brown";
    form_exploded_object: Form, true, {"R": 100, "G": 200, "B": 150} => "R=100&G=200&B=150";
    space_delimited_array: SpaceDelimited, false, ["blue", "black", "brown"] => "color=blue%20black%20brown";
    space_delimited_object: SpaceDelimited, false, {"R": 100, "G": 200, "B": 150} => "color=R%20100%20G%20200%20B%20150";
    space_delimited_undefined: SpaceDelimited, true, ["blue", "black"] => "color=blue&color=black";
    pipe_delimited_array: PipeDelimited, false, ["blue", "black", "brown"] => "color=blue%7Cblack%7Cbrown";
    pipe_delimited_object: PipeDelimited, false, {"R": 100, "G": 200, "B": 150} => "color=R%7C100%7CG%7C200%7CB%7C150";
    pipe_delimited_undefined: PipeDelimited, false, "blue" => "color=blue";
    tab_delimited_array: TabDelimited, false, ["blue", "black", "brown"] => "color=blue%09black%09brown";
    deep_object_object: DeepObject, true, {"R": 100, "G": 200, "B": 150} => "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150";
    deep_object_undefined: DeepObject, false, {"R": {"x": [1, 2]}} => "color%5BR%5D%5Bx%5D=1&color%5BR%5D%5Bx%5D=2";
    deep_object_undefined_string: DeepObject, true, "blue" => "color=blue";
    cookie_empty: Cookie, false, "" => "color=";
    cookie_string: Cookie, false, "blue" => "color=blue";
    cookie_exploded_empty: Cookie, true, "" => "color=";
    cookie_exploded_string: Cookie, true, "blue" => "color=blue";
    cookie_exploded_array: Cookie, true, ["blue", "black", "brown"] => "color=blue; color=black; color=brown";
    cookie_exploded_object: Cookie, true, {"greeting": "Hello%2C%20world!", "code": 42} => "greeting=Hello%2C%20world!; code=42";
}

#[test]
fn delimiters_within_values_are_escaped() {
    assert_eq!(
        written(Style::Form, false, &json!(["a,b", "c"])),
        "color=a%2Cb,c"
    );
    assert_eq!(
        written(Style::Matrix, true, &json!(["a;b"])),
        ";color=a%3Bb"
    );
    assert_eq!(
        written(Style::Simple, true, &json!({"a=b": "c"})),
        "a%3Db=c"
    );
}
