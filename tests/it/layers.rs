//! ARCHITECTURE.md's table of layers, held against the `use` lines.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Rooms and their layers as the table has them: `| 2 | openapi | …`.
fn table() -> BTreeMap<String, u32> {
    let text =
        std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is there");
    let rows = text.lines().filter_map(|line| {
        let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
        let layer = cells.next()?;
        let room = cells.next()?.trim_matches('`').to_owned();
        let layer = if layer == "side" {
            u32::MAX
        } else {
            layer.parse().ok()?
        };
        Some((room, layer))
    });
    rows.collect()
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder)
        .expect("the folder can be read")
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The rooms a text names as `crate::room`.
fn named(text: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, prefix) in text.match_indices("crate::") {
        let rest = &text[at + prefix.len()..];
        let room: String = rest
            .chars()
            .take_while(|c| c.is_ascii_lowercase() || *c == '_')
            .collect();
        rooms.push(room);
    }
    rooms
}

#[test]
fn rooms_import_lower_layers_only() {
    let table = table();
    let mut wrong = Vec::new();
    for (room, layer) in &table {
        let mut all = Vec::new();
        files(&root().join("src").join(room), &mut all);
        for file in all {
            let text = std::fs::read_to_string(&file).expect("a source file can be read");
            // Tests beside the code may look anywhere.
            let code = text
                .split("#[cfg(test)]\nmod tests")
                .next()
                .unwrap_or_default();
            let shown = file
                .strip_prefix(root())
                .expect("it is below the root")
                .display()
                .to_string();
            if shown.contains("tests") {
                continue;
            }
            for used in named(code).into_iter().filter(|used| used != room) {
                let Some(below) = table.get(&used) else {
                    wrong.push(format!(
                        "{shown} names the room `{used}`, which the table doesn't have"
                    ));
                    continue;
                };
                let top = room == "cli";
                if (*layer == u32::MAX)
                    || (*below == u32::MAX && !top)
                    || (*below >= *layer && *below != u32::MAX)
                {
                    wrong.push(format!("{shown}: `{room}` imports `{used}`"));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(
        wrong.is_empty(),
        "against ARCHITECTURE.md:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_table_has_every_room_and_no_other() {
    let folders = std::fs::read_dir(root().join("src"))
        .expect("src can be read")
        .flatten();
    let folders = folders.filter(|entry| entry.path().is_dir());
    let mut rooms: Vec<String> = folders
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    rooms.sort();
    assert_eq!(rooms, table().into_keys().collect::<Vec<_>>());
}
