//! Proofs of the letter types: every checked letter as PDF, pictures and text in a folder to leaf through, and what has changed
//! since an earlier one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use futures_util::{StreamExt, stream};
use recto::case::letter::sha256_hex;
use recto::studio::{CheckedLetter, Studio};
use recto::typeset::picture_difference;
use serde::{Deserialize, Serialize};
use serde_json::json;
use similar::{ChangeTag, TextDiff};

/// Pixels a point of the page images: 108 dots an inch.
const SCALE: f32 = 1.5;
/// Words shown on either side of a change.
const CONTEXT: usize = 6;
/// What says which letters a folder of proofs has.
const LIST: &str = "letters.json";

/// A letter in a folder of proofs.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Proof {
    letter_type: String,
    sample: String,
    language: String,
    pages: usize,
    sha256: String,
    /// The words of each page.
    text: Vec<String>,
}

impl Proof {
    fn of(letter: &CheckedLetter) -> Proof {
        Proof {
            letter_type: letter.letter_type.clone(),
            sample: letter.sample.clone(),
            language: letter.language.to_owned(),
            pages: letter.pages,
            sha256: sha256_hex(&letter.pdf),
            text: letter.text.clone(),
        }
    }

    /// Its files without their endings, such as `debt-notice/plausible.en`.
    fn name(&self) -> String {
        format!("{}/{}.{}", self.letter_type, self.sample, self.language)
    }

    fn picture(&self, page: usize) -> String {
        format!("{}-{page}.png", self.name())
    }
}

/// How a letter differs from the one in an earlier folder.
#[derive(Debug, Serialize)]
pub struct Change {
    /// Its files without their endings, such as `debt-notice/plausible.en`.
    pub letter: String,
    /// `changed`, `added` or `removed`.
    pub kind: &'static str,
    /// The words that differ, each with some words around it: `[-taken out-]` and `{+put in+}`.
    pub text: Vec<String>,
    /// The pages that look different, each with the share of its pixels that do; 1 for a page that one of them lacks.
    pub pages: Vec<(usize, f64)>,
}

/// Writes every checked letter into a folder: PDF, pictures of its pages, and an index page. Proofs of types that were not checked
/// stay there; those of the types that were are replaced.
pub async fn write(studio: &Studio, letters: &[CheckedLetter], types: &[String], out: &Path) -> anyhow::Result<()> {
    let mut proofs = read(out).unwrap_or_default();
    for gone in proofs.extract_if(.., |proof| types.contains(&proof.letter_type)) {
        let files = (1..=gone.pages).map(|page| gone.picture(page)).chain([format!("{}.pdf", gone.name())]);
        files.for_each(|file| drop(std::fs::remove_file(out.join(file))));
    }
    let mut drawings = Vec::new();
    for letter in letters {
        let proof = Proof::of(letter);
        let pdf = out.join(format!("{}.pdf", proof.name()));
        std::fs::create_dir_all(pdf.parent().expect("it has a folder"))?;
        std::fs::write(&pdf, &letter.pdf).with_context(|| pdf.display().to_string())?;
        drawings.extend((1..=letter.pages).map(|page| (letter, page, out.join(proof.picture(page)))));
    }
    let draw = |(letter, page, path): (&CheckedLetter, usize, PathBuf)| {
        let pdf = letter.pdf.clone();
        async move { std::fs::write(path, studio.threads.draw(pdf, page, SCALE).await.unwrap_or_default()) }
    };
    let mut drawn = stream::iter(drawings.into_iter().map(draw)).buffer_unordered(2 * studio.threads.count());
    while let Some(written) = drawn.next().await {
        written?;
    }
    proofs.extend(letters.iter().map(Proof::of));
    proofs.retain(|proof| studio.catalogue.types.contains_key(&proof.letter_type));
    std::fs::create_dir_all(out)?;
    std::fs::write(out.join(LIST), serde_json::to_vec(&proofs)?)?;
    std::fs::write(out.join("index.html"), index(studio, &proofs)?)?;
    Ok(())
}

/// The list of the proofs in a folder.
fn read(folder: &Path) -> anyhow::Result<Vec<Proof>> {
    Ok(serde_json::from_slice(&std::fs::read(folder.join(LIST))?)?)
}

/// What has changed since the proofs in an earlier folder, of the letter types that were checked now.
pub async fn compare(
    studio: &Studio,
    letters: &[CheckedLetter],
    types: &[String],
    earlier: &Path,
) -> anyhow::Result<Vec<Change>> {
    let advice = || format!("{}: write the earlier proofs with `recto check --out {0}`", earlier.display());
    let proofs = read(earlier).with_context(advice)?;
    let mut before: BTreeMap<String, Proof> = proofs
        .into_iter()
        .filter(|proof| types.contains(&proof.letter_type))
        .map(|proof| (proof.name(), proof))
        .collect();
    let mut changes = Vec::new();
    for letter in letters {
        let now = Proof::of(letter);
        match before.remove(&now.name()) {
            None => changes.push(Change { letter: now.name(), kind: "added", text: Vec::new(), pages: Vec::new() }),
            Some(old) if old.sha256 == now.sha256 => {}
            Some(old) => {
                let text = words_changed(&old.text.join(" "), &now.text.join(" "));
                let mut pages = Vec::new();
                for page in 1..=old.pages.max(now.pages) {
                    let drawn = studio.threads.draw(letter.pdf.clone(), page, SCALE).await.unwrap_or_default();
                    let was = std::fs::read(earlier.join(old.picture(page))).unwrap_or_default();
                    pages.extend(Some((page, picture_difference(&was, &drawn))).filter(|(_, share)| *share > 0.0));
                }
                changes.push(Change { letter: now.name(), kind: "changed", text, pages });
            }
        }
    }
    let gone = before.into_keys();
    changes.extend(gone.map(|letter| Change { letter, kind: "removed", text: Vec::new(), pages: Vec::new() }));
    Ok(changes)
}

/// The words that differ, each run of them with some words around it.
fn words_changed(old: &str, new: &str) -> Vec<String> {
    let diff = TextDiff::from_words(old, new);
    // Words and the spaces between them both count.
    let runs = diff.grouped_ops(2 * CONTEXT);
    let run = |ops: &Vec<similar::DiffOp>| {
        let mut text = String::new();
        for change in ops.iter().flat_map(|op| diff.iter_changes(op)) {
            match change.tag() {
                ChangeTag::Equal => text.push_str(change.value()),
                ChangeTag::Delete => text.push_str(&format!("[-{}-]", change.value())),
                ChangeTag::Insert => text.push_str(&format!("{{+{}+}}", change.value())),
            }
        }
        text.replace("-][-", "").replace("+}{+", "").trim().to_owned()
    };
    runs.iter().map(run).collect()
}

/// The page to leaf through the proofs.
fn index(studio: &Studio, proofs: &[Proof]) -> anyhow::Result<String> {
    let mut types: BTreeMap<&str, BTreeMap<&str, Vec<&Proof>>> = BTreeMap::new();
    for proof in proofs {
        types.entry(&proof.letter_type).or_default().entry(&proof.sample).or_default().push(proof);
    }
    let view = |proof: &&Proof| json!({"name": proof.name(), "language": proof.language, "pages": (1..=proof.pages).map(|page| proof.picture(page)).collect::<Vec<_>>()});
    let samples = |samples: BTreeMap<&str, Vec<&Proof>>| -> Vec<_> {
        let sample = |(name, proofs): (&str, Vec<&Proof>)| json!({"name": name, "letters": proofs.iter().map(view).collect::<Vec<_>>()});
        samples.into_iter().map(sample).collect()
    };
    let types: Vec<_> = types
        .into_iter()
        .map(|(key, of)| {
            let letter = &studio.catalogue.types[key].description;
            json!({"key": key, "version": letter.version, "title": letter.title, "samples": samples(of)})
        })
        .collect();
    render("index.html", include_str!("proof/index.html"), json!({"types": types}))
}

/// Writes the page that shows what has changed, both states of each page side by side.
pub fn write_changes(changes: &[Change], earlier: &Path, out: &Path) -> anyhow::Result<()> {
    let earlier = std::fs::canonicalize(earlier)?;
    let page =
        render("changes.html", include_str!("proof/changes.html"), json!({"changes": changes, "earlier": earlier}))?;
    Ok(std::fs::write(out.join("changes.html"), page)?)
}

fn render(name: &str, template: &str, context: serde_json::Value) -> anyhow::Result<String> {
    let mut environment = minijinja::Environment::new();
    environment.add_template(name, template)?;
    Ok(environment.get_template(name)?.render(minijinja::value::Value::from(minijinja::value::Serde(context)))?)
}
