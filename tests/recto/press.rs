//! The press: what a person waits for goes before the letters of a batch.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use recto::case::LetterId;
use recto::typeset::{Job, Threads};

use crate::support::{sample, studio};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_waits_for_overtakes_a_batch() {
    const LETTERS: usize = 24;
    let studio = studio();
    let letter = &studio.catalogue.types["account-statement"];
    let mut data = sample("account-statement", "plausible");
    let date = recto::letter::take_date(&mut data).unwrap();
    let data = studio.check_data(letter, &data).unwrap();
    let job = |number: usize| -> Job {
        let id = LetterId::new(format!("0000-0000-{number:04}"));
        studio.compose(letter, id, date, data.clone()).unwrap().job
    };
    let threads = Threads::start(&studio.press, 1);
    let done = Arc::new(AtomicUsize::new(0));
    let batch: Vec<_> = (0..LETTERS)
        .map(|number| {
            let (threads, job, done) = (threads.clone(), job(number), Arc::clone(&done));
            tokio::spawn(async move {
                assert!(threads.set(job).await.is_ok());
                done.fetch_add(1, Ordering::SeqCst);
            })
        })
        .collect();
    while done.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let before = done.load(Ordering::SeqCst);
    assert!(threads.set_first(job(9_999)).await.is_ok());
    let after = done.load(Ordering::SeqCst);
    assert!(after - before <= 2, "{} letters of the batch were set before it", after - before);
    assert!(after < LETTERS);
    // Those who ask after a handle is gone are answered still, and the last handle ends the threads.
    drop(threads);
    for one in batch {
        one.await.unwrap();
    }
    assert_eq!(done.load(Ordering::SeqCst), LETTERS);
}
