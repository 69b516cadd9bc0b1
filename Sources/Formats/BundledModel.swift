import Glibc
public import Kernels
public import Net

/// A network that comes with densecam: a folder with a checkpoint and the names of its
/// classes.
///
/// The folders are searched where `DENSECAM_MODELS` points, in `model` below the working folder, and
/// in `model` or `share/densecam/model` next to and above the executable, so that a checkout and an
/// installation both find them.
public struct BundledModel: Hashable, Sendable {
  /// The bundled networks.
  public static let names = ["scenes"]

  /// The one that commands use when none is named.
  public static let standardName = "scenes"

  public let name: String

  /// Where its files are.
  public let folder: String

  /// The checkpoint, whose epoch is 0.
  public var checkpoint: CheckpointFiles { CheckpointFiles(prefix: "\(folder)/\(name)", epoch: 0) }

  /// The names of its classes, one per line.
  public var labels: String { "\(folder)/synset.txt" }

  /// Finds the files of a network.
  ///
  /// - Throws: ``ModelError`` if they are not found.
  init(name: String) throws(ModelError) {
    let candidates = Self.places.map { "\($0)/\(name)" }
    guard
      let folder = candidates.first(where: {
        unsafe access("\($0)/\(name)-symbol.json", R_OK) == 0
      })
    else {
      throw ModelError(
        "\(name): its files are missing; run densecam from its checkout, or set DENSECAM_MODELS "
          + "to the folder that holds \(name)/\(name)-symbol.json")
    }
    self.name = name
    self.folder = folder
  }

  /// The folders that may hold bundled networks, the nearest first.
  private static var places: [String] {
    var places: [String] = []
    if let value = unsafe getenv("DENSECAM_MODELS") { places.append(unsafe String(cString: value)) }
    places.append("model")
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
    guard length > 0 else { return places }
    let path = String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    var folders = path.split(separator: "/").dropLast()
    // From .build/TRIPLE/release up to the checkout are four levels.
    for _ in 0..<5 where !folders.isEmpty {
      let folder = "/" + folders.joined(separator: "/")
      places += ["\(folder)/model", "\(folder)/share/densecam/model"]
      folders.removeLast()
    }
    return places
  }
}

/// The networks that come with densecam, by their names.
public struct BundledModelSource: ModelSource {
  public var entries: [ModelEntry] {
    BundledModel.names.map { ModelEntry($0, "trained, comes with densecam") }
  }

  public func claims(_ name: String) -> Bool { BundledModel.names.contains(name) }

  public func load(_ name: String, team: WorkerTeam) throws -> Model {
    let bundled = try BundledModel(name: name)
    return try MXNetCheckpointSource.load(bundled.checkpoint, labels: bundled.labels)
  }
}
