//! JSON on its way out: commas, indents, escapes.

use std::io::{self, Write};

/// Writes JSON, one member a line, and holds nothing but how deep it is.
pub(super) struct Emitter<'w> {
    pub(super) out: &'w mut dyn Write,
    /// Whether each open object or array has had a member.
    open: Vec<bool>,
    /// A name stands before what comes next.
    named: bool,
}

impl<'w> Emitter<'w> {
    pub(super) fn new(out: &'w mut dyn Write) -> Self {
        Self { out, open: Vec::with_capacity(16), named: false }
    }

    pub(super) fn name(&mut self, name: &str) -> io::Result<()> {
        self.place()?;
        serde_json::to_writer(&mut *self.out, name)?;
        self.named = true;
        self.out.write_all(b": ")
    }

    pub(super) fn begin(&mut self, bracket: u8) -> io::Result<()> {
        self.place()?;
        self.open.push(false);
        self.out.write_all(&[bracket])
    }

    pub(super) fn end(&mut self, bracket: u8) -> io::Result<()> {
        if self.open.pop() == Some(true) {
            self.line()?;
        }
        self.out.write_all(&[bracket])?;
        if self.open.is_empty() { self.out.write_all(b"\n") } else { Ok(()) }
    }

    pub(super) fn string(&mut self, text: &str) -> io::Result<()> {
        self.place()?;
        Ok(serde_json::to_writer(&mut *self.out, text)?)
    }

    /// A string whose inside is written as it is.
    pub(super) fn plain_string(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        self.place()?;
        self.out.write_all(b"\"")?;
        write(self.out)?;
        self.out.write_all(b"\"")
    }

    /// A number, `true` or `false`.
    pub(super) fn word(&mut self, word: &str) -> io::Result<()> {
        self.place()?;
        self.out.write_all(word.as_bytes())
    }

    /// What must stand before the next name, or before a value without one.
    fn place(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.named) {
            return Ok(());
        }
        let Some(begun) = self.open.last_mut() else { return Ok(()) };
        if std::mem::replace(begun, true) {
            self.out.write_all(b",")?;
        }
        self.line()
    }

    fn line(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")?;
        for _ in &self.open {
            self.out.write_all(b"  ")?;
        }
        Ok(())
    }
}
