use proptest::prelude::*;

use super::*;

const LIMITS: Limits = Limits {
    connect: std::time::Duration::ZERO,
    total: std::time::Duration::ZERO,
    body: 64,
    head: 256,
};

/// The response that comes in these pieces, and what is left behind it.
fn read<'a>(
    method: &str,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Result<(Response, Vec<u8>), TransportError> {
    let mut reader = ResponseReader::new(method, &LIMITS);
    for piece in pieces {
        reader.buffer().extend_from_slice(piece);
        // What comes after the end stays where it is.
        reader.advance()?;
    }
    if !reader.advance()? {
        reader.end()?;
    }
    let (response, rest) = reader.finish();
    Ok((response, rest.to_vec()))
}

fn whole(text: &str) -> Result<(Response, Vec<u8>), TransportError> {
    read("GET", [text.as_bytes()])
}

fn refusal(text: &str) -> String {
    match whole(text) {
        Err(TransportError::NotHttp { reason }) => reason,
        other => panic!("{text:?} gave {other:?}"),
    }
}

#[test]
fn a_length_ends_the_body() {
    let (response, rest) =
        whole("HTTP/1.1 200 OK\r\nX-Two: a \r\nContent-Length: 3, 3\r\n\r\nabcdef")
            .expect("a response");
    assert_eq!(
        (response.status, &response.body[..], &rest[..]),
        (200, &b"abc"[..], &b"def"[..])
    );
    assert_eq!(response.headers.text("x-two"), Some("a"));
}

#[test]
fn a_chunked_body_outweighs_a_length() {
    let text = "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let (response, rest) = whole(text).expect("a response");
    assert_eq!((&response.body[..], rest.is_empty()), (&b"abc"[..], true));
}

#[test]
fn without_a_length_the_stream_ends_the_body() {
    let (response, _) = whole("HTTP/1.0 200 OK\r\n\r\nabc").expect("a response");
    assert_eq!(&response.body[..], b"abc");
}

#[test]
fn some_responses_have_no_body_whatever_they_say() {
    for (method, status) in [
        ("HEAD", 200),
        ("GET", 204),
        ("GET", 304),
        ("GET", 101),
        ("CONNECT", 200),
    ] {
        let text = format!("HTTP/1.1 {status} x\r\ncontent-length: 999\r\n\r\nabc");
        let (response, rest) = read(method, [text.as_bytes()]).expect("a response");
        assert_eq!(
            (response.body.is_empty(), &rest[..]),
            (true, &b"abc"[..]),
            "{method} {status}"
        );
    }
}

#[test]
fn interim_responses_are_skipped() {
    let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 201 x\r\ncontent-length: 0\r\n\r\n";
    let (response, rest) = whole(text).expect("a response");
    assert_eq!(
        (
            response.status,
            response.headers.contains("link"),
            rest.len()
        ),
        (201, false, 0)
    );
}

#[test]
fn bad_framing_is_named() {
    let head = "HTTP/1.1 200 OK\r\n";
    assert!(
        refusal(&format!(
            "{head}content-length: 3\r\ncontent-length: 4\r\n\r\nabcd"
        ))
        .contains("conflicting content-lengths, 3 and 4")
    );
    assert!(refusal(&format!("{head}content-length: +3\r\n\r\nabc")).contains("no number"));
    assert!(
        refusal("HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n")
            .contains("HTTP/1.0")
    );
    assert!(refusal("HTTP/1.1 012 x\r\n\r\n").contains("012"));
    assert!(refusal("HTTP/2.0 200 OK\r\n\r\n").contains("version"));
    assert!(refusal("HTTP/1.1 200 OK\r\na b: c\r\n\r\n").contains("header name"));
    assert!(refusal("\x15\x03\x01\x00\x02").contains("https"));
    assert!(refusal("SS").contains("HTTP/"));
}

#[test]
fn limits_hold_for_heads_and_bodies() {
    let head = |text: &str| {
        whole(text)
            == Err(TransportError::TooLarge {
                part: Part::Head,
                limit: 256,
            })
    };
    let body = |text: &str| {
        whole(text)
            == Err(TransportError::TooLarge {
                part: Part::Body,
                limit: 64,
            })
    };
    assert!(head(&format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(300))));
    assert!(head(&format!(
        "HTTP/1.1 200 OK\r\nx: {}\r\n\r\n",
        "y".repeat(300)
    )));
    assert!(head(&"HTTP/1.1 100 x\r\n\r\n".repeat(50)));
    assert!(head(&format!(
        "HTTP/1.1 200 OK\r\n{}\r\n",
        "a:\r\n".repeat(101)
    )));
    assert!(body("HTTP/1.1 200 OK\r\ncontent-length: 65\r\n\r\n"));
    assert!(body(
        "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999999\r\n\r\n"
    ));
    assert!(body(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n41\r\n"
    ));
    assert!(body(&format!("HTTP/1.1 200 OK\r\n\r\n{}", "y".repeat(65))));
}

#[test]
fn a_message_cut_short_says_how_far_it_came() {
    let cut = |text: &str| match whole(text) {
        Err(TransportError::ClosedEarly {
            phase,
            received,
            expected,
        }) => (phase, received, expected),
        other => panic!("{other:?}"),
    };
    assert_eq!(cut(""), (Phase::Head, 0, None));
    assert_eq!(cut("HTTP/1.1 100 Continue\r\n\r\n"), (Phase::Head, 0, None));
    assert_eq!(cut("HTTP/1.1 200 OK\r\nx"), (Phase::Head, 0, None));
    assert_eq!(
        cut("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"),
        (Phase::Body, 3, Some(9))
    );
    assert_eq!(
        cut("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabc"),
        (Phase::Body, 3, None)
    );
}

/// Bytes that look like a response here and there.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.0 204 x\r\n",
        "content-length: 5\r\n",
        "transfer-encoding: chunked\r\n",
        "connection: close\r\n",
        "x: y\r\n",
        "\r\n",
        "5\r\nabcde\r\n",
        "0\r\n\r\n",
        "abcde",
    ]);
    let piece = prop_oneof![
        6 => known.prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..8),
    ];
    let start = prop::sample::select(vec!["HTTP/1.1 200 OK\r\n", "HTTP/1.1 500 x\r\n", ""]);
    (start, prop::collection::vec(piece, 0..10))
        .prop_map(|(start, pieces)| [start.as_bytes().to_vec(), pieces.concat()].concat())
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces_give_one_result(bytes in bytes(), size in 1..40_usize, head in any::<bool>()) {
        let method = if head { "HEAD" } else { "GET" };
        let at_once = read(method, [&bytes[..]]);
        let in_pieces = read(method, bytes.chunks(size));
        match (at_once, in_pieces) {
            (Ok(at_once), Ok(in_pieces)) => prop_assert_eq!(at_once, in_pieces),
            (Err(_), Err(_)) => {}
            (at_once, in_pieces) => prop_assert!(false, "{at_once:?} but {in_pieces:?}"),
        }
    }

    #[test]
    fn no_bytes_whatever_are_too_much(bytes in prop::collection::vec(any::<u8>(), 0..600), size in 1..40_usize) {
        let _ = read("GET", bytes.chunks(size));
        let head: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let _ = read("GET", std::iter::once(head).chain(bytes.chunks(size)));
    }
}
