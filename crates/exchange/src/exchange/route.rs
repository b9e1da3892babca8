//! Finding the place of a message.
