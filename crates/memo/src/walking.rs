//! Visiting every value of a message in the order of the standard, to write, compare or list it, and
//! changing texts in place.
//!
//! The order and the names come from the declarations in [`crate::classes`].

use crate::content::Content;
use crate::reading::model::Class;
use crate::schema::{ClassSchema, ElementSchema};

/// A visitor wants to see no more; it knows why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Halt;

/// Which element stands here.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Its row in the schema table.
    pub element: &'static ElementSchema,
    /// Which one of those with its name, from 1.
    pub number: u32,
}

/// Is shown a message, element by element.
pub trait Visitor {
    /// A class begins; its elements follow.
    ///
    /// # Errors
    /// [`Halt`] ends the visit.
    fn begin(&mut self, place: Place) -> Result<(), Halt>;

    /// The class begun last ends.
    ///
    /// # Errors
    /// [`Halt`] ends the visit.
    fn end(&mut self, place: Place) -> Result<(), Halt>;

    /// A simple value, as it is written.
    ///
    /// # Errors
    /// [`Halt`] ends the visit.
    fn text(&mut self, place: Place, text: &str) -> Result<(), Halt>;

    /// The content of a file.
    ///
    /// # Errors
    /// [`Halt`] ends the visit.
    fn content(&mut self, place: Place, content: &Content) -> Result<(), Halt>;
}

/// Changes texts and contents. Switches, dates and UUIDs have types of their own and stay as they are.
pub trait Changer {
    /// A text, a number kept as text, or an address. The schema's limits are the changer's business.
    fn text(
        &mut self,
        class: &'static ClassSchema,
        element: &'static ElementSchema,
        text: &mut String,
    );

    /// The content of a file.
    fn content(&mut self, content: &mut Content);
}

pub(crate) fn walk_class<C: Class>(
    class: &C,
    place: Place,
    visitor: &mut dyn Visitor,
) -> Result<(), Halt> {
    visitor.begin(place)?;
    class.walk(visitor)?;
    visitor.end(place)
}
