//! A message as a tree whose leaves lead to texts and contents.

use crate::Message;
use crate::content::Content;
use crate::outline::{Element, Outline};
use crate::schema::Kind;

/// An element with what is in it, in the order of the standard.
pub(super) struct Node<'m> {
    pub(super) element: Element<'m>,
    pub(super) content: Option<&'m Content>,
    pub(super) children: Vec<Self>,
}

impl<'m> Node<'m> {
    /// The text at a path of names below it.
    pub(super) fn text(&self, path: &[&str]) -> Option<&'m str> {
        let [name, below @ ..] = path else { return self.element.text() };
        self.children.iter().find(|child| child.element.name() == *name)?.text(below)
    }
}

/// Hands the tree of a message to `each`.
pub(super) fn tree<T>(message: &Message, each: impl FnOnce(&Node<'_>) -> T) -> T {
    let outline = Outline::of(message);
    let mut contents = contents(message).into_iter();
    let root = outline.root().map(|root| node(root, &mut contents));
    let root = root.expect("the outline of a message begins with its root");
    each(&root)
}

fn node<'m>(element: Element<'m>, contents: &mut dyn Iterator<Item = &'m Content>) -> Node<'m> {
    let is_content = matches!(element.schema().kind, Kind::Value(value) if value.name == "Base64");
    let content = if is_content { contents.next() } else { None };
    let children = element.children().map(|child| node(child, contents)).collect();
    Node { element, content, children }
}

/// The contents of all files in document order.
fn contents(message: &Message) -> Vec<&Content> {
    let Some(body) = &message.body else { return Vec::new() };
    let additional = body.additional_documents.iter().flat_map(|document| &document.files);
    let technical = body.technical_documents.iter().flat_map(|document| &document.files);
    let files = body.main_document.files.iter().chain(additional).chain(technical);
    files.map(|file| &file.content).collect()
}
