//! One exchange over one connection, with nothing between us and its bytes.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::time::{Instant, sleep_until, timeout};

use crate::http::{Exchange, Request};

use super::error::{Phase, TransportError};
use super::options::{Limits, Way};
use super::reader::{ResponseReader, tokens};

/// How long bytes behind a complete response are waited for. A server that closes its side, as
/// most do when ours is closed, ends the wait at once.
const LINGER: Duration = Duration::from_millis(250);

/// How many bytes behind a response are kept.
const MAX_SURPLUS: usize = 64 * 1024;

/// How many bytes of an answer are kept as they came.
const MAX_RAW: usize = 64 * 1024;

/// A source that keeps the first bytes that are read from it.
struct Kept<R> {
    source: R,
    bytes: Vec<u8>,
    most: usize,
}

impl<R: AsyncRead + Unpin> AsyncRead for Kept<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.source).poll_read(context, buffer))?;
        let missing = self.most.saturating_sub(self.bytes.len());
        let read = &buffer.filled()[before..];
        self.bytes
            .extend_from_slice(&read[..read.len().min(missing)]);
        Poll::Ready(Ok(()))
    }
}

/// Sends the request and reads its answer, both at once: a refusal may come while the body is
/// still being written, and what is left of the body is then not sent.
///
/// By [`Way::Wire`] bytes behind the response are looked for; our side of the connection is
/// closed for that. The second value says whether the connection may be used again.
pub(super) async fn exchange<S>(
    stream: &mut S,
    request: &Request,
    way: Way,
    limits: &Limits,
    deadline: Instant,
) -> Result<(Exchange, bool), TransportError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    let wire = request.to_wire();
    let (source, mut sink) = tokio::io::split(stream);
    let mut source = Kept {
        source,
        bytes: Vec::new(),
        most: if way == Way::Wire { MAX_RAW } else { 0 },
    };
    let mut reader = ResponseReader::new(&request.method, limits);
    let mut sent = None;
    let start = Instant::now();
    {
        let mut sending = pin!(async {
            sink.write_all(&wire).await?;
            sink.flush().await
        });
        let mut late = pin!(sleep_until(deadline));
        while !reader.advance()? {
            let phase = match (reader.phase(), sent) {
                (Phase::Head, None | Some(false)) => Phase::Request,
                (phase, _) => phase,
            };
            tokio::select! {
                biased;
                // First, so that a server that never pauses cannot talk past it.
                () = &mut late => {
                    return Err(TransportError::TimedOut { after: limits.total, phase });
                }
                read = source.read_buf(reader.buffer()) => match read {
                    Ok(0) => reader.end().map_err(|error| with_phase(error, phase))?,
                    Ok(_) => {}
                    Err(error) => return Err(broken(&reader, &error, phase)),
                },
                // A failure to write is none of the answer's: a server may refuse a request
                // without reading all of it (RFC 9112, 9.6). Whether there is one, reading tells.
                done = &mut sending, if sent.is_none() => sent = Some(done.is_ok()),
            }
        }
    }
    let elapsed = start.elapsed();
    let reusable = sent == Some(true)
        && reader.is_reusable()
        && !tokens(&request.headers, "connection").any(|token| token == "close");
    let (mut response, rest) = reader.finish();
    if way == Way::Wire {
        response.surplus = Some(surplus(rest, &mut source, &mut sink).await);
        response.raw = Some(source.bytes.into());
    }
    let request = request.clone();
    Ok((
        Exchange {
            request,
            response,
            elapsed,
        },
        reusable && way == Way::Client,
    ))
}

/// Refuses what would be read as another message than the one meant.
pub(super) fn check_sendable(request: &Request) -> Result<(), TransportError> {
    let breaks = |bytes: &[u8]| bytes.iter().any(|b| matches!(b, b'\r' | b'\n' | b'\0'));
    let reason = if request.method.is_empty() || request.method.contains(char::is_whitespace) {
        Some("its method is no word".to_owned())
    } else if request.target.is_empty() || breaks(request.target.as_bytes()) {
        Some("its target is empty or holds a line break".to_owned())
    } else {
        request.headers.iter().find_map(|(name, value)| {
            let odd = name.is_empty() || name.contains([':', ' ']) || breaks(name.as_bytes());
            (odd || breaks(value.reveal()))
                .then(|| format!("its header field `{name}` holds a delimiter"))
        })
    };
    match reason {
        Some(reason) => Err(TransportError::Unsendable { reason }),
        None => Ok(()),
    }
}

/// Reads on until the other side closes, for a short time.
async fn surplus<R, W>(mut rest: BytesMut, source: &mut R, sink: &mut W) -> Bytes
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let gather = async {
        // If it cannot be closed, it is closed already.
        let _ = sink.shutdown().await;
        while rest.len() < MAX_SURPLUS {
            if !matches!(source.read_buf(&mut rest).await, Ok(1..)) {
                break;
            }
        }
    };
    // A server that keeps the connection open has said all it will.
    let _ = timeout(LINGER, gather).await;
    rest.truncate(MAX_SURPLUS);
    rest.freeze()
}

fn broken(reader: &ResponseReader, error: &std::io::Error, phase: Phase) -> TransportError {
    match TransportError::from_io(error, phase) {
        TransportError::ClosedEarly { .. } => with_phase(reader.cut_short(), phase),
        other => other,
    }
}

/// The reader doesn't know whether the request was sent; whoever writes does. Once an answer has
/// begun that no longer matters.
fn with_phase(error: TransportError, phase: Phase) -> TransportError {
    match error {
        TransportError::ClosedEarly {
            phase: Phase::Head,
            received,
            expected,
        } => TransportError::ClosedEarly {
            phase,
            received,
            expected,
        },
        other => other,
    }
}
