//! `recto take`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use recto::case::letter::sha256_hex;
use recto::case::{Actor, CaseEvent, Fault, Language, insurance};
use recto::desk::{Batch, Desk, Outcome};
use recto::intake::{self, Offer};
use serde_json::{Value, json};

use super::voice::voice;
use super::{Config, open_desk, place_of, print_json};

/// Events recorded in one transaction.
const TOGETHER: usize = 500;

/// Arguments of `recto take`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Files of case events; '-' is standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// One JSON document on standard output.
    #[arg(long)]
    json: bool,
}

/// What became of the events of some files.
#[derive(Default)]
pub struct Tally {
    /// New events.
    pub taken: usize,
    /// Events that were taken before.
    pub repeated: usize,
    /// Letters that the new events call for.
    pub letters: usize,
    /// Events that wait for somebody to say who they are about: where they stood, and what is said of them.
    pub notices: Vec<(String, Fault)>,
    /// Refused events: where they stood, and their outcome.
    pub refused: Vec<(String, Outcome)>,
    /// The files that keep what was refused.
    pub kept_in: Vec<PathBuf>,
    /// How many refused events are kept without a number that could be a Social Insurance Number.
    pub masked: usize,
}

/// Takes the events of some files.
pub async fn run(arguments: Arguments, config: Config) -> anyhow::Result<ExitCode> {
    let desk = open_desk(&config).await?;
    let mut tally = Tally::default();
    for file in &arguments.files {
        take_file(&desk, file, &place_of(file, arguments.json), &config.dir, &mut tally).await?;
    }
    desk.close().await;
    if arguments.json {
        print_json(&tally.view());
    } else {
        tally.print();
    }
    Ok(ExitCode::from(u8::from(!tally.refused.is_empty())))
}

/// Takes the events of one file, which places call by its name. What is refused is kept in the data folder as it came, to be corrected and taken again; but no Social
/// Insurance Number is kept, and what stands in its place is refused until somebody has written there what belongs there.
pub async fn take_file(desk: &Desk, file: &Path, name: &str, dir: &Path, tally: &mut Tally) -> anyhow::Result<()> {
    let source: Box<dyn BufRead> = if file == Path::new("-") {
        Box::new(BufReader::new(std::io::stdin()))
    } else {
        Box::new(BufReader::new(std::fs::File::open(file).with_context(|| name.to_owned())?))
    };
    let bar = ProgressBar::new_spinner()
        .with_style(ProgressStyle::with_template(&format!("{{spinner}} {{pos}} {}", words!("take.progress")))?);
    let mut offers = intake::read(source, name).with_context(|| name.to_owned())?;
    loop {
        let some: Vec<Offer> =
            offers.by_ref().take(TOGETHER).collect::<Result<_, _>>().with_context(|| name.to_owned())?;
        if some.is_empty() {
            break;
        }
        let places: Vec<(String, Vec<u8>)> =
            some.iter().map(|offer| (offer.place.clone(), offer.raw.clone())).collect();
        bar.inc(some.len() as u64);
        let key = |event: &CaseEvent| (event.subject.clone(), event.source.clone(), event.id.clone());
        let keys: Vec<_> = some.iter().map(|offer| offer.event.as_ref().ok().map(key)).collect();
        let outcomes = desk.take(Actor::operator("recto take"), some, Batch::EachAlone).await?;
        let (mut refused, mut recorded) = (Vec::new(), Vec::new());
        for (((place, raw), outcome), key) in places.into_iter().zip(outcomes).zip(keys) {
            if matches!(outcome, Outcome::Taken(_) | Outcome::Repeated(_)) {
                recorded.extend(key.map(|key| (place.clone(), key)));
            }
            match &outcome {
                Outcome::Taken(letters) => {
                    tally.taken += 1;
                    tally.letters += letters.len();
                }
                Outcome::Repeated(_) => tally.repeated += 1,
                Outcome::Refused(_) | Outcome::Untouched => {
                    // What is no event at all is not kept to be corrected.
                    if !raw.is_empty() {
                        let kept = insurance::masked_bytes(raw.trim_ascii_end());
                        tally.masked += usize::from(kept != raw.trim_ascii_end());
                        refused.extend(kept);
                        refused.push(b'\n');
                    }
                    tally.refused.push((place, outcome));
                }
            }
        }
        let (at, keys): (Vec<String>, Vec<_>) = recorded.into_iter().unzip();
        for (place, notices) in at.into_iter().zip(desk.notices(&keys).await?) {
            tally.notices.extend(notices.into_iter().map(|notice| (place.clone(), notice)));
        }
        if !refused.is_empty() {
            tally.kept_in.push(keep(dir, &refused)?);
        }
    }
    bar.finish_and_clear();
    Ok(())
}

/// Keeps refused events under the hash of what they say, so that the same file taken twice is kept once.
fn keep(dir: &Path, refused: &[u8]) -> anyhow::Result<PathBuf> {
    let folder = dir.join("refused");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{}.jsonl", &sha256_hex(refused)[..16]));
    std::fs::write(&path, refused)?;
    Ok(path)
}

impl Tally {
    fn view(&self) -> Value {
        let refused: Vec<Value> = self
            .refused
            .iter()
            .map(|(place, outcome)| {
                let mut view = outcome.view(Language::En);
                view["place"] = json!(place);
                view
            })
            .collect();
        let notice = |(place, notice): &(String, Fault)| {
            let fault = notice.view(Language::En);
            json!({"place": place, "code": fault.code, "message": fault.message})
        };
        let notices: Vec<Value> = self.notices.iter().map(notice).collect();
        json!({
            "taken": self.taken,
            "repeated": self.repeated,
            "letters": self.letters,
            "notices": notices,
            "refused": refused,
            "kept_in": self.kept_in,
            "masked": self.masked,
        })
    }

    /// Prints the tally for a person.
    pub fn print(&self) {
        let counted = |count, unit| voice().counted(count, unit);
        tell!(
            "take.tally",
            events = counted(self.taken, "event"),
            called = counted(self.letters, "called"),
            known = counted(self.repeated, "known"),
            refused = counted(self.refused.len(), "refused"),
        );
        for (place, notice) in &self.notices {
            say!("\n{}", words!("take.waits", place = place));
            say!("           {}", voice().fault(notice));
        }
        for (place, outcome) in &self.refused {
            say!("\n{}", words!("take.refused", place = place));
            if let Outcome::Refused(faults) = outcome {
                faults.iter().for_each(|fault| say!("           {}", voice().fault(fault)));
            }
        }
        for path in &self.kept_in {
            say!("\n{}", words!("take.kept", file = path.display()));
        }
        if self.masked > 0 {
            tell!("take.masked", events = voice().counted(self.masked, "masked"));
        }
    }
}
