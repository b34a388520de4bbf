//! Ignite's objects against golden bytes. `values.txt`, `objects.txt`, `hashes.txt`, `names.txt` and `lower.txt` were written
//! by Ignite's own marshaller (`producers/Golden.java`), `pyignite.txt` by pyignite (`producers/golden.py`), `rows.txt`
//! are rows as real nodes sent them (`producers/rows.py`).

mod golden;
mod hashes;
mod hostile;
mod objects;
mod sharing;
mod values;
