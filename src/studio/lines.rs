//! Whether the two language files of a template are written alike: line by line the same values, conditions and shared texts.
//!
//! The pages of the samples cannot show everything: a condition that no sample meets, a telephone number where the fax should be, two
//! dates that change places. The files can, because they are written side by side.

use crate::case::Fault;
use crate::letter::{ELIDING, tags_in};

/// What differs between an English and a French template; `shown` names the French file.
pub(super) fn lines_differ(en: &str, fr: &str, shown: &str) -> Vec<Fault> {
    let (lines_en, lines_fr): (Vec<&str>, Vec<&str>) =
        (en.trim_end().lines().collect(), fr.trim_end().lines().collect());
    let mut faults: Vec<Fault> = Vec::new();
    for (index, (en, fr)) in lines_en.iter().zip(&lines_fr).enumerate() {
        let (in_en, in_fr) = (said_in(en), said_in(fr));
        if in_en != in_fr {
            faults.push(values_differ(&in_en, &in_fr, format!("{shown}:{}", index + 1)));
        }
        if en.trim().is_empty() != fr.trim().is_empty() {
            // From here on every line would differ.
            faults.push(lines_part(en, fr, format!("{shown}:{}", index + 1)));
            return faults;
        }
    }
    let (count_en, count_fr) = (lines_en.len(), lines_fr.len());
    if count_en != count_fr {
        let place = format!("{shown}:{}", count_en.min(count_fr) + 1);
        let line = |lines: &[&str]| lines.get(count_en.min(count_fr)).copied().unwrap_or_default().to_owned();
        faults.push(lines_part(&line(&lines_en), &line(&lines_fr), place));
    }
    faults
}

/// The values and tags of a line, tags in their order. In a row of a table, or of a box, which may have a name, the values keep theirs
/// too; in a sentence each language has its own, but none passes a tag: a value belongs to its branch of a condition.
fn said_in(line: &str) -> Vec<String> {
    let mut said: Vec<(bool, String)> =
        tags_in(line).filter(|tag| !tag.starts_with("{#")).map(|tag| (tag.starts_with("{%"), plain(tag))).collect();
    let row =
        line.trim_start().trim_start_matches(|c: char| c.is_ascii_lowercase() || c == '-').trim_start_matches(": ");
    if !row.starts_with('(') {
        said.chunk_by_mut(|one, next| !one.0 && !next.0).for_each(<[_]>::sort);
    }
    said.into_iter().map(|(_, words)| words).collect()
}

/// What a tag says, however it is spaced.
fn plain(tag: &str) -> String {
    let inner = tag.trim_start_matches(['{', '%']).trim_end_matches(['}', '%']);
    let words = inner.trim_matches(['-', '+', ' ']).split_whitespace().collect::<Vec<_>>().join(" ");
    // What follows `plural` are the words of one language, and only French has words that lose their vowel before a name.
    let words = words.split("| plural(").next().unwrap_or_default();
    let parts = words.split('|').map(str::trim).filter(|part| !ELIDING.contains(part));
    parts.collect::<Vec<_>>().join(" | ")
}

fn values_differ(en: &[String], fr: &[String], place: String) -> Fault {
    let (en, fr) = (en.join(" · "), fr.join(" · "));
    Fault::new(
        "languages-differ",
        place,
        format!("This line has other values or conditions than the English one: it has “{fr}”, English “{en}”."),
        format!("Cette ligne a d’autres valeurs ou conditions que l’anglaise : elle a « {fr} », l’anglais « {en} »."),
    )
}

fn lines_part(en: &str, fr: &str, place: String) -> Fault {
    let cut = |line: &str| line.trim().chars().take(60).collect::<String>();
    let (en, fr) = (cut(en), cut(fr));
    Fault::new(
        "languages-differ",
        place,
        format!("From here on the files are not written line by line alike: French has “{fr}”, English “{en}”."),
        format!(
            "À partir d’ici, les fichiers ne se suivent plus ligne à ligne : le français a « {fr} », l’anglais « {en} »."
        ),
    )
}
