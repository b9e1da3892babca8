//! Markup made in code, for pages whose parts are the same: tables, lists of facts, forms.
//!
//! Every text is escaped as it comes in, and nothing but this module makes markup of text.

use std::fmt;

/// Markup. Texts become markup by escaping.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Html(String);

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn escape(text: &str, into: &mut String) {
    for character in text.chars() {
        match character {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&#39;"),
            other => into.push(other),
        }
    }
}

impl From<&str> for Html {
    fn from(text: &str) -> Self {
        let mut html = String::with_capacity(text.len());
        escape(text, &mut html);
        Self(html)
    }
}

impl From<String> for Html {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&String> for Html {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<Vec<Html>> for Html {
    fn from(parts: Vec<Html>) -> Self {
        parts.into_iter().collect()
    }
}

impl<const N: usize> From<[Html; N]> for Html {
    fn from(parts: [Html; N]) -> Self {
        parts.into_iter().collect()
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<I: IntoIterator<Item = Html>>(parts: I) -> Self {
        let mut html = String::new();
        for part in parts {
            html.push_str(&part.0);
        }
        Self(html)
    }
}

impl Html {
    /// Nothing.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// Adds to the end.
    pub(crate) fn push(&mut self, more: impl Into<Html>) {
        self.0.push_str(&more.into().0);
    }

    /// Markup a template made, which escaped its texts itself.
    pub(crate) fn of_template(template: &impl askama::Template) -> Result<Self, askama::Error> {
        template.render().map(Self)
    }
}

/// Attributes: names are ours, values are escaped.
pub(crate) type Attributes<'a> = &'a [(&'static str, &'a str)];

fn begin(name: &str, attributes: Attributes<'_>) -> String {
    let mut html = format!("<{name}");
    for (attribute, value) in attributes {
        html.push(' ');
        html.push_str(attribute);
        html.push_str("=\"");
        escape(value, &mut html);
        html.push('"');
    }
    html.push('>');
    html
}

/// An element.
pub(crate) fn el(name: &'static str, attributes: Attributes<'_>, inside: impl Into<Html>) -> Html {
    let mut html = begin(name, attributes);
    html.push_str(&inside.into().0);
    html.push_str("</");
    html.push_str(name);
    html.push_str(">\n");
    Html(html)
}

/// An element within a line: no space follows it.
pub(crate) fn span(
    name: &'static str,
    attributes: Attributes<'_>,
    inside: impl Into<Html>,
) -> Html {
    let mut html = el(name, attributes, inside);
    html.0.pop();
    html
}

/// An element without an end.
pub(crate) fn void(name: &'static str, attributes: Attributes<'_>) -> Html {
    Html(begin(name, attributes))
}

/// A paragraph.
pub(crate) fn p(inside: impl Into<Html>) -> Html {
    el("p", &[], inside)
}

/// A quiet paragraph.
pub(crate) fn quiet(inside: impl Into<Html>) -> Html {
    el("p", &[("class", "quiet")], inside)
}

/// Words for those who hear the page.
pub(crate) fn unseen(inside: impl Into<Html>) -> Html {
    span("span", &[("class", "sr-only")], inside)
}

/// A heading of the second level.
pub(crate) fn h2(inside: impl Into<Html>) -> Html {
    el("h2", &[], inside)
}

/// A heading of the third level.
pub(crate) fn h3(inside: impl Into<Html>) -> Html {
    el("h3", &[], inside)
}

/// A link.
pub(crate) fn a(href: &str, inside: impl Into<Html>) -> Html {
    span("a", &[("href", href)], inside)
}

/// A list; nothing when it has no entries.
pub(crate) fn ul(class: &str, entries: impl IntoIterator<Item = Html>) -> Html {
    let entries: Vec<Html> = entries.into_iter().map(|entry| el("li", &[], entry)).collect();
    if entries.is_empty() { Html::none() } else { el("ul", &[("class", class)], entries) }
}

/// What a badge or an alert says of the thing it stands beside. Always with words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Warning,
    Bad,
    Quiet,
    Info,
}

impl Tone {
    fn badge(self) -> &'static str {
        match self {
            Self::Good => "badge badge-success",
            Self::Warning => "badge badge-warning",
            Self::Bad => "badge badge-error",
            Self::Quiet => "badge badge-quiet",
            Self::Info => "badge badge-info",
        }
    }

    fn alert(self) -> (&'static str, &'static str) {
        match self {
            Self::Good => ("alert alert-success", "status"),
            Self::Warning => ("alert alert-warning", "status"),
            Self::Bad => ("alert alert-error", "alert"),
            Self::Quiet | Self::Info => ("alert alert-info", "status"),
        }
    }
}

/// A badge.
pub(crate) fn badge(tone: Tone, words: impl Into<Html>) -> Html {
    span("span", &[("class", tone.badge())], words)
}

/// A box that tells something; the title may be empty.
pub(crate) fn alert(tone: Tone, title: &str, inside: impl Into<Html>) -> Html {
    let (class, role) = tone.alert();
    let mut body = Html::none();
    if !title.is_empty() {
        body.push(el("p", &[("class", "alert-heading")], title));
    }
    body.push(el("div", &[("class", "alert-text")], inside));
    el("div", &[("class", class), ("role", role)], el("div", &[("class", "alert-body")], body))
}

/// Names and what they are.
pub(crate) fn facts<'a>(facts: impl IntoIterator<Item = (&'a str, Html)>) -> Html {
    let rows = facts
        .into_iter()
        .map(|(name, what)| el("div", &[], [el("dt", &[], name), el("dd", &[], what)]));
    el("dl", &[("class", "facts")], rows.collect::<Html>())
}

/// A table whose first cells are the headings of their rows. `label` is unique in its page.
pub(crate) fn table(
    label: &str,
    headings: &[&str],
    rows: impl IntoIterator<Item = Vec<Html>>,
) -> Html {
    let head = headings.iter().map(|heading| el("th", &[("scope", "col")], *heading));
    let head = el("thead", &[], el("tr", &[], head.collect::<Html>()));
    let body = rows.into_iter().map(|cells| {
        let cells = cells.into_iter().enumerate().map(|(at, cell)| match at {
            0 => el("th", &[("scope", "row")], cell),
            _ => el("td", &[], cell),
        });
        el("tr", &[], cells.collect::<Html>())
    });
    let body = el("tbody", &[], body.collect::<Html>());
    scroll(label, el("table", &[("class", "table table-programme")], [head, body]))
}

/// What may be wider than the page.
pub(crate) fn scroll(label: &str, inside: impl Into<Html>) -> Html {
    let attributes =
        [("class", "table-scroll"), ("role", "region"), ("tabindex", "0"), ("aria-label", label)];
    el("div", &attributes, inside)
}

/// A form that sends.
pub(crate) fn form(action: &str, token: &str, inside: impl Into<Html>) -> Html {
    let attributes = [("method", "post"), ("action", action), ("class", "work-form")];
    el("form", &attributes, [hidden("token", token), inside.into()])
}

/// A form that sends a file.
pub(crate) fn form_with_file(action: &str, token: &str, inside: impl Into<Html>) -> Html {
    let attributes = [
        ("method", "post"),
        ("action", action),
        ("class", "work-form"),
        ("enctype", "multipart/form-data"),
    ];
    el("form", &attributes, [hidden("token", token), inside.into()])
}

/// A form that asks.
pub(crate) fn asking(action: &str, inside: impl Into<Html>) -> Html {
    el("form", &[("method", "get"), ("action", action), ("class", "work-form")], inside)
}

/// What a form carries and does not show.
pub(crate) fn hidden(name: &str, value: &str) -> Html {
    void("input", &[("type", "hidden"), ("name", name), ("value", value)])
}

fn label(id: &str, words: &str) -> Html {
    el("label", &[("class", "form-label"), ("for", id)], words)
}

fn group(inside: impl Into<Html>) -> Html {
    el("div", &[("class", "form-group")], inside)
}

/// A line to fill in.
pub(crate) fn line(id: &str, name: &str, words: &str, value: &str) -> Html {
    let input = [
        ("class", "form-input"),
        ("id", id),
        ("name", name),
        ("value", value),
        ("autocomplete", "off"),
    ];
    group([label(id, words), void("input", &input)])
}

/// A whole number to fill in.
pub(crate) fn number(id: &str, name: &str, words: &str, value: &str) -> Html {
    let input = [
        ("class", "form-input"),
        ("id", id),
        ("name", name),
        ("value", value),
        ("inputmode", "numeric"),
        ("autocomplete", "off"),
    ];
    group([label(id, words), void("input", &input)])
}

/// A day to fill in.
pub(crate) fn day(id: &str, name: &str, words: &str, value: &str) -> Html {
    let input =
        [("class", "form-input"), ("type", "date"), ("id", id), ("name", name), ("value", value)];
    group([label(id, words), void("input", &input)])
}

/// Several lines to fill in.
pub(crate) fn area(id: &str, name: &str, words: &str, value: &str) -> Html {
    let input = [("class", "form-input"), ("id", id), ("name", name), ("rows", "3")];
    group([label(id, words), el("textarea", &input, value)])
}

/// A list to choose one of: values and what they are called.
pub(crate) fn choose(
    id: &str,
    name: &str,
    words: &str,
    options: impl IntoIterator<Item = (String, String)>,
    chosen: &str,
) -> Html {
    let options = options.into_iter().map(|(value, called)| {
        if value == chosen {
            el("option", &[("value", &value), ("selected", "selected")], called)
        } else {
            el("option", &[("value", &value)], called)
        }
    });
    let options: Html = options.collect();
    let select = [("class", "form-select"), ("id", id), ("name", name)];
    group([label(id, words), el("select", &select, options)])
}

/// A box to tick.
pub(crate) fn tick(id: &str, name: &str, value: &str, words: &str, ticked: bool) -> Html {
    let mut input = vec![
        ("class", "form-checkbox"),
        ("type", "checkbox"),
        ("id", id),
        ("name", name),
        ("value", value),
    ];
    if ticked {
        input.push(("checked", "checked"));
    }
    let inside = [void("input", &input), label(id, words)];
    el("div", &[("class", "form-group-checkbox")], inside)
}

/// One of several choices, of which one counts.
pub(crate) fn radio(id: &str, name: &str, value: &str, words: &str, chosen: bool) -> Html {
    let mut input = vec![
        ("class", "form-radio"),
        ("type", "radio"),
        ("id", id),
        ("name", name),
        ("value", value),
    ];
    if chosen {
        input.push(("checked", "checked"));
    }
    el("div", &[("class", "form-group-radio")], [void("input", &input), label(id, words)])
}

/// A file to choose.
pub(crate) fn file(id: &str, name: &str, words: &str, hint: &str, accept: &str) -> Html {
    let hint_id = format!("{id}-hint");
    let input = [
        ("class", "form-file"),
        ("type", "file"),
        ("id", id),
        ("name", name),
        ("accept", accept),
        ("required", "required"),
        ("aria-describedby", &hint_id),
    ];
    let hint = el("span", &[("class", "form-hint"), ("id", &hint_id)], hint);
    group([label(id, words), hint, void("input", &input)])
}

/// What belongs together in a form.
pub(crate) fn fieldset(legend: &str, inside: impl Into<Html>) -> Html {
    let inside = [el("legend", &[], legend), inside.into()];
    el("fieldset", &[("class", "object-part")], inside)
}

/// The button that sends a form.
pub(crate) fn button(words: &str) -> Html {
    let button = [("class", "button button-primary"), ("type", "submit")];
    el("p", &[("class", "button-row")], el("button", &button, words))
}

/// A button of lesser weight, with what it sends.
pub(crate) fn lesser(name: &str, value: &str, words: impl Into<Html>) -> Html {
    let button = [
        ("class", "button button-secondary"),
        ("type", "submit"),
        ("name", name),
        ("value", value),
    ];
    el("button", &button, words)
}

/// Links that look like buttons.
pub(crate) fn ways<'a>(links: impl IntoIterator<Item = (String, &'a str)>) -> Html {
    let links = links.into_iter().map(|(href, words)| {
        el("a", &[("class", "button button-secondary"), ("href", &href)], words)
    });
    el("p", &[("class", "button-row d-print-none")], links.collect::<Html>())
}

/// What is shown when somebody wants it.
pub(crate) fn details(summary: impl Into<Html>, inside: impl Into<Html>) -> Html {
    el("details", &[("class", "more")], [el("summary", &[], summary), inside.into()])
}

/// A picture made of shapes. Texts are escaped; shapes are made of numbers and words of ours.
pub(crate) struct Svg(String);

impl Svg {
    /// An empty picture, so many units wide and high, with what it shows in words.
    pub(crate) fn new(width: i32, height: i32, label: &str, class: &str) -> Self {
        let mut svg = String::from("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"");
        escape(class, &mut svg);
        svg.push_str(&format!("\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"group\" aria-label=\""));
        escape(label, &mut svg);
        svg.push_str("\">\n");
        Self(svg)
    }

    /// A shape. It must hold nothing that somebody else wrote, but for what was checked to be a key or a
    /// colour.
    pub(crate) fn raw_shape(&mut self, shape: &str) {
        self.0.push_str(shape);
        self.0.push('\n');
    }

    /// A line of text.
    pub(crate) fn text(&mut self, x: i32, y: i32, class: &str, text: &str) {
        self.0.push_str(&format!("<text x=\"{x}\" y=\"{y}\" class=\"{class}\">"));
        escape(text, &mut self.0);
        self.0.push_str("</text>\n");
    }

    /// What a shape is, for whoever points at it.
    pub(crate) fn title(&mut self, text: &str) {
        self.0.push_str("<title>");
        escape(text, &mut self.0);
        self.0.push_str("</title>");
    }

    /// From here on, a link.
    pub(crate) fn begin_link(&mut self, href: &str) {
        self.0.push_str("<a href=\"");
        escape(href, &mut self.0);
        self.0.push_str("\">");
    }

    /// The end of a link.
    pub(crate) fn end_link(&mut self) {
        self.0.push_str("</a>\n");
    }

    /// The picture.
    pub(crate) fn finish(mut self) -> Html {
        self.0.push_str("</svg>\n");
        Html(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_place() {
        let hostile = "</p><script>alert(\"1\")</script>&'";
        for html in [
            p(hostile),
            a(hostile, hostile),
            line("i", "n", hostile, hostile),
            area("i", "n", hostile, hostile),
            table(hostile, &[hostile], [vec![hostile.into()]]),
            alert(Tone::Bad, hostile, hostile),
            choose("i", "n", hostile, [(hostile.to_owned(), hostile.to_owned())], hostile),
            tick("i", "n", hostile, hostile, true),
            radio("i", "n", hostile, hostile, true),
            file("i", "n", hostile, hostile, hostile),
            facts([(hostile, hostile.into())]),
        ] {
            let html = html.to_string();
            assert!(!html.contains("<script") && !html.contains("\"1\""), "{html}");
            assert!(html.contains("&lt;script&gt;"), "{html}");
        }
    }
}
