//! Pages of lists.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which page a caller asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// From 0.
    pub page: u64,
    /// Elements on a page, 1 to [`PageRequest::SIZE_LIMIT`].
    pub size: u64,
}

impl PageRequest {
    /// Elements on a page when the caller does not say.
    pub const SIZE_DEFAULT: u64 = 100;
    /// Most elements on a page.
    pub const SIZE_LIMIT: u64 = 1000;
    /// Highest page number taken.
    pub const PAGE_LIMIT: u64 = 10_000_000;

    /// Elements before this page.
    pub fn offset(&self) -> u64 {
        self.page * self.size
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { page: 0, size: Self::SIZE_DEFAULT }
    }
}

/// A page of ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PagingResultUUID)]
pub struct PagingResultUuid {
    /// The ids, oldest first.
    pub content: Vec<Uuid>,
    /// Number of this page, from 0.
    pub number: u64,
    /// Elements asked for.
    pub size: u64,
    /// How to ask for the page before, if there is one.
    pub previous: Option<PagingArguments>,
    /// How to ask for the next page, if there is one.
    pub next: Option<PagingArguments>,
    /// Ids there are.
    pub total_elements: u64,
    /// Pages there are.
    pub total_pages: u64,
}

/// How to ask for a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PagingArguments {
    /// From 0.
    pub page: u64,
    /// Elements on a page.
    pub size: u64,
    /// Sort order; empty means oldest first.
    #[serde(default)]
    pub ordering: Vec<Order>,
}

/// One step of a sort order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Order {
    /// Field.
    pub property: String,
    /// `ASC` or `DESC`.
    pub direction: OrderDirection,
}

/// Up or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum OrderDirection {
    /// Smallest first.
    Asc,
    /// Largest first.
    Desc,
}

impl PagingResultUuid {
    /// Puts a page of ids in its envelope.
    pub fn new(content: Vec<Uuid>, request: PageRequest, total_elements: u64) -> Self {
        let total_pages = total_elements.div_ceil(request.size.max(1));
        let arguments = |page| PagingArguments { page, size: request.size, ordering: Vec::new() };
        Self {
            content,
            number: request.page,
            size: request.size,
            previous: request.page.checked_sub(1).filter(|_| total_elements > 0).map(arguments),
            next: Some(request.page + 1).filter(|next| *next < total_pages).map(arguments),
            total_elements,
            total_pages,
        }
    }
}
