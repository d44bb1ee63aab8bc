//! Pictures of pages, drawn from the finished PDF: what is seen is what is sent.

use std::sync::Arc;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::Pixmap;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{RenderCache, RenderSettings, render};

/// Draws one page of a PDF, counted from 1, as PNG at so many pixels a typographic point. `None` where it has no such page.
pub fn page_png(pdf: &[u8], page: usize, pixel_per_pt: f32) -> Option<Vec<u8>> {
    let pdf = Pdf::new(Arc::new(pdf.to_vec())).ok()?;
    let page = pdf.pages().get(page.checked_sub(1)?)?;
    let settings =
        RenderSettings { x_scale: pixel_per_pt, y_scale: pixel_per_pt, bg_color: WHITE, ..RenderSettings::default() };
    encode(&render(page, &RenderCache::new(), &InterpreterSettings::default(), &settings))
}

fn encode(pixels: &Pixmap) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width().into(), pixels.height().into());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    // The page is opaque, so the premultiplied colours of the pixels are the colours themselves.
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(pixels.data_as_u8_slice()).ok()?;
    writer.finish().ok()?;
    Some(bytes)
}

/// The share of pixels in which two PNG pictures of a page differ, from 0 to 1; 1 where one is missing or of another size.
pub fn picture_difference(one: &[u8], other: &[u8]) -> f64 {
    if one == other {
        return 0.0;
    }
    let (Some(one), Some(other)) = (decode(one), decode(other)) else { return 1.0 };
    if one.len() != other.len() {
        return 1.0;
    }
    let pixels = one.chunks(4).zip(other.chunks(4));
    let differing = pixels.filter(|(one, other)| one != other).count();
    differing as f64 / (one.len() / 4).max(1) as f64
}

fn decode(picture: &[u8]) -> Option<Vec<u8>> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(picture)).read_info().ok()?;
    let mut pixels = vec![0; reader.output_buffer_size()?];
    reader.next_frame(&mut pixels).ok()?;
    Some(pixels)
}
