//! The foreign server: it stands for yours, in whatever language that is, and has nothing to do with
//! proofmark. It answers one request a connection.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};

/// Serves on a free port on a thread of its own, and gives the URL. With `is_sound` false it counts what
/// is out of stock as -1, which its document rules out.
///
/// # Errors
/// When no port can be had.
pub fn serve(is_sound: bool) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Who hangs up gets no answer.
            let _ = answer(stream, is_sound);
        }
    });
    Ok(url)
}

fn answer(mut stream: TcpStream, is_sound: bool) -> io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let out_of_stock = if is_sound { 0 } else { -1 };
    let a = r#"{"sku":"A-1","count":3,"note":null}"#;
    let b = format!(r#"{{"sku":"B-2","count":{out_of_stock}}}"#);
    let mut words = first.split(' ');
    let (status, body) = match (words.next(), words.next()) {
        (Some("GET"), Some("/items")) => ("200 OK", format!("[{a},{b}]")),
        (Some("GET"), Some("/items/A-1")) => ("200 OK", a.to_owned()),
        (Some("GET"), Some("/items/B-2")) => ("200 OK", b),
        (Some("GET"), _) => ("404 Not Found", String::new()),
        _ => ("405 Method Not Allowed", String::new()),
    };
    let field = if status.starts_with("405") {
        "allow: GET\r\n"
    } else if body.is_empty() {
        ""
    } else {
        "content-type: application/json\r\n"
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{field}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}
