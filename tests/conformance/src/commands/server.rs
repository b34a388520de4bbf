//! The server's side: each command is answered by the next answer of the script, in the language's own form.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::script::{Ending, Script};
use crate::{Answer, Cell};

/// The text of the answer, the blobs after it, and how it ends.
pub(super) fn answer(script: &Script, text: String, sent: Vec<String>) -> (String, Vec<Arc<[u8]>>, Ending) {
    let commands: Vec<Map<String, Json>> = serde_json::from_str(&text).unwrap_or_default();
    let mut scripted = script.receive(text, sent);
    let (mut blobs, mut answers) = (Vec::new(), Vec::new());
    for (index, command) in commands.iter().enumerate() {
        if index > 0 {
            scripted = script.more();
        }
        if scripted.ending == Ending::Refused {
            break;
        }
        for (name, body) in command {
            answers.push(json!({ name: one(name, body, &scripted, &mut blobs) }));
        }
    }
    (Json::Array(answers).to_string(), blobs, scripted.ending)
}

/// The answer to one command.
fn one(name: &str, body: &Json, answer: &Answer, blobs: &mut Vec<Arc<[u8]>>) -> Json {
    if !name.starts_with("Find") {
        return json!({ "status": 0, "count": answer.affected });
    }
    let asks_for_objects = body["blobs"] == json!(true) || body["results"].get("list").is_some();
    let objects: Vec<Map<String, Json>> =
        answer.batches.iter().flatten().map(|row| object(row, answer, blobs)).collect();
    let mut out = Map::from_iter([("status".to_owned(), json!(0)), ("returned".to_owned(), json!(0))]);
    if !asks_for_objects {
        out.extend(objects.into_iter().flatten());
    } else if !objects.is_empty() {
        out.insert("returned".to_owned(), json!(objects.len()));
        out.insert("entities".to_owned(), objects.into());
    }
    Json::Object(out)
}

/// One object; of its blob it says which of the answer's it is.
fn object(row: &[Cell], answer: &Answer, blobs: &mut Vec<Arc<[u8]>>) -> Map<String, Json> {
    let mut out = Map::new();
    for ((name, _), cell) in answer.columns.iter().zip(row) {
        match cell {
            // A property that an object lacks.
            Cell::Null => {}
            Cell::Int(number) => {
                out.insert((*name).to_owned(), json!(number));
            }
            Cell::Text(text) => {
                out.insert((*name).to_owned(), json!(text));
            }
            Cell::Bytes(bytes) => {
                out.insert("_blob_index".to_owned(), json!(blobs.len()));
                blobs.push(bytes.as_slice().into());
            }
        }
    }
    out
}
