//! What siemmanage asks of a database: schema, sections, helpers, retention, status.
//!
//! What it does *not* know: files.

/// The operations of siemmanage.
pub trait Manage {}
