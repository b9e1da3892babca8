//! The pages of an invented town, for looking at while they are being made:
//! `cargo run -p brevdue-web --example town -- 127.0.0.1:8099`. Nothing is kept.

#[path = "../tests/town/mod.rs"]
mod town;

use town::{Town, letters};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8099".into());
    let town = Town::new().await;
    for number in 0..60 {
        town.send(&letters::plain(
            100 + number,
            &format!("Orientering om vejarbejde, uge {number}"),
        ))
        .await;
    }
    let mut mandatory = letters::plain(50, "Afgørelse om boligstøtte");
    mandatory.header.legal_notification = Some(true);
    town.send(&mandatory).await;
    town.smuggle(&letters::hostile()).await;
    town.send(&letters::offer()).await;
    let listener = tokio::net::TcpListener::bind(&address).await?;
    axum::serve(listener, town.pages).await?;
    Ok(())
}
