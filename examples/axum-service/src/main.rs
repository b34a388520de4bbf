//! `cargo run -p querent-axum-service [URL]`: serves on 127.0.0.1:3000 until it is interrupted.

use querent::PoolOptions;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1);
    let data = concat!("embedded:", env!("CARGO_MANIFEST_DIR"), "/../data/nycflights13");
    let pool = PoolOptions::new().max_connections(16).connect(url.as_deref().unwrap_or(data)).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("http://{}/flights?dest=SFO&min_delay=60", listener.local_addr()?);
    let interrupted = async { drop(tokio::signal::ctrl_c().await) };
    axum::serve(listener, querent_axum_service::router(pool)).with_graceful_shutdown(interrupted).await?;
    Ok(())
}
