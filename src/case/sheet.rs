//! Sheets of paper, printed on both sides. What is cut, folded or put into an envelope is a sheet, never a page.

/// A sheet of a document; its pages are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sheet {
    /// The page on its front.
    pub front: usize,
    /// The page on its back; none where the document ends on the front.
    pub back: Option<usize>,
}

/// The sheets of a document of so many pages.
pub fn sheets(pages: usize) -> impl ExactSizeIterator<Item = Sheet> {
    (0..pages.div_ceil(2)).map(move |index| {
        let front = 2 * index + 1;
        Sheet { front, back: (front < pages).then_some(front + 1) }
    })
}
