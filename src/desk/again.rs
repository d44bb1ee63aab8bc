//! Setting issued letters again from their record: the proof that the register, the archive and the typesetter agree.

use std::collections::{BTreeMap, HashMap};

use super::{Desk, DeskError, Difference};
use crate::case::letter::sha256_hex;
use crate::register::Issuance;
use crate::typeset::{Job, TYPST_VERSION, Threads};

/// Issuances read at a time.
const PIECE: i64 = 200;
/// What stands between `/main.typ` and `/footer.typ` in the record of a letter: no typst of ours has a form feed.
const FOOTER: &str = "\u{c}\n";

/// The sources of a letter as one text.
pub(super) fn recorded(job: &Job) -> String {
    let footer = job.footer.iter().flat_map(|footer| [FOOTER, footer.as_str()]);
    std::iter::once(job.main.as_str()).chain(footer).collect()
}

impl Desk {
    /// Sets every issued letter again from its record and names each that does not come out with the same bytes. `progress` is
    /// told of each.
    ///
    /// A letter that was set with other fonts or another typst cannot be set again here, and is named too.
    pub async fn set_all_again(&self, mut progress: impl FnMut()) -> Result<Vec<Difference>, DeskError> {
        let (mut differences, mut houses) = (Vec::new(), HashMap::new());
        let (mut letter, mut number) = (String::new(), 0);
        loop {
            let issuances = self.register.issuances_after(&letter, number, PIECE).await?;
            let Some(last) = issuances.last() else { return Ok(differences) };
            (letter, number) = (last.letter.clone(), last.number);
            // What was issued before sources were kept has no hash of its type.
            for issuance in issuances.iter().filter(|issuance| !issuance.type_hash.is_empty()) {
                if let Err((code, message)) = self.set_again(issuance, &mut houses).await? {
                    let place = format!("{}/{}", issuance.letter, issuance.number);
                    differences.push(Difference { code, place, message });
                }
                progress();
            }
        }
    }

    /// Sets one issued letter again to the bytes that were issued, or says what stands in the way: a code and its words. `houses`
    /// keeps the press's threads of each house that was asked for.
    async fn set_again(
        &self,
        issuance: &Issuance,
        houses: &mut HashMap<String, Threads>,
    ) -> Result<Result<(), (&'static str, String)>, DeskError> {
        let Some(source) = self.register.source(&issuance.letter, issuance.number).await? else {
            return Ok(Err(("source-missing", "What it was set from is not in the register.".into())));
        };
        if issuance.fonts_hash != self.studio.fonts_hash {
            return Ok(Err(("fonts-differ", "It was set with other fonts than those here.".into())));
        }
        if issuance.typst_version != TYPST_VERSION {
            let message = format!("It was set with typst {}; this is {TYPST_VERSION}.", issuance.typst_version);
            return Ok(Err(("typst-differs", message)));
        }
        if !houses.contains_key(&source.house) {
            let Some(files) = self.register.house(&source.house).await? else {
                return Ok(Err(("house-missing", "The house's files of its time are not in the register.".into())));
            };
            let files: BTreeMap<_, _> = files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
            let threads = Threads::start(&self.studio.press.with_house(&files), 1);
            houses.insert(source.house.clone(), threads);
        }
        // Its pages were looked at when it was issued.
        let ident = format!("{} {}", issuance.letter, issuance.date);
        let (main, footer) = match source.main.split_once(FOOTER) {
            Some((main, footer)) => (main.to_owned(), Some(footer.to_owned())),
            None => (source.main, None),
        };
        let job = Job { main, footer, ident, block: Vec::new(), parts: 1, page_limit: None };
        let set = match houses[&source.house].set(job).await {
            Ok(set) => set,
            Err(faults) => {
                let message = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                return Ok(Err(("not-set-again", message)));
            }
        };
        let sha256 = sha256_hex(&set.pdf);
        if sha256 != issuance.sha256 {
            let message = format!("Set again, it has the hash {sha256}; it was issued with {}.", issuance.sha256);
            return Ok(Err(("set-differently", message)));
        }
        Ok(Ok(()))
    }
}
