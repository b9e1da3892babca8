//! The in-memory back end.
