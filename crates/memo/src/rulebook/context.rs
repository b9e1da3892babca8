//! Rules that need registers, permissions, the contact structure or a clock.

use super::*;

rules! {
    source Inferred "the published API";


}
