import Formats
import FoundationEssentials
import Kernels
import Net
import Testing

@testable import Verify

@Suite("A part of a network") struct PartialVerificationTests {
  /// A command that repeats one failure judges that layer alone.
  @Test("gives the numbers that it gives within the whole", arguments: [true, false])
  func part(isFused: Bool) throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../golden/densenet-mini.h5").standardizedFileURL.path
    let team = try WorkerTeam(count: 2)
    let golden = try GoldenFile(path: path)
    let model = try Model(golden.header.model, team: team)
    let verifier = Verifier(
      graph: model.graph, parameters: model.parameters, golden: golden, team: team)
    func layers(_ includes: @escaping @Sendable (String) -> Bool) throws -> [LayerResult] {
      try verifier.verify(
        golden.cases[0],
        runs: [
          VerificationRun(
            name: "tiled", backends: BackendChoice(TiledBackend()),
            options: isFused ? .standard : .unfused)
        ], options: VerificationOptions(includes: includes)
      ).layers
    }
    let whole = try layers { _ in true }
    for name in ["conv0", "DBstage2_unit2_conv2", "DBstage4_unit2_conv2", "TBstage2_conv1"] {
      let part = try layers { $0 == name }
      let same = whole.filter { $0.layer == name }
      #expect(part.map(\.deviation) == same.map(\.deviation), "\(name)")
      #expect(part.map(\.isStored) == same.map(\.isStored) && !part.isEmpty)
    }
  }
}
