//! The links under a long list.

use crate::texts::Texts;

/// The pages of a list and where they are.
pub(crate) struct Paging {
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
    pub(crate) steps: Vec<Step>,
    /// `Side 2 af 40`
    pub(crate) words: String,
}

/// One step between the first page and the last.
pub(crate) enum Step {
    Page { number: u64, href: String, current: bool, label: String },
    Gap,
}

impl Paging {
    /// The pages of a list of `total` elements; `None` when one page holds them all.
    /// `page` counts from 0; `address` begins the address of each page and ends before its number.
    pub(crate) fn new(
        texts: Texts,
        page: u64,
        size: u64,
        total: u64,
        address: &str,
    ) -> Option<Self> {
        let last = total.div_ceil(size);
        if last <= 1 {
            return None;
        }
        let current = (page + 1).min(last);
        let href = |number: u64| format!("{address}{number}");
        let mut steps = Vec::new();
        let mut before = 0;
        let near = current.saturating_sub(1).max(1)..=(current + 1).min(last);
        for number in std::iter::once(1).chain(near).chain(std::iter::once(last)) {
            if number <= before {
                continue;
            }
            match number - before {
                1 => {}
                // A gap of one page is no shorter than the page.
                2 => steps.push(step(texts, before + 1, current, &href)),
                _ => steps.push(Step::Gap),
            }
            steps.push(step(texts, number, current, &href));
            before = number;
        }
        Some(Self {
            previous: (current > 1).then(|| href(current - 1)),
            next: (current < last).then(|| href(current + 1)),
            steps,
            words: texts.paging_page_of(current, last),
        })
    }
}

fn step(texts: Texts, number: u64, current: u64, href: &dyn Fn(u64) -> String) -> Step {
    Step::Page {
        number,
        href: href(number),
        current: number == current,
        label: texts.paging_page(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;

    fn shown(page: u64, total: u64) -> String {
        let Some(paging) = Paging::new(Texts(Language::Danish), page, 10, total, "?page=") else {
            return "none".to_owned();
        };
        let steps: Vec<String> = paging
            .steps
            .iter()
            .map(|step| match step {
                Step::Page { number, current: true, .. } => format!("[{number}]"),
                Step::Page { number, .. } => number.to_string(),
                Step::Gap => "…".to_owned(),
            })
            .collect();
        steps.join(" ")
    }

    #[test]
    fn the_first_the_last_and_the_neighbouring_pages_are_named() {
        for (page, total, steps) in [
            (0, 0, "none"),
            (0, 10, "none"),
            (0, 11, "[1] 2"),
            (2, 50, "1 2 [3] 4 5"),
            (0, 1000, "[1] 2 … 100"),
            (3, 1000, "1 2 3 [4] 5 … 100"),
            (50, 1000, "1 … 50 [51] 52 … 100"),
            (99, 1000, "1 … 99 [100]"),
            (5000, 1000, "1 … 99 [100]"),
        ] {
            assert_eq!(shown(page, total), steps, "page {page} of {total}");
        }
    }
}
