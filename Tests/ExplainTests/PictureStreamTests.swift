import Formats
import Foundation
import Kernels
import Net
import Testing

@testable import Explain

@Suite("A stream of pictures") struct PictureStreamTests {
  /// The logits of each picture that worked, and the names of all in the order in which they came.
  private func run(
    _ names: [PictureName], batch: Int, threads: Int, preprocessing: Preprocessing,
    known: @escaping (PictureName) -> [Float]? = { _ in nil }, cancelAfter limit: Int = .max
  ) throws -> (order: [String], logits: [String: [Float]]) {
    let team = try WorkerTeam(count: threads)
    let model = try Model("densenet-mini@1", team: team)
    var stream = PictureStream<Int, [Float]>(
      explainer: Explainer(
        model: model, backends: BackendChoice(BackendRegistry.builtIn.standard), options: .standard,
        team: team, batch: batch),
      preprocessing: preprocessing,
      explain: { names, pictures, inferences in
        #expect(pictures.count == inferences.count && pictures.count <= batch)
        #expect(names.count == pictures.count)
        return inferences.map { .success($0.logits.count) }
      },
      finish: { _, _, inference, count in
        #expect(count == inference.logits.count)
        return inference.logits
      })
    stream.threads = threads
    var order: [String] = []
    var logits: [String: [Float]] = [:]
    try stream.run(names, known: known, isCancelled: { order.count >= limit }) { name, result in
      order.append(name.path)
      if case .success(let value) = result { logits[name.path] = value }
    }
    return (order, logits)
  }

  static let fixed = Preprocessing(extent: .fixed(Size(64)))

  @Test("gives each picture's own result in order, however it is cut up") func same() throws {
    let folder = try Folder()
    let names = try noisePictures(13, in: folder)
    let reference = try run(names, batch: 1, threads: 1, preprocessing: Self.fixed)
    #expect(reference.order == names.map(\.path))
    #expect(reference.logits.count == 9)
    #expect(Set(reference.logits.values).count == 9)
    for (batch, threads) in [(4, 2), (3, 1), (16, 3)] {
      let other = try run(names, batch: batch, threads: threads, preprocessing: Self.fixed)
      #expect(other.order == reference.order)
      #expect(other.logits == reference.logits)
    }
  }

  @Test("takes sizes as they come") func sizes() throws {
    let folder = try Folder()
    let names = try noisePictures(12, in: folder) { [64, 64, 96][$0 % 3] }
    let asIs = Preprocessing(extent: .fit, resize: .none)
    let one = try run(names, batch: 1, threads: 1, preprocessing: asIs)
    let four = try run(names, batch: 4, threads: 2, preprocessing: asIs)
    #expect(one.logits.count == 9)
    #expect(four.order == one.order && four.logits == one.logits)
  }

  @Test("does not compute what is known") func known() throws {
    let folder = try Folder()
    let names = try noisePictures(9, in: folder)
    let done = names[0].path
    let result = try run(
      names, batch: 2, threads: 2, preprocessing: Self.fixed,
      known: { $0.path == done ? [42] : nil })
    // It is one of the broken ones, which would have failed.
    #expect(result.logits[done] == [42])
    #expect(result.order == names.map(\.path))
  }

  @Test("ends early without losing what it has begun") func cancelled() throws {
    let folder = try Folder()
    let names = try noisePictures(40, in: folder)
    let all = try run(names, batch: 2, threads: 2, preprocessing: Self.fixed)
    let part = try run(names, batch: 2, threads: 2, preprocessing: Self.fixed, cancelAfter: 5)
    #expect(part.order.count >= 5 && part.order.count < 40)
    #expect(part.order == Array(names.map(\.path)[..<part.order.count]))
    for (name, logits) in part.logits { #expect(all.logits[name] == logits) }
  }

  @Test("is empty for no names") func empty() throws {
    let result = try run([], batch: 2, threads: 1, preprocessing: Self.fixed)
    #expect(result.order.isEmpty)
  }
}
