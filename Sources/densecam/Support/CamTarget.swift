import Glibc

/// Where the pictures of `densecam cam` go: one file, or a folder for several.
struct CamTarget {
  private let output: String
  private let isFolder: Bool
  private let overwriting: Bool

  /// The files of pictures before, so that two of one name do not end up in one file.
  private var taken: Set<String> = []

  /// - Throws: ``UsageError`` if the place cannot be written to.
  init(_ output: String, imageCount: Int, overwriting: Bool) throws {
    var status = stat()
    let exists = unsafe stat(output, &status) == 0
    let isDirectory = exists && status.st_mode & S_IFMT == S_IFDIR
    isFolder = isDirectory || imageCount > 1 || output.hasSuffix("/")
    self.output = output
    self.overwriting = overwriting
    if isFolder {
      guard isDirectory || !exists else {
        throw UsageError("\(output): is a file; several pictures need a folder")
      }
      if !exists, unsafe mkdir(output, 0o777) != 0 {
        throw UsageError(
          "\(output): cannot make the folder: \(unsafe String(cString: strerror(errno)))")
      }
    } else {
      guard output.lowercased().hasSuffix(".png") else {
        throw UsageError("\(output): pictures are written as PNG; name a .png file or a folder")
      }
      try OutputFile.check(output, overwriting: overwriting)
    }
  }

  /// The file for one picture.
  ///
  /// - Throws: ``UsageError`` if it exists and may not be replaced.
  mutating func path(for image: String) throws -> String {
    guard isFolder else { return output }
    let file = image.split(separator: "/").last.map(String.init) ?? image
    let stem = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
    let path = output.hasSuffix("/") ? "\(output)\(stem).png" : "\(output)/\(stem).png"
    guard taken.insert(path).inserted else {
      throw UsageError("\(image): another picture is called \(stem), too, and has become \(path)")
    }
    try OutputFile.check(path, overwriting: overwriting)
    return path
  }
}
