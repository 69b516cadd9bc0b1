// Figures for people: pictures, the maps drawn over them, and labels, in PNG, PDF and SVG.
//
//     Figure ─ scene ─┬─ Canvas on pixels ─ RGBImage ─ PNG (by Imaging)
//                     ├─ Canvas on a PDF
//                     └─ Canvas on an SVG
//
// One scene and one canvas serve every format, so that the formats cannot differ. Code that colours
// pixels of a picture is in Imaging: here overlays are placed and copied, pixel by pixel, and not
// changed. The files:
//
// - For callers: Figure (what to draw) with `Figure+Output` (draw and write it), FigureFormat,
//   FigureError.
// - Layout: `Figure+Scene`, then one file per style, `SeedStyle`, `PanelsStyle`, `SheetStyle`, of
//   `Caption`, `ColorBar` and `Grid`. They make a `Scene`: rectangles, images and texts on whole
//   pixels.
// - Text: `PlainText` (what of a label is drawn), `Typesetter` (which glyphs, and whether there are
//   any), `TextBlock` (lines of them).
// - Drawing: `Canvas` (a scene on any surface), `Surface` (pixels) and `VectorSurface` (PDF, SVG).
//
// `Typesetter`, `TextBlock`, `Surface`, `VectorSurface` and `Canvas` are the only users of
// CPangoCairo. Each owns what it wraps, and every status is checked.
