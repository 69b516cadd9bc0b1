package import Files

/// Gives every picture its own drawing below a folder.
///
/// A picture's drawing has its name with another extension: `a.png` for `a.jpg`. Where that is taken by
/// another picture, it keeps its extension, too (`a.png.png` for `a.png`), or, if the two have one name in
/// different folders, the folders that distinguish them (`dogs/1.png`). The first has the short
/// name, so the same pictures in the same order always have the same places, and a picture that had a place in
/// an earlier run keeps it.
package struct DrawingPlaces {
  private let ending: String

  /// The relative paths of the pictures whose drawings have a place.
  private var owners: [ExactName: String] = [:]

  /// The folders of places; no drawing can have such a name.
  private var folders: Set<ExactName> = []

  /// The places of pictures, by their paths in normal form.
  private var places: [ExactName: String] = [:]

  /// - Parameters:
  ///   - fileExtension: That of the drawings, without a dot.
  ///   - earlier: The places of an earlier run's pictures, by their paths.
  package init(fileExtension: String, earlier: [ExactName: String] = [:]) {
    ending = ".\(fileExtension)"
    for (path, place) in earlier.sorted(by: { $0.key < $1.key })
    where isFree(place) && Self.staysInside(place) {
      take(place, for: PictureName(path: path.text))
    }
  }

  /// The place of a picture's drawing, relative to the folder; the same at each call.
  package mutating func place(of name: PictureName) -> String {
    if let place = places[FileName.normal(name.path)] { return place }
    let place = candidates(for: name).first(where: isFree) ?? numbered(name)
    take(place, for: name)
    return place
  }

  private mutating func take(_ place: String, for name: PictureName) {
    owners[place] = name.relativePath
    places[FileName.normal(name.path)] = place
    var folder = FileName.folder(of: place)
    while !folder.isEmpty {
      folder.removeLast()
      folders.insert(folder)
      folder = FileName.folder(of: folder)
    }
  }

  /// Whether a place named by a file is below the folder.
  private static func staysInside(_ place: String) -> Bool {
    place.utf8.first != UInt8(ascii: "/") && !FileName.parts(of: place).contains("..")
  }

  /// Whether the place is free, and no drawing is where the folders above it would be.
  private func isFree(_ place: String) -> Bool {
    guard owners[place] == nil, !folders.contains(place) else { return false }
    var folder = FileName.folder(of: place)
    while !folder.isEmpty {
      folder.removeLast()
      if owners[folder] != nil { return false }
      folder = FileName.folder(of: folder)
    }
    return true
  }

  private func candidates(for name: PictureName) -> [String] {
    let short = FileName.withoutExtension(name.relativePath) + ending
    let full = name.relativePath + ending
    var shortBelow: [String] = []
    var fullBelow: [String] = []
    let count = FileName.parts(of: name.relativePath).count
    // A component that leads out of the folder cannot be part of a place in it.
    var above = FileName.parts(of: name.path).dropLast(count).filter { $0 != ".." }[...]
    var prefix = ""
    while let part = above.popLast() {
      prefix = FileName.join(part, prefix)
      shortBelow.append(FileName.join(prefix, short))
      fullBelow.append(FileName.join(prefix, full))
    }
    let isNamesake = owners[short]?.hasSameBytes(as: name.relativePath) == true
    return [short] + (isNamesake ? shortBelow + [full] : [full] + shortBelow) + fullBelow
  }

  private func numbered(_ name: PictureName) -> String {
    var number = 2
    while true {
      let place = "\(FileName.withoutExtension(name.relativePath))-\(number)\(ending)"
      if isFree(place) { return place }
      number += 1
    }
  }
}
