//! The list of faults, and how several of them are put around one server.

use axum::Router;
use tokio::io::{AsyncRead, AsyncWrite};

use super::stream::{ByteFault, Faulty};
use super::{access, body, headers, input, limits, protocol, rare, semantics, status};

/// One way in which the reference can be made to break its contract.
#[derive(Debug)]
pub struct Fault {
    /// What kind of thing goes wrong.
    pub category: Category,
    /// What the fault is asked for by; unique among the faults.
    pub name: &'static str,
    /// The id of the clause a server with this fault breaks.
    pub clause: &'static str,
    /// Clauses that may be named beside it, because it breaks them too or because less is seen of an
    /// exchange than its bytes.
    pub also: &'static [&'static str],
    /// What the server does wrong, in one sentence.
    pub summary: &'static str,
    /// How the fault is brought about.
    pub(crate) kind: Kind,
}

impl Fault {
    /// The same fault, with clauses that may be named beside its own.
    pub(super) const fn beside(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }
}

/// What kind of thing a fault gets wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// The status of an answer.
    Status,
    /// The body of an answer.
    Body,
    /// The headers of an answer.
    Headers,
    /// What is stored.
    Semantics,
    /// Who is let in.
    Access,
    /// How much is taken.
    Limits,
    /// Which requests are taken.
    Input,
    /// How messages are framed and paths are read.
    Protocol,
    /// What shows only now and then.
    Rare,
}

impl Category {
    /// The category's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Body => "body",
            Self::Headers => "headers",
            Self::Semantics => "semantics",
            Self::Access => "access",
            Self::Limits => "limits",
            Self::Input => "input",
            Self::Protocol => "protocol",
            Self::Rare => "rare",
        }
    }

    /// A fault of this category that is a layer around the router.
    pub(super) const fn fault(
        self,
        name: &'static str,
        clause: &'static str,
        summary: &'static str,
        layer: fn(Router) -> Router,
    ) -> Fault {
        Fault {
            category: self,
            name,
            clause,
            also: &[],
            summary,
            kind: Kind::Service(layer),
        }
    }

    /// A fault of this category that changes what a connection sends.
    pub(super) const fn byte_fault(
        self,
        name: &'static str,
        clause: &'static str,
        summary: &'static str,
        change: fn() -> Box<dyn ByteFault>,
    ) -> Fault {
        Fault {
            category: self,
            name,
            clause,
            also: &[],
            summary,
            kind: Kind::Bytes(change),
        }
    }
}

/// How a fault is brought about.
#[derive(Debug)]
pub(crate) enum Kind {
    /// By a layer around the router.
    Service(fn(Router) -> Router),
    /// By changing what a connection sends; the state is one connection's own.
    Bytes(fn() -> Box<dyn ByteFault>),
}

/// The tables of faults, in the order in which these are put around the router, the innermost first.
///
/// The order is what lets them be combined. Those that act on the store come first, so that a request
/// let in by one of the next tables meets them too; those that change an answer come last.
static TABLES: [&[Fault]; 9] = [
    &semantics::FAULTS,
    &rare::FAULTS,
    &limits::FAULTS,
    &input::FAULTS,
    &access::FAULTS,
    &protocol::FAULTS,
    &status::FAULTS,
    &headers::FAULTS,
    &body::FAULTS,
];

/// All faults the reference can be given.
pub fn faults() -> impl Iterator<Item = &'static Fault> {
    TABLES.iter().copied().flatten()
}

/// The fault of this name.
#[must_use]
pub fn fault(name: &str) -> Option<&'static Fault> {
    faults().find(|fault| fault.name == name)
}

/// Puts those of the faults that are layers around the router.
pub(crate) fn apply(router: Router, faults: &[&'static Fault]) -> Router {
    chosen(faults).fold(router, |router, fault| match fault.kind {
        Kind::Service(layer) => layer(router),
        Kind::Bytes(_) => router,
    })
}

/// Puts those of the faults that change bytes around a connection's stream.
///
/// The result borrows nothing from the list, so that a task of its own can serve the connection.
pub(crate) fn around<IO>(
    io: IO,
    faults: &[&'static Fault],
) -> impl AsyncRead + AsyncWrite + Unpin + Send + use<IO>
where
    IO: AsyncRead + AsyncWrite + Unpin + Send,
{
    let changes = chosen(faults)
        .filter_map(|fault| match fault.kind {
            Kind::Service(_) => None,
            Kind::Bytes(change) => Some(change()),
        })
        .collect();
    Faulty::new(io, changes)
}

/// The chosen faults in the catalogue's order, each once, whatever order they were asked for in.
fn chosen(chosen: &[&'static Fault]) -> impl Iterator<Item = &'static Fault> {
    faults().filter(|fault| chosen.iter().any(|asked| asked.name == fault.name))
}
