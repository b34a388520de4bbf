//! Long and deep statements (`shapes.tsv`), as the tests of the checker, those inside rustc and the benchmark write them.

// Three crates include this file, each as a private module, and none uses all of it.
#![allow(dead_code, unreachable_pub)]

/// A statement that can be made as long or as deep as one likes.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// What there is many of.
    pub name: &'static str,
    /// How many.
    pub count: usize,
    /// Words of the error that comes; `None` where there is an answer.
    pub error: Option<&'static str>,
    text: &'static str,
}

/// Every shape of the list.
pub fn all() -> Vec<Shape> {
    let lines = include_str!("shapes.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.map(Shape::read).collect()
}

impl Shape {
    fn read(line: &'static str) -> Shape {
        let cells: Vec<&str> = line.split('\t').collect();
        let [name, count, outcome, text] = cells[..] else { panic!("{line}: not four cells") };
        let count = count.parse().unwrap_or_else(|_| panic!("{line}: no number"));
        Shape { name, count, error: Some(outcome).filter(|outcome| *outcome != "answer"), text }
    }

    /// The statement with so many parts.
    pub fn text(&self, count: usize) -> String {
        let mut out = String::new();
        for piece in self.text.split('»') {
            let (plain, group) = piece.split_once('«').unwrap_or((piece, ""));
            out.push_str(plain);
            let (part, joint) = group.split_once('¦').unwrap_or((group, ""));
            let part = part.replace("\\n", "\n");
            if !part.contains('#') && joint.is_empty() {
                // Megabytes, byte by byte, would take seconds.
                out.push_str(&part.repeat(count));
                continue;
            }
            for number in 0..count {
                if number > 0 {
                    out.push_str(joint);
                }
                out.push_str(&part.replace('#', &number.to_string()));
            }
        }
        out
    }
}
