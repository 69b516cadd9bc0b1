import Foundation
import Testing

/// A checkpoint of the smallest network, some of whose nodes have other names.
struct Checkpoint {
  let folder: Folder

  /// As for `--model`.
  var model: String { folder.path("mini") + ":0" }

  /// - Parameters:
  ///   - folder: Where it goes.
  ///   - names: New names by old ones; parameters keep theirs.
  /// - Throws: What fails of making it.
  init(in folder: Folder, renaming names: [String: String] = [:]) throws {
    self.folder = folder
    let made = try CommandRun("export", "densenet-mini@1", folder.path("mini") + ":0")
    try #require(made.status == 0, "\(made.error)")
    let path = folder.url.appending(path: "mini-symbol.json")
    let symbol = try JSONSerialization.jsonObject(with: Data(contentsOf: path))
    var graph = try #require(symbol as? [String: Any])
    let nodes = try #require(graph["nodes"] as? [[String: Any]])
    graph["nodes"] = nodes.map { node in
      node.merging(["name": names[node["name"] as? String ?? ""] ?? node["name"] ?? ""]) { $1 }
    }
    try JSONSerialization.data(withJSONObject: graph).write(to: path)
  }

  /// Records a golden of it.
  func record(_ name: String = "a.h5") throws -> String {
    let path = folder.path(name)
    let run = try CommandRun(
      "golden", "record", "--model", model, "--size", "64x64", "--image",
      Repository.path("model/pictures/scene.png"), "-o", path)
    try #require(run.status == 0, "\(run.error)")
    return path
  }
}
