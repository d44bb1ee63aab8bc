//! Setting issued letters again from their record: the proof that the register, the archive and the typesetter agree.

use std::collections::HashMap;

use super::{Desk, DeskError, Difference};
use crate::case::{Language, Sha256, Text};
use crate::register::{Issuance, KeptSource};
use crate::typeset::{Job, TYPST_VERSION, Threads};

/// Issuances read at a time.
const PIECE: i64 = 200;

impl Desk {
    /// Sets every issued letter again from its record and names each that does not come out with the same bytes. `progress` is
    /// told of each.
    ///
    /// A letter that was set with other fonts or another typst cannot be set again here, and is named too.
    pub async fn set_all_again(&self, mut progress: impl FnMut()) -> Result<Vec<Difference>, DeskError> {
        let (mut differences, mut houses) = (Vec::new(), HashMap::new());
        let (mut letter, mut number) = (String::new(), 0);
        loop {
            let issuances = self.reader().issuances_after(&letter, number, PIECE).await?;
            let Some(last) = issuances.last() else { return Ok(differences) };
            (letter, number) = (last.letter.to_string(), last.number);
            // What was issued before sources were kept has no hash of its type.
            for issuance in issuances.iter().filter(|issuance| !issuance.type_hash.is_empty()) {
                differences.extend(self.set_again(issuance, &mut houses).await?);
                progress();
            }
        }
    }

    /// Sets one issued letter again and says what stands in the way of the bytes that were issued, if anything does. `houses` keeps the
    /// press's threads of each house that was asked for.
    async fn set_again(
        &self,
        issuance: &Issuance,
        houses: &mut HashMap<Sha256, Threads>,
    ) -> Result<Option<Difference>, DeskError> {
        let differs = |code, message: Text| {
            let place = format!("{}/{}", issuance.letter, issuance.number);
            Ok(Some(Difference { code, place, message }))
        };
        let Some(kept) = self.reader().kept(&issuance.letter, issuance.number).await? else {
            return differs(
                "source-missing",
                Text::new(
                    "What it was set from is not in the register.",
                    "Ce à partir de quoi elle a été composée n’est pas dans le registre.",
                ),
            );
        };
        if issuance.fonts_hash != self.studio.fonts_hash.as_str() {
            return differs(
                "fonts-differ",
                Text::new(
                    "It was set with other fonts than those here.",
                    "Elle a été composée avec d’autres polices que celles d’ici.",
                ),
            );
        }
        if issuance.typst_version != TYPST_VERSION {
            let version = &issuance.typst_version;
            let message = Text::new(
                format!("It was set with typst {version}; this is {TYPST_VERSION}."),
                format!("Elle a été composée avec typst {version}; voici {TYPST_VERSION}."),
            );
            return differs("typst-differs", message);
        }
        let KeptSource { house, main, footer } = kept.source;
        if !houses.contains_key(&house) {
            let Some(files) = self.reader().house(&house).await? else {
                return differs(
                    "house-missing",
                    Text::new(
                        "The house's files of its time are not in the register.",
                        "Les fichiers de l’unité de son époque ne sont pas dans le registre.",
                    ),
                );
            };
            houses.insert(house.clone(), Threads::start(&self.studio.press.with_house(&files), 1));
        }
        // Its pages were read when it was issued.
        let ident = format!("{} {}", issuance.letter, issuance.date);
        let job = Job { main, footer, ident, block: Vec::new(), parts: 1, page_limit: None };
        let set = match houses[&house].set(job).await {
            Ok(set) => set,
            Err(faults) => {
                let said =
                    |language| faults.iter().map(|fault| fault.message.get(language)).collect::<Vec<_>>().join(" ");
                return differs("not-set-again", Text::new(said(Language::En), said(Language::Fr)));
            }
        };
        let sha256 = Sha256::of(&set.pdf);
        if sha256 != issuance.sha256 {
            let issued = &issuance.sha256;
            let message = Text::new(
                format!("Set again, it has the hash {sha256}; it was issued with {issued}."),
                format!("Composée de nouveau, elle a l’empreinte {sha256}; elle a été émise avec {issued}."),
            );
            return differs("set-differently", message);
        }
        Ok(None)
    }
}
