//! What may be changed of a contact.
