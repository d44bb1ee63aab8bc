//! Whether the block of an address fits into the window.

use super::read::Reading;
use super::text::forbidden;
use super::{MAX_CHARACTERS, characters, faults};
use crate::case::Fault;
use crate::case::envelope::{AddressBlock, ENVELOPE};
use crate::case::repertoire::Repertoire;

impl Reading {
    /// What is wrong with the block: too many lines, a line that is too long, a character that no font has.
    pub(super) fn block_faults(&self, addressee: &str, repertoire: &Repertoire, place: &str) -> Vec<Fault> {
        let mut found = Vec::new();
        let block = self.address.block(addressee);
        if block.len() > faults::MAX_LINES {
            found.push(faults::too_many_lines(place, block.len()));
        }
        let names = addressee.lines().count();
        for ((index, line), place) in block.iter().enumerate().zip(&self.places(names, place)) {
            found.extend(width_fault(line, repertoire, place));
            let known = forbidden(line, self.address.country.is_some());
            let mut strange: Vec<char> =
                line.chars().filter(|c| !repertoire.prints(*c) && !known.contains(c)).collect();
            strange.dedup();
            // The addressee's own lines are checked with the name.
            if index >= names && !strange.is_empty() {
                found.push(faults::forbidden(place, line, &strange));
            }
        }
        found
    }

    /// The pointer of the part that prints as each line of the block.
    fn places(&self, names: usize, place: &str) -> Vec<String> {
        let party = place.trim_end_matches("/address");
        let name = |index| if index == 0 { format!("{party}/surname") } else { format!("{party}/organization") };
        let mut places: Vec<String> = (0..names).map(name).collect();
        places.extend(self.address.attention.iter().map(|_| format!("{place}/attention")));
        places.extend(self.lines.iter().map(|line| format!("{place}/lines/{line}")));
        let last = format!("{place}{}", self.place("/municipality"));
        places.extend(self.address.last_lines().iter().map(|_| last.clone()));
        places.extend(self.address.country.iter().map(|_| format!("{place}{}", self.place("/country"))));
        places
    }
}

fn width_fault(line: &str, repertoire: &Repertoire, place: &str) -> Option<Fault> {
    let characters = characters(line);
    let AddressBlock { width: widest, size_pt, .. } = ENVELOPE.address;
    let width = repertoire.width_em(line) * size_pt * 25.4 / 72.0;
    (characters > MAX_CHARACTERS || width > widest).then(|| faults::too_long(place, line, characters, width))
}
