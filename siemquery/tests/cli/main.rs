//! siemquery as its users run it: the real program on SQLite and on PostgreSQL.

mod change;
mod errors;
mod follow;
mod hostile;
mod output;
mod select;
mod siem;
mod world;
