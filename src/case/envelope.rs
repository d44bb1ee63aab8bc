//! The envelope: what of a folded letter shows through its window, and what follows from that for the page.
//!
//! The one place that has this geometry. Addresses are checked by it, pages are, and the typesetter has it as
//! `/house/envelope.typ`.

/// A rectangle on the page, in millimetres from its top left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zone {
    /// Its left edge.
    pub left: f64,
    /// Its right edge.
    pub right: f64,
    /// Its upper edge.
    pub top: f64,
    /// Its lower edge.
    pub bottom: f64,
}

/// The address block: lines of one size at one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AddressBlock {
    /// Where it begins, in millimetres from the left edge of the paper.
    pub left: f64,
    /// Where it begins, in millimetres from the upper edge of the paper.
    pub top: f64,
    /// The widest line, in millimetres: the window's width less a hair for kerning.
    pub width: f64,
    /// Lines at most.
    pub lines: usize,
    /// From baseline to baseline, in millimetres.
    pub pitch: f64,
    /// The type's size in points (Canada Post asks for characters 2 to 5 mm high).
    pub size_pt: f64,
}

/// An envelope with the paper that goes into it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Envelope {
    /// The paper: width and height in millimetres.
    pub paper: (f64, f64),
    /// Where the paper is folded, in millimetres from its upper edge.
    pub fold: f64,
    /// Where the address must stand: always visible, however the paper slides.
    pub window: Zone,
    /// Where nothing but the address may stand: visible when the paper slides.
    pub ever_visible: Zone,
    /// The address in the window.
    pub address: AddressBlock,
    /// From where on something may stand beside the window, in millimetres from the left edge.
    pub beside: f64,
    /// From where on the running text may stand below it, in millimetres from the upper edge.
    pub below: f64,
}

/// A #10 envelope (105 × 241 mm; window 114 × 29 mm, 22 mm from the left, 13 mm from the bottom), the letter-sized paper folded in
/// three and sliding inside it as far as it can.
pub const ENVELOPE: Envelope = Envelope {
    paper: (215.9, 279.4),
    fold: 279.4 / 3.0,
    window: Zone { left: 22.0, right: 111.0, top: 62.0, bottom: 80.0 },
    ever_visible: Zone { left: 0.0, right: 137.0, top: 52.0, bottom: 90.0 },
    address: AddressBlock { left: 22.0, top: 62.2, width: 88.5, lines: 5, pitch: 3.5, size_pt: 9.0 },
    beside: 141.0,
    below: 94.0,
};

// The parts agree: the address in the window, the window above the fold, and the rest of the page clear of it.
const _: () = {
    let Envelope { window, ever_visible, address, .. } = ENVELOPE;
    assert!(address.left >= window.left && address.left + address.width <= window.right);
    assert!(address.top >= window.top && address.top + address.pitch * address.lines as f64 <= window.bottom);
    assert!(ever_visible.left <= window.left && ever_visible.right >= window.right);
    assert!(ever_visible.top <= window.top && ever_visible.bottom >= window.bottom);
    assert!(ever_visible.bottom <= ENVELOPE.fold);
    assert!(ENVELOPE.beside > ever_visible.right && ENVELOPE.below > ever_visible.bottom);
};
