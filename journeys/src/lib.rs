//! Whole journeys of letters, as tests: sender systems, the real exchange on a real store, receiver
//! systems and mailboxes, on a clock we own and lines that drop.
//!
//! What is absent: sockets. The doors have their own tests; here the exchange is called as they call
//! it, so that a week passes in a second and a failure is the same failure each time.

pub mod dice;
pub mod town;

pub use dice::Dice;
pub use town::{Answering, Ground, Line, Receiver, Town};

/// Makes each journey a test on every ground: `on_every_ground! { a_letter_arrives }`, beside
/// `async fn a_letter_arrives(ground: Ground)`.
#[macro_export]
macro_rules! on_every_ground {
    ($($journey:ident)*) => {
        mod on_memory {
            $(#[tokio::test]
            async fn $journey() {
                super::$journey($crate::Ground::Memory).await;
            })*
        }
        mod on_embedded {
            $(#[tokio::test]
            async fn $journey() {
                super::$journey($crate::Ground::Embedded).await;
            })*
        }
    };
}
