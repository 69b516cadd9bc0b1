import HDF5
import Imaging
import Kernels
import Net

/// Writes maps as HDF5, schema `densecam.maps/1`, which ``MapsFile`` reads and `docs/maps-file.md`
/// describes.
///
/// One picture is in memory at a time.
package final class HDF5MapsWriter: MapsWriter {
  private let header: MapsHeader
  private let path: String
  private var pending: PendingFile
  private let file: File
  private let pictures: Group
  private var count = 0

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: Where it goes; an existing file stays until ``finish()``.
  ///   - header: Where the maps come from.
  ///   - folder: Where it is until then, in the same file system; next to its name unless given.
  ///   - replacing: Whether a file of that name is replaced.
  /// - Throws: ``MapsError`` if the file cannot be written.
  package init(
    path: String, header: MapsHeader, in folder: String? = nil, replacing: Bool = true
  ) throws(MapsError) {
    self.path = path
    self.header = header
    // The library has its own lock.
    pending = try PendingFile(path: path, in: folder, replacing: replacing, isLocked: false)
    do throws(HDF5Error) {
      file = try File(filling: pending.openPath)
      try header.write(to: file.root.attributes)
      pictures = try file.root.createGroup("pictures")
    } catch {
      throw MapsError(writing: path, error)
    }
  }

  /// Stores the maps of the next picture.
  ///
  /// - Throws: ``MapsError`` if they are of another method than in the header, if a number is not
  ///   finite, or if the disk is full or fails.
  package func append(_ picture: PictureMaps) throws(MapsError) {
    guard picture.method == header.method else {
      throw MapsError(
        .unsuitable, path: path,
        "holds maps of \(header.method.rawValue), not of \(picture.method.rawValue)")
    }
    if let objection = picture.objection {
      throw MapsError(.unsuitable, path: path, "cannot take \(picture.source): \(objection)")
    }
    do throws(HDF5Error) {
      try write(picture, into: pictures.createGroup(MapsFile.name(ofPicture: count)))
    } catch {
      throw MapsError(writing: path, error)
    }
    count += 1
  }

  package func finish() throws(MapsError) {
    do throws(HDF5Error) {
      try pictures.attributes.set(count, for: "count")
      try file.close()
    } catch {
      throw MapsError(writing: path, error)
    }
    try pending.commit()
  }

  private func write(_ picture: PictureMaps, into group: Group) throws(HDF5Error) {
    try group.attributes.set(picture.source, for: "source")
    if let sum = picture.sourceSHA256 { try group.attributes.set(sum, for: "source_sha256") }
    let shape = picture.inputShape.dimensions.map { Int64($0) }
    try group.attributes.set(shape, for: "input_shape")
    try group.attributes.set(picture.top.map { Int64($0) }, for: "top")
    // Small as they are, these are compressed for the sake of the checksum.
    let classes = [picture.logits.count]
    try group.createDataset("logits", shape: classes, elements: picture.logits, compressed: true)
    try group.createDataset(
      "probabilities", shape: classes, elements: picture.probabilities, compressed: true)
    let maps = try group.createGroup("cam")
    for entry in picture.entries {
      let dataset = try maps.createDataset(
        "\(entry.classIndex)", shape: [entry.map.height, entry.map.width],
        elements: entry.map.values, compressed: true)
      if let label = entry.label { try dataset.attributes.set(label, for: "label") }
      try dataset.attributes.set(entry.rank, for: "rank")
      try dataset.attributes.set(entry.probability, for: "probability")
      try dataset.attributes.set(entry.logit, for: "logit")
      try dataset.attributes.set(entry.bias, for: "bias")
    }
    guard picture.entries.contains(where: { $0.upsampled != nil }) else { return }
    let planes = try group.createGroup("upsampled")
    for entry in picture.entries {
      guard let plane = entry.upsampled else { continue }
      try planes.createDataset(
        "\(entry.classIndex)", shape: [plane.height, plane.width],
        elements: plane.values.map { Float($0) }, compressed: true)
    }
  }
}
