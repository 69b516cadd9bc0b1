// How well do Class Activation Maps find the objects? Maps are compared with boxes that people drew.
//
//     annotations.json ─ BoxAnnotations ─ ClassMapping ─┐
//                                                       ├─ MapScorer ─ MapScore, one a map
//     map of a class ─ Plane ───────────────────────────┘                  │
//                                                         LocalizationOutcome, with its names
//                                                                          │
//          LocalizationRow ─ LocalizationSummary ─ LocalizationScore ──────┴─ LocalizationChange
//
// One map is scored for each picture and each class that has boxes in it. docs/localization.md
// gives the protocols and their sources. The files:
//
// - Boxes: BoundingBox; `COCOFile` (what the JSON holds, with `KeyedDecodingContainer+Place`),
//   BoxAnnotations (what `AnnotationChecker` accepted) with AnnotationID and LeftOutAnnotations,
//   AnnotatedPicture, ClassMapping (names of categories to classes) with ClassLabel, AnnotationError.
// - One map: `ThresholdLevels` (which pixel enters at which threshold), `ComponentSweep` (the
//   connected components at every threshold), MapRegion (from the map's pixels to the picture's),
//   LocalizationSettings, MapScorer, MapScore.
// - Many maps: LocalizationOutcome, LocalizationScore, LocalizationSummary with Proportion,
//   LocalizationChange; BoxScores for all pictures of a run; LocalizationRow and LocalizationChangeRow for output.
