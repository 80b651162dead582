//! Byte streams whose outgoing bytes a fault changes.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A fault of the bytes a connection sends.
pub(crate) trait ByteFault: Send + fmt::Debug {
    /// Sees what comes in.
    fn incoming(&mut self, bytes: &[u8]);

    /// What goes out in the place of the bytes; what is held back goes out with later ones.
    fn outgoing(&mut self, bytes: &[u8]) -> Vec<u8>;
}

/// A byte stream with faults.
#[derive(Debug)]
pub(crate) struct Faulty<IO> {
    io: IO,
    faults: Vec<Box<dyn ByteFault>>,
    /// What is still to go out, already changed.
    pending: Vec<u8>,
}

impl<IO> Faulty<IO> {
    pub(crate) fn new(io: IO, faults: Vec<Box<dyn ByteFault>>) -> Self {
        Self {
            io,
            faults,
            pending: Vec::new(),
        }
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for Faulty<IO> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(context, buffer))?;
        for fault in &mut self.faults {
            fault.incoming(&buffer.filled()[before..]);
        }
        Poll::Ready(Ok(()))
    }
}

impl<IO: AsyncWrite + Unpin> Faulty<IO> {
    fn poll_pending(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.pending.is_empty() {
            let written = ready!(Pin::new(&mut self.io).poll_write(context, &self.pending))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.pending.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for Faulty<IO> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.faults.is_empty() {
            return Pin::new(&mut self.io).poll_write(context, bytes);
        }
        // Nothing new is taken before what was taken is gone: no buffer grows without end.
        ready!(self.poll_pending(context))?;
        let mut changed = bytes.to_vec();
        for fault in &mut self.faults {
            changed = fault.outgoing(&changed);
        }
        self.pending = changed;
        match self.poll_pending(context) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            // What the stream doesn't take now goes out with the next write or flush.
            _ => Poll::Ready(Ok(bytes.len())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_pending(context))?;
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_pending(context))?;
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}
