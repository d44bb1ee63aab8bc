//! What a template of minijinja says itself, without its values, tags and comments.

use std::collections::BTreeMap;
use std::path::Path;

/// What each typst file of the letter templates says, by its name: a template once for each branch that its conditions have.
pub fn typst_texts(folder: &Path) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    collect(folder, "", &mut found);
    found
}

fn collect(folder: &Path, shown: &str, found: &mut BTreeMap<String, Vec<String>>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() {
            collect(&path, &format!("{shown}{name}/"), found);
        } else if name.ends_with(".typ") {
            // What cannot be read is said where it is wanted.
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            found.insert(format!("{shown}{name}"), text_each_way(&text));
        }
    }
}

/// What a template says, once for each branch that its conditions have.
fn text_each_way(source: &str) -> Vec<String> {
    let ways = branches(source).into_iter().max().unwrap_or_default();
    (0..=ways).map(|branch| static_text(source, Some(branch))).collect()
}

/// What a template says itself; what it has from values stands as a blank, and lines stay what they are. Of each `if` and `for`,
/// `branch` says which of its branches is taken, counted from 0, the last where it has not so many; all of them where it is `None`.
pub(super) fn static_text(source: &str, branch: Option<usize>) -> String {
    let (mut said, mut rest) = (String::with_capacity(source.len()), source);
    let (mut branches, mut open) = (branches(source).into_iter(), Vec::new());
    while let Some((before, tag, after)) = next_tag(rest) {
        let shown = |open: &[(usize, usize)]| {
            let taken = |&(at, last): &(usize, usize)| branch.is_none_or(|branch| at == branch.min(last));
            open.iter().all(taken)
        };
        say(before, shown(&open), &mut said);
        match keyword(tag) {
            "if" | "for" => open.push((0, branches.next().unwrap_or_default())),
            "elif" | "else" => open.last_mut().into_iter().for_each(|(at, _)| *at += 1),
            "endif" | "endfor" => drop(open.pop()),
            _ => {}
        }
        said.push(' ');
        say(tag, false, &mut said);
        rest = after;
    }
    said.push_str(rest);
    said
}

/// Adds a text, or only its lines where it is not shown.
fn say(text: &str, shown: bool, said: &mut String) {
    said.extend(text.chars().filter(|c| shown || *c == '\n'));
}

/// The number of the last branch of each `if` and `for` of a template, in the order in which they open.
fn branches(source: &str) -> Vec<usize> {
    let (mut last, mut open, mut rest) = (Vec::new(), Vec::new(), source);
    while let Some((_, tag, after)) = next_tag(rest) {
        match keyword(tag) {
            "if" | "for" => {
                open.push(last.len());
                last.push(0);
            }
            "elif" | "else" => open.last().into_iter().for_each(|index: &usize| last[*index] += 1),
            "endif" | "endfor" => drop(open.pop()),
            _ => {}
        }
        rest = after;
    }
    last
}

/// What stands before the next value, tag or comment of a template, this itself, and what stands behind it.
fn next_tag(rest: &str) -> Option<(&str, &str, &str)> {
    let begin = ["{{", "{%", "{#"].into_iter().filter_map(|open| rest.find(open)).min()?;
    let close = match &rest[begin..begin + 2] {
        "{{" => "}}",
        "{%" => "%}",
        _ => "#}",
    };
    let end = rest[begin..].find(close).map_or(rest.len(), |end| begin + end + 2);
    Some((&rest[..begin], &rest[begin..end], &rest[end..]))
}

/// The first word of a tag; nothing for a value or a comment.
fn keyword(tag: &str) -> &str {
    let inner = tag.strip_prefix("{%").unwrap_or_default().trim_start_matches(['-', '+']);
    inner.split_whitespace().next().unwrap_or_default()
}

/// The values, tags and comments of a text, in order.
pub fn tags_in(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, tag, after) = next_tag(rest)?;
        rest = after;
        Some(tag)
    })
}

/// The keys of the templates that a template includes, in order.
pub(super) fn includes(template: &str) -> Vec<String> {
    let key = |tag| if keyword(tag) == "include" { tag.split('"').nth(1).map(str::to_owned) } else { None };
    tags_in(template).filter_map(key).collect()
}
