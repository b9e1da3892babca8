//! Judging a message: the checks in their order.
