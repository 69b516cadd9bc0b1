// Explain: what in a picture speaks for a class, by published methods, for one picture
// or many; how well that finds objects; and the maps as numbers in a file.
//
// Everything starts at a `ClassifierHead` of the Net module: features, their average, at most one
// linear layer. For such a head most methods follow from the features and the classifier's weights;
// the others run the network again on changed pictures. `docs/cam-methods.md` derives each formula.
//
//     features ── ClassifierHead.map(method:…) ──┐
//     input ───┬─ ScoreCAM ──────────────────────┼─ ClassActivationMap ─ PictureMaps ─ .h5, .npy
//              └─ Occlusion ─────────────────────┘
//
//     names ─ PictureRun(PictureStream, MapMaker) ─┬─ DrawingSink
//                                                  ├─ MapScorer ─ BoxScores
//                                                  └─ KeptResults ─ MapsStore, then ResultJournal
//
// The files:
// - `Explainer.swift`: batches through a network; `PreparedPicture.swift` is its input and
//   `Inference.swift` its output. `MapMaker.swift` makes maps from that by any method.
// - `Run/PictureRun.swift`: from names to maps and their consumers: `DrawingSink.swift` draws an
//   `ExplainedPicture.swift`, and each `ResultSink.swift` takes its `PictureResult.swift`.
//   `MappedClasses.swift` says which classes are mapped; `KeptResults.swift` keeps maps and rows on disk.
// - `Stream/PictureStream.swift`: many pictures, with decoding, running and drawing side by side on
//   `OrderedWorkers.swift` (`Monitor.swift` is their lock); `PictureNames.swift` lists them,
//   and `DistinctPictures.swift` leaves out drawings and repetitions.
// - `Stream/ResultJournal.swift`, `Stream/MapsStore.swift`: what survives an interruption.
// - `Localization/`: maps against boxes; `Localization/Localization.swift` explains its files.
// - `Methods/CAMMethod.swift`: the methods by name, with what each computes.
// - `Methods/ClassifierHead+Methods.swift`: those in closed form; `LayerFeatures.swift` is what they
//   are made of.
// - `Methods/ScoreCAM.swift`, `Methods/Occlusion.swift`: those that run the network;
//   `ForwardPasses.swift` feeds it in batches.
// - `Methods/ExplainError.swift`: why there is no map.
// - `Maps/PictureMaps.swift`: all results for one picture, ready to be stored.
// - `Maps/MapsFormat.swift`, `HDF5MapsWriter.swift`, `NumPyMapsWriter.swift`: writing it, picture by
//   picture, to a file that gets its name when it is complete (`PendingFile.swift`).
// - `Maps/MapsFile.swift`: reading it back; `MapsFile+Merging.swift` merges several files into one.
// - `Maps/MapsHeader.swift`, `Maps/MapsError.swift`: where a file comes from, and what is wrong with it.
