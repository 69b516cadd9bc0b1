// Pictures in, pictures out: from a photo to a network's input, and from a class activation map to
// its drawing.
//
//     file ─ Picture(contentsOf:) ─ resized ─┬─ networkInput ─ [Float], planar
//                                            └─ overlay(of: map) ─ RGBImage ─ writePNG
//
// All arithmetic is in double precision and in a stated order, because the numbers are compared with
// those of other programs bit for bit. The files:
//
// - What can go wrong: ImageError, ImageLimits.
// - Reading: `ImageFile` (bytes from disk), `ImageFormat` (what the bytes are), `PNGDecoding` and
//   `JPEGDecoding` (the only users of CPNG and CJPEG, with `RGBImage+PNG`), `Samples` (the result),
//   `Orientation` (which side is up), `PNGChunks`.
// - Pictures: Picture with its resizing, network input, luma and overlay; Plane is one
//   channel, and holds maps.
// - Arithmetic: `Taps` and `Resampling` (bilinear), `GaussianKernel` (blur), Palette and the palettes
//   with names.
// - Writing: RGBImage, `FileReplacement`.
//
// Files are decoded as their samples are stored, and turned as Exif's orientation says. Colour profiles
// and gamma are ignored.
