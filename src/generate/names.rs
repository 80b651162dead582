//! Names of operations that are names of folders too.

use std::collections::BTreeSet;

use crate::openapi::Contract;

/// How long a name may be, with room for a number behind it.
const LONGEST: usize = 96;

/// For each operation a name in letters, digits, `-`, `_` and `.`, in the contract's order. No two are
/// the same, on a system that doesn't tell capitals apart either.
pub(super) fn names(contract: &Contract) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let operations = contract.operations.iter();
    operations
        .map(|operation| {
            let plain = plain(&operation.name);
            let mut name = plain.clone();
            let mut number = 1;
            while !taken.insert(name.to_lowercase()) {
                number += 1;
                name = format!("{plain}-{number}");
            }
            name
        })
        .collect()
}

fn plain(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut plain = String::new();
    for c in name.chars().take(LONGEST) {
        if is_plain(c) {
            plain.push(c);
        } else if !plain.ends_with('-') {
            plain.push('-');
        }
    }
    let plain = plain.trim_matches(['-', '.']);
    if plain.is_empty() {
        "operation".to_owned()
    } else {
        plain.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_folders_name() {
        assert_eq!(plain("getPet"), "getPet");
        assert_eq!(plain("GET /pets/{petId}"), "GET-pets-petId");
        assert_eq!(plain("../é"), "operation");
    }
}
