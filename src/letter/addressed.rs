//! Names and addresses in an event's data: whoever is written to, and whatever address is told.

use serde::Deserialize;
use serde_json::Value;

use crate::case::address::Told;
use crate::case::party::{NAMES, full_name_in, name_faults, write_out};
use crate::case::repertoire::Repertoire;
use crate::case::{Fault, Party};

/// Who is named in the data, and where addresses are told that show below that name.
const ADDRESSED: [(&str, &[&str]); 2] =
    [("party", &["/party/address", "/facts/address"]), ("addressee", &["/addressee/address"])];

/// What keeps names and addresses from the envelope's window. Checked part by part, so that a fault in one part does not hide those of
/// another.
pub(super) fn addressed_faults(data: &Value, repertoire: &Repertoire) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (who, places) in ADDRESSED {
        let Some(party) = data.get(who).filter(|party| party.is_object()) else { continue };
        faults.extend(name_faults(party, repertoire, &format!("/{who}")));
        // Where the party as a whole cannot be read, its name alone still tells whether the lines fit.
        let mut shown = party.clone();
        shown.as_object_mut().map(|party| party.shift_remove("address"));
        write_out(&mut shown);
        let name = Party::deserialize(&shown).map_or_else(|_| full_name_in(party), |party| party.name_lines());
        for place in places {
            let told = data.pointer(place).filter(|told| told.get("lines").is_some());
            let address = told.and_then(|told| Told::deserialize(told).ok());
            faults.extend(address.into_iter().flat_map(|address| address.faults(&name, repertoire, place)));
        }
    }
    faults
}

/// The data without what is checked as a name or an address: one mistake there is one fault.
pub(super) fn without_names_and_addresses(data: &Value) -> Value {
    let mut data = data.clone();
    let named = NAMES.iter().chain(&["latin_name"]);
    let names = ["/party", "/addressee"].iter().flat_map(|whom| named.clone().map(move |name| (*whom, *name)));
    let addresses = ["/party", "/addressee", "/facts"].map(|part| (part, "address"));
    for (part, member) in names.chain(addresses) {
        data.pointer_mut(part).and_then(Value::as_object_mut).map(|part| part.shift_remove(member));
    }
    data
}
