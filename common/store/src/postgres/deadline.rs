//! An end to waiting for a server that does not answer.
//!
//! A network that swallows packets, or a server that hangs, would keep a caller for ever: no
//! statement timeout of the server's helps there. So the stream of a TCP connection looks at a
//! deadline while it waits for bytes; what is late counts as a lost connection. The driver gives
//! its stream away only to a TLS connector, hence [`Plain`], which encrypts nothing, and
//! [`Sealed`] around one that does. It would ask for TLS before that, and wait for ever for a
//! server that accepts and says nothing: it is told that nobody need be asked ("direct"), and
//! `Sealed` asks. A Unix socket's server is on this machine and has no deadline.
//!
//! What it does *not* know: how long is too long; an operation without a deadline may take as
//! long as it needs.

use postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::time::Sleep;

/// When the operation that runs has to have its answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Deadline(Arc<Mutex<Option<Instant>>>);

impl Deadline {
    /// Answers are expected from now on within this time.
    pub(super) fn set(&self, patience: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + patience);
    }

    /// Answers may take any time.
    pub(super) fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn end(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What asks a server for TLS: a length and a number (PostgreSQL, "SSLRequest").
const TLS_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// Makes streams with a deadline and nothing else.
#[derive(Clone)]
pub(super) struct Plain(pub(super) Deadline);

/// Lets another connector make its streams above one with a deadline.
pub(super) struct Sealed<C> {
    pub(super) connector: C,
    pub(super) deadline: Deadline,
    /// Whether the server is not asked first.
    pub(super) is_direct: bool,
}

/// A stream that gives up at a deadline.
pub(super) struct Timed<S> {
    stream: S,
    deadline: Deadline,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> MakeTlsConnect<S> for Plain {
    type Stream = Timed<S>;
    type TlsConnect = Plain;
    type Error = Infallible;

    fn make_tls_connect(&mut self, _: &str) -> Result<Plain, Infallible> {
        Ok(self.clone())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsConnect<S> for Plain {
    type Stream = Timed<S>;
    type Error = Infallible;
    type Future = Ready<Result<Timed<S>, Infallible>>;

    fn connect(self, stream: S) -> Self::Future {
        ready(Ok(Timed { stream, deadline: self.0, alarm: None }))
    }
}

impl<S, C> MakeTlsConnect<S> for Sealed<C>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    C: MakeTlsConnect<Timed<S>>,
    C::TlsConnect: Send + 'static,
    <C::TlsConnect as TlsConnect<Timed<S>>>::Future: Send + 'static,
{
    type Stream = C::Stream;
    type TlsConnect = Sealed<C::TlsConnect>;
    type Error = C::Error;

    fn make_tls_connect(&mut self, domain: &str) -> Result<Self::TlsConnect, C::Error> {
        let connector = self.connector.make_tls_connect(domain)?;
        Ok(Sealed { connector, deadline: self.deadline.clone(), is_direct: self.is_direct })
    }
}

impl<S, C> TlsConnect<S> for Sealed<C>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    C: TlsConnect<Timed<S>> + Send + 'static,
    C::Future: Send,
{
    type Stream = C::Stream;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<C::Stream, Self::Error>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        let Sealed { connector, deadline, is_direct } = self;
        let mut stream = Timed { stream, deadline, alarm: None };
        Box::pin(async move {
            if !is_direct {
                stream.write_all(&TLS_REQUEST).await?;
                let mut answer = [0];
                stream.read_exact(&mut answer).await?;
                if answer != *b"S" {
                    return Err("the server has no TLS".into());
                }
            }
            connector.connect(stream).await.map_err(Into::into)
        })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Timed<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Pending => self.expire(context),
            answer => answer,
        }
    }
}

impl<S> Timed<S> {
    fn expire(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(end) = self.deadline.end() else { return Poll::Pending };
        let end = end.into();
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
        if alarm.deadline() != end {
            alarm.as_mut().reset(end);
        }
        alarm
            .as_mut()
            .poll(context)
            .map(|()| Err(io::Error::new(io::ErrorKind::TimedOut, "the server does not answer")))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
