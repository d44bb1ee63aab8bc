//! The words of addresses in both languages, in capitals: only for telling what a number beside them counts. None is ever rewritten.

/// Types of streets, in full and as Canada Post abbreviates them.
pub(super) const STREET_TYPES: &[&str] = &[
    "ABBEY",
    "ACRES",
    "ALLEY",
    "ALLÉE",
    "ALLEE",
    "AUT",
    "AUTOROUTE",
    "AV",
    "AVE",
    "AVENUE",
    "BAY",
    "BD",
    "BLVD",
    "BOUL",
    "BOULEVARD",
    "BYPASS",
    "CARREFOUR",
    "CARRÉ",
    "CERCLE",
    "CH",
    "CHEMIN",
    "CIR",
    "CIRCLE",
    "CLOSE",
    "CONC",
    "CONCESSION",
    "CÔTE",
    "COTE",
    "COUR",
    "COURT",
    "COVE",
    "CRES",
    "CRESCENT",
    "CRT",
    "CROIS",
    "CROISSANT",
    "CT",
    "DR",
    "DRIVE",
    "EXPY",
    "GARDENS",
    "GATE",
    "GDNS",
    "GREEN",
    "GROVE",
    "HEIGHTS",
    "HIGHWAY",
    "HILL",
    "HTS",
    "HWY",
    "IMPASSE",
    "LANDING",
    "LANE",
    "LINE",
    "LN",
    "LOOP",
    "MALL",
    "MEWS",
    "MONTÉE",
    "MONTEE",
    "PARK",
    "PATH",
    "PK",
    "PKWY",
    "PKY",
    "PL",
    "PLACE",
    "PLAZA",
    "POINT",
    "PROM",
    "PROMENADE",
    "PT",
    "PVT",
    "PRIVATE",
    "QUAI",
    "RANG",
    "RD",
    "RDWY",
    "RIDGE",
    "RISE",
    "ROAD",
    "ROUTE",
    "ROW",
    "RTE",
    "RUE",
    "RUELLE",
    "RUN",
    "SENTIER",
    "SIDEROAD",
    "SIDERD",
    "SQ",
    "SQUARE",
    "ST",
    "STREET",
    "TERR",
    "TERRACE",
    "TERRASSE",
    "TRAIL",
    "TRL",
    "TSSE",
    "VALLEY",
    "VIEW",
    "VOIE",
    "WALK",
    "WAY",
    "WYND",
];

/// Types of streets that stand before the name in French, and after it (or not at all) in English.
const FRENCH_TYPES: &[&str] = &[
    "ALLÉE",
    "ALLEE",
    "AUT",
    "AUTOROUTE",
    "AV",
    "AVENUE",
    "BD",
    "BOUL",
    "BOULEVARD",
    "CARREFOUR",
    "CARRÉ",
    "CERCLE",
    "CH",
    "CHEMIN",
    "CÔTE",
    "COTE",
    "COUR",
    "CROIS",
    "CROISSANT",
    "IMPASSE",
    "MONTÉE",
    "MONTEE",
    "PLACE",
    "PROM",
    "PROMENADE",
    "QUAI",
    "RANG",
    "ROUTE",
    "RTE",
    "RUE",
    "RUELLE",
    "SENTIER",
    "TERRASSE",
    "TSSE",
    "VOIE",
];

/// What names a part of a building.
pub(super) const UNITS: &[&str] =
    &["APARTMENT", "APP", "APPARTEMENT", "APT", "BUREAU", "BUR", "PH", "ROOM", "RM", "SUITE", "UNIT", "UNITÉ", "UNITE"];

/// What else a number may follow: the number is its own, with or without a sign.
const NUMBERED: &[&str] = &[
    "BAG",
    "BATIMENT",
    "BLDG",
    "BLK",
    "BLOC",
    "BLOCK",
    "BOX",
    "BP",
    "BUILDING",
    "BÂT",
    "BÂTIMENT",
    "CABIN",
    "CASE",
    "CHALET",
    "CHAMBRE",
    "COMP",
    "COMPARTMENT",
    "COMTE",
    "COMTÉ",
    "CON",
    "CONC",
    "CONCESSION",
    "COTTAGE",
    "COUNTY",
    "CP",
    "DIVISION",
    "DOOR",
    "DRAWER",
    "EMPLACEMENT",
    "ENTRANCE",
    "ENTRÉE",
    "EXIT",
    "FLOOR",
    "GROUP",
    "GRP",
    "HANGAR",
    "IR",
    "KM",
    "LCD",
    "LEVEL",
    "LOCAL",
    "LOGEMENT",
    "LOT",
    "MAILBOX",
    "NIVEAU",
    "PAD",
    "PARCEL",
    "PHASE",
    "PLAN",
    "PORTE",
    "POSTALE",
    "RANG",
    "REGIONALE",
    "RESERVE",
    "RPO",
    "RR",
    "RURALE",
    "RÉGIONALE",
    "RÉSERVE",
    "SECONDAIRE",
    "SECTION",
    "SITE",
    "SLIP",
    "SPACE",
    "STATION",
    "STE",
    "STN",
    "SUCC",
    "SUCCURSALE",
    "TERMINUS",
    "TERRAIN",
    "TH",
    "TOUR",
    "TOWER",
    "TOWNHOUSE",
    "TOWNSHIP",
    "TRAILER",
    "TWP",
    "WARD",
    "ÉTAGE",
];

/// Types of roads that are known by a number as often as by a name: `HWY 17`, `MUSKOKA RD 118`; and what has lots.
const NUMBERED_TYPES: &[&str] = &[
    "AUT",
    "AUTOROUTE",
    "CAMPGROUND",
    "HIGHWAY",
    "HWY",
    "LINE",
    "MARINA",
    "NATION",
    "PARK",
    "RD",
    "ROAD",
    "ROUTE",
    "RTE",
    "SDRD",
    "SIDEROAD",
    "SIDERD",
];

/// What stands before a type where the street is known by its number: `COUNTY RD 4`, `10 RUE 3`.
const ROAD_OWNERS: &[&str] = &[
    "ACCESS",
    "CANADA",
    "CON",
    "CONC",
    "CONCESSION",
    "COUNTY",
    "DISTRICT",
    "FARM",
    "FIRE",
    "FOREST",
    "KING'S",
    "KINGS",
    "MUNICIPAL",
    "OLD",
    "PROVINCIAL",
    "RANGE",
    "REGIONAL",
    "RURAL",
    "SECONDARY",
    "SERVICE",
    "SIDE",
    "STATE",
    "TERTIARY",
    "TOWNSHIP",
    "TRANS",
    "TRANS-CANADA",
    "TRANSCANADA",
    "TWP",
];

/// Whether a number that follows the word is the word's own.
pub(super) fn is_numbered(word: &str) -> bool {
    UNITS.contains(&word) || NUMBERED.contains(&word) || NUMBERED_TYPES.contains(&word)
}

/// Whether words end with a street that has no name but the number that follows: `12 COUNTY RD`, `LOT 5 HWY`.
pub(super) fn is_numbered_road(words: &[&str]) -> bool {
    let Some((last, before)) = words.split_last() else { return false };
    let rest = before.iter().rev().find(|word| !ROAD_OWNERS.contains(word));
    let is_type = STREET_TYPES.contains(last) || NUMBERED_TYPES.contains(last);
    is_type && rest.is_none_or(|word| is_civic_number(word))
}

/// Whether words end with a street that may have a name, or that number: `MUSKOKA RD`, `12 ROUTE MUSKOKA`.
pub(super) fn may_be_numbered_road(words: &[&str]) -> bool {
    let street = words.get(1..).unwrap_or_default();
    let french = matches!(street, ["AUT" | "AUTOROUTE" | "ROUTE" | "RTE", name @ ..] if !name.iter().any(|word| is_civic_number(word)));
    french || words.last().is_some_and(|last| NUMBERED_TYPES.contains(last))
}

/// Whether the street of a line is named as in French: its type before the name, or after an ordinal (`1RE AVENUE`).
pub(super) fn is_french_street(words: &[&str]) -> bool {
    let civic = usize::from(words.first().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit())));
    let street = &words[civic.min(words.len())..];
    let ordinal = |word: &str| {
        let end = word.trim_start_matches(|c: char| c.is_ascii_digit());
        end.len() < word.len() && matches!(end, "E" | "RE" | "ER" | "ÈRE" | "IÈME" | "ÈME")
    };
    match street {
        [first, ..] if FRENCH_TYPES.contains(first) => true,
        [first, second, ..] => ordinal(first) && FRENCH_TYPES.contains(second),
        _ => false,
    }
}

/// Whether the word is a number of a house: digits, and a letter at most.
pub(super) fn is_civic_number(word: &str) -> bool {
    let letters = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = word.len() - letters.len();
    (1..=6).contains(&digits) && (letters.is_empty() || letters.len() == 1 && letters.is_ascii())
}

/// Whether the word may number a unit: `10`, `4B`, `B`, `PH2`.
pub(super) fn is_unit_number(word: &str) -> bool {
    let is_word = word.chars().count() <= 6 && word.chars().all(|c| c.is_ascii_alphanumeric());
    is_word && (word.len() == 1 || word.contains(|c: char| c.is_ascii_digit()))
}

/// Whether the words begin with how mail is delivered other than to a street.
pub(super) fn is_box_or_route(words: &[&str]) -> bool {
    matches!(
        words,
        ["PO", "BOX" | "DRAWER", ..]
            | ["CASE" | "BOÎTE" | "BOITE", "POSTALE", ..]
            | ["GENERAL", "DELIVERY", ..]
            | ["POSTE", "RESTANTE", ..]
            | ["RURAL", "ROUTE", ..]
            | ["ROUTE", "RURALE", ..]
            | ["BOX" | "CP" | "BP" | "RR" | "POB" | "SITE" | "STN" | "SUCC", _, ..]
            | ["GD" | "PR", ..]
    )
}

/// Whether the words begin with whom mail is entrusted to.
pub(super) fn is_care_of(words: &[&str]) -> bool {
    matches!(
        words,
        ["C/O" | "A/S" | "ATTN" | "ATTENTION" | "CO", _, ..]
            | ["CARE", "OF", ..]
            | ["AUX", "SOINS", ..]
            | ["À", "L'ATTENTION", ..]
    )
}

/// Whether a line says where mail is delivered: a number and a street, a box, a route.
pub(super) fn is_delivery(line: &str) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    let civic = words[0].starts_with(|c: char| c.is_ascii_digit() || c == '#') && !is_numbered_company(&words);
    let unit = |first: &str| UNITS.contains(&first) && words.get(1).is_some_and(|number| is_unit_number(number));
    let street = words.len() > 1
        && matches!(words[0], "RUE" | "CHEMIN" | "RANG" | "BOUL" | "BOULEVARD" | "HWY" | "HIGHWAY" | "LOT");
    civic || unit(words[0]) || street || is_box_or_route(&words)
}

/// `1234567 ONTARIO INC` is a name.
fn is_numbered_company(words: &[&str]) -> bool {
    let ends = ["INC", "LTD", "LTÉE", "LTEE", "LIMITED", "LIMITÉE", "CORP", "CORPORATION", "ENR", "SENC", "LLP"];
    words.last().is_some_and(|last| ends.contains(last))
}
