//! The test bodies on PostgreSQL.
//!
//! What it does *not* know: SQLite.

#[macro_use]
mod body;

use body::place::Place;
use store::{Create, Store, Url};
use testkit::{Database, database};

struct Server(Database);

impl Place for Server {
    const IS_POSTGRES: bool = true;

    fn new() -> Server {
        Server(database())
    }

    fn open(&self) -> Box<dyn Store> {
        store::open(&Url::Postgres(self.0.url().to_owned()), Create::Always).expect("a database")
    }

    fn behind(&self) -> impl FnMut(&str) {
        let client = postgres::Client::connect(self.0.url(), postgres::NoTls);
        let mut client = client.expect("a connection");
        move |statement| client.batch_execute(statement).expect("a statement")
    }
}

bodies!(Server);
