//! PostgreSQL (14 or newer, UTF8), through the synchronous driver.
//!
//! ```text
//!  connect ─► fault ─► migrate ─► copy ─► ingest   batches in, one transaction a commit
//!                                 row ─► walk ─► read, count   events out, in keyset pages
//! ```
//!
//! The tables live in the schema `public`, and every connection has exactly that search path, so
//! that neither a user's setting nor another schema can put a table in front of ours.
//!
//! A lost connection is made again by the next operation. Nothing is repeated by itself: whether
//! a commit happened is for the caller to find out, by reading the cursor.
//!
//! What it does *not* know: SQLite; how SQL is made of filters (`predicate`).

mod account;
mod batch;
mod connect;
mod copy;
mod count;
mod cursor;
mod deadline;
mod detect;
mod fault;
mod follow;
mod hold;
mod load;
mod ingest;
mod manage;
mod migrate;
mod outbox;
mod part;
mod pgpass;
mod read;
mod relabel;
mod retain;
mod right;
mod row;
mod seal;
#[cfg(test)]
mod tests;
mod walk;

use crate::detect::Stands;
use crate::ingest::Register;
use crate::seal::Leaves;
use crate::{Create, Error, Result, Store};
use common::clock::Timestamp;
use connect::Address;
use deadline::Deadline;
use postgres::error::SqlState;
use postgres::{Client, Statement};
use std::cell::Cell;
use std::collections::HashMap;
use std::time::Instant;

/// Whether a day has its partition, and after which instant to ask again.
struct Day {
    is_made: bool,
    again: Option<Instant>,
}

/// A connection to a PostgreSQL database.
pub(crate) struct Postgres {
    address: Address,
    client: Client,
    /// How long an operation may wait for the server.
    deadline: Deadline,
    /// Statements prepared on this connection, by their text.
    statements: HashMap<&'static str, Statement>,
    /// What is known of the partitions of days.
    days: HashMap<i64, Day>,
    /// Counts the connections made.
    connection: u32,
    /// Whether this connection may only read, which the next may not.
    is_read_only: Cell<bool>,
    /// The connection that is told of commits or of changes, and the channel.
    listening: Option<(u32, &'static str)>,
    /// Commit times of batches met while reading.
    committed: HashMap<i64, Timestamp>,
    /// Rows on their way to the server; kept for its allocation.
    rows: copy::Rows,
    leaves: Leaves,
    /// Batches whose events are in the open transaction.
    staged: Option<ingest::Staged>,
    /// The connection that compresses with LZ4 where the server can.
    packing: Option<u32>,
    /// Whether a transaction of batches is open.
    is_open: bool,
    /// Sources locked by this session, with the name of each.
    held: HashMap<i64, String>,
    /// The cursors of the host that claims.
    register: Register,
    /// Which intervals share a position.
    stands: Stands,
}

impl Postgres {
    /// Connects, and makes or updates the schema as `create` allows.
    pub(crate) fn open(url: &str, create: Create) -> Result<Postgres> {
        let address = Address::new(url)?;
        let (client, deadline) = address.connect()?;
        let mut store = Postgres {
            address,
            client,
            deadline,
            statements: HashMap::new(),
            days: HashMap::new(),
            connection: 0,
            is_read_only: Cell::new(false),
            listening: None,
            committed: HashMap::new(),
            rows: copy::Rows::default(),
            leaves: Leaves::default(),
            staged: None,
            packing: None,
            is_open: false,
            held: HashMap::new(),
            register: Register::default(),
            stands: Stands::default(),
        };
        store.migrate(create)?;
        if create == Create::Always {
            store.install()?;
        }
        Ok(store)
    }

    /// The connection; a new one when the last was lost, or may only read: that is settled when a
    /// session begins, and another server may be the one that writes by now.
    fn client(&mut self) -> Result<&mut Client> {
        if self.client.is_closed() || self.is_read_only.take() {
            (self.client, self.deadline) = self.address.connect()?;
            self.connection += 1;
            self.statements.clear();
            self.days.clear();
            self.register.clear();
            self.hold_again()?;
        }
        Ok(&mut self.client)
    }

    /// A statement prepared once a connection.
    fn statement(&mut self, text: &'static str) -> Result<Statement> {
        self.client()?;
        if let Some(statement) = self.statements.get(text) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(text).map_err(|error| self.fault(&error))?;
        self.statements.insert(text, statement.clone());
        Ok(statement)
    }

    /// Runs an operation that has to have its answers in time.
    fn in_time<T>(&mut self, operation: impl FnOnce(&mut Postgres) -> Result<T>) -> Result<T> {
        self.client()?;
        self.deadline.set(self.address.patience());
        let outcome = operation(self);
        self.deadline.clear();
        outcome
    }

    /// Turns a driver's error into this crate's.
    fn fault(&self, error: &postgres::Error) -> Error {
        let is_read_only = error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION);
        self.is_read_only.set(is_read_only || self.is_read_only.get());
        fault::fault(self.address.place(), error)
    }
}

impl Store for Postgres {
    fn name(&self) -> String {
        self.address.place().to_owned()
    }
}
