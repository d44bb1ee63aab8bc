//! Numbers by chance, the same for the same seed.

/// Draws numbers, the same for the same seed (`support::seed`).
pub struct Chance(pub u64);

impl Chance {
    /// The next number, from 0 to 1.
    pub fn draw(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / (1_u64 << 31) as f64
    }

    /// The next whole number below another.
    pub fn below(&mut self, number: usize) -> usize {
        (self.draw() * number as f64) as usize
    }

    /// One of some, if there is any.
    pub fn one<'a, T>(&mut self, some: &'a [T]) -> Option<&'a T> {
        if some.is_empty() { None } else { some.get(self.below(some.len())) }
    }
}
