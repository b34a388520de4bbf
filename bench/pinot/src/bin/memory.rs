//! The peak of memory while all rows are fetched, counted by the allocator: `querent-bench-pinot-memory BROKER`.

use std::alloc::System;

use cap::Cap;
use querent_bench_pinot::driver::{Driver, Season};
use querent_bench_pinot::measure::Measure;
use querent_bench_pinot::{ROWS, Result, check};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

fn main() -> Result<()> {
    let broker = std::env::args().nth(1).ok_or("a broker is needed")?;
    let url = format!("{}?role=broker", broker.replacen("http", "pinot", 1));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let driver = runtime.block_on(Driver::connect(&url))?;
    // What stays for good is there after a first answer.
    runtime.block_on(driver.ask(Measure::Point))?;
    let before = ALLOCATOR.allocated();
    let rows = runtime.block_on(driver.rows())?;
    let (held, peak) = (ALLOCATOR.allocated() - before, ALLOCATOR.max_allocated() - before);
    check(rows.len() == ROWS)?;
    let texts: usize =
        rows.iter().map(|row| row.playerID.len() + row.playerName.len() + row.teamID.len()).sum();
    let exact = rows.len() * size_of::<Season>() + texts;
    let mb = |bytes: usize| bytes as f64 / 1e6;
    println!(
        "Peak of querent, counted by its allocator: {:.1} MB while {} rows were fetched, of which {:.1} MB are the rows \
         themselves (structs of {} bytes and the bytes of their texts; what `fetch_all` gave holds {:.1} MB): rows + {:.1} MB.",
        mb(peak),
        rows.len(),
        mb(exact),
        size_of::<Season>(),
        mb(held),
        mb(peak - exact),
    );
    let verdict = if peak - exact <= 4_000_000 { "held" } else { "MISSED" };
    println!("\n- peak of memory: rows + {:.1} MB of ≤ 4 MB: {verdict}", mb(peak - exact));
    Ok(())
}
