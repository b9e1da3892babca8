//! What is wrong with a container, or with a message's place in it.

use super::*;

rules! {
    source Choice "our own; the layout is that of the official libraries";


}
