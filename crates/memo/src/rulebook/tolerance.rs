//! How real messages bend the standard, one tolerance each: accepted and told, or refused by policy.

use super::*;

rules! {
    source Confirmed "messages and libraries in the field; see `docs/deviations.md`";


}
