//! Groups words that are anagrams of each other. Input: words, separated by white space. Output: a line for each group
//! of two words or more, words and groups in order. Exit code 1 if the input is not UTF-8.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::fmt::Write;
use limpid_guest::{Console, read_input, write_output};

limpid_guest::entry!(run);

fn run() -> i32 {
    let Ok(text) = core::str::from_utf8(read_input()) else {
        return 1;
    };
    let mut groups: BTreeMap<Vec<char>, Vec<&str>> = BTreeMap::new();
    for word in text.split_whitespace() {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        groups.entry(letters).or_default().push(word);
    }
    let mut lines: Vec<String> = groups
        .into_values()
        .filter(|words| words.len() > 1)
        .map(|mut words| {
            words.sort_unstable();
            words.join(" ")
        })
        .collect();
    lines.sort_unstable();
    let _ = writeln!(Console, "{} groups", lines.len());
    for line in lines {
        write_output(line.as_bytes());
        write_output(b"\n");
    }
    0
}
