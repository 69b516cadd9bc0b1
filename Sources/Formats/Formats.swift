// Formats: what a model's name means, and the files that models are read from and written to.
//
// - `ModelSource.swift`: the interface of sources, their list, and `Model(_:team:)`, which asks each
//   whether a name is its own. A new format is a type that conforms, and a line in that list; nothing
//   above this module knows a format's name. `ModelWriter.swift`: the same for formats that are written.
// - `BundledModel.swift`: networks that come with densecam; `SeededModel.swift`: architectures with
//   seeded weights.
// - `MXNet/`: checkpoints of MXNet, symbol and parameter files of every age, of which every size is
//   checked before it is used.
// - `FormatError.swift`: why a file is not a model; it names the place.
