import Kernels
import Verify

/// What a page shows of `densecam bench`.
///
/// The single repetitions are left out: they are most of the file, and the page shows none of them.
struct BenchSection: HTMLSection {
  private let context: BenchRecord.Context
  private let candidates: [CandidateEntry]
  private let layers: [TimingEntry]

  var subject: String { context.model }

  var verdict: HTMLVerdict { HTMLVerdict(candidates.compactMap(\.verdict).overall) }

  var summary: String {
    var parts = [
      "\(candidates.count) candidate\(candidates.count == 1 ? "" : "s")",
      "\(layers.count) layer\(layers.count == 1 ? "" : "s"): "
        + Verdict.tally(layers.map(\.verdict)),
    ]
    let timed = candidates.filter { $0.verdict.map(Self.isTimed) ?? false }
    if timed.count > 1, let best = timed.min(by: { rate($0) > rate($1) }), let time = best.minimum {
      parts.append("fastest \(label(CandidateKey(best))), \(NumberText.milliseconds(time)) ms")
    }
    return parts.joined(separator: "; ")
  }

  /// Whether times are shown beside a verdict on a whole network, in which a layer may have fallen back.
  private static func isTimed(_ verdict: Verdict) -> Bool {
    verdict == .pass || verdict == .marginal || verdict == .fellBack
  }

  /// Pictures in a millisecond.
  private func rate(_ candidate: CandidateEntry) -> Double {
    guard let time = candidate.minimum, time > 0 else { return 0 }
    return Double(candidate.batch) / time
  }

  var html: HTML {
    let shown = candidates.map { candidate in
      guard let verdict = candidate.verdict, Self.isTimed(verdict) else {
        return candidate.withoutTimes
      }
      return candidate
    }
    let reasons = candidates.compactMap { candidate in
      candidate.reason.map { reason -> HTML in
        "<p class=\"note\">\(label(CandidateKey(candidate))): \(reason)</p>\n"
      }
    }
    return "<h3>Candidates</h3>\n" + HTMLTable("Whole runs of the network", shown).html
      + reasons.joined()
  }

  var circumstances: [(name: String, values: [String])] {
    let machine = context.machine.description
    let summary = ReportContext(
      version: context.densecamVersion, machine: machine, model: context.model,
      symbolSHA256: context.symbolSha256, weightsSHA256: context.weightsSha256,
      command: context.command, plugins: context.plugins ?? [])
    let shapes = candidates.map { $0.inputShape.map(String.init).joined(separator: "×") }
    return summary.circumstances + [
      ("input", shapes.unique),
      (
        "caches",
        context.caches.map { "level \($0.level) \($0.type): \($0.size >> 10) KiB" }
      ),
      ("clock", ["one reading costs \(NumberText.fixed(context.clockCostNs, 1)) ns"]),
    ]
  }

  var warnings: [String] {
    context.machine.warnings
      + candidates.filter { !$0.isWarm }.map {
        "\(label(CandidateKey($0))): the times were still falling after \($0.warmUpCount) runs of warm-up"
      }
  }

  // MARK: - Data

  private struct PageData: Encodable {
    struct Candidate: Encodable {
      var label: String
      var threads: Int

      /// The peak of all threads, in GFLOP/s.
      var peak: Double?
    }

    var command: String
    var candidates: [Candidate]
    var layers: HTMLData
  }

  func data(_ commands: HTMLReport.Commands) throws -> (any Encodable)? {
    let keys = keys
    let places = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1, $0) })
    let peaks = Dictionary(
      candidates.map { (CandidateKey($0), $0.peak) }, uniquingKeysWith: { first, _ in first })
    let candidate = HTMLData.Column(name: "candidate", meaning: "the place in the candidates")
    let intensity = HTMLData.Column(
      name: "direct_intensity",
      meaning: "the definition's operations a byte of input, weights and output, each moved once")
    return PageData(
      command: context.command.escaped,
      candidates: keys.map { key in
        PageData.Candidate(
          label: label(key).escaped, threads: key.threads,
          peak: (peaks[key] ?? nil).map { $0 * Double(key.threads) }.flatMap {
            $0.isFinite ? $0 : nil
          })
      },
      layers: HTMLData(
        layers,
        [
          (candidate, { places[CandidateKey($0)].cell }), (intensity, { $0.directIntensity.cell }),
        ] + TimingEntry.columns.map(\.inPage)))
  }

  /// What tells candidates apart.
  private struct CandidateKey: Hashable {
    var model: String
    var backend: String
    var threads: Int
    var batch: Int

    init(_ entry: CandidateEntry) {
      (model, backend, threads, batch) = (entry.model, entry.backend, entry.threads, entry.batch)
    }

    init(_ entry: TimingEntry) {
      (model, backend, threads, batch) = (entry.model, entry.backend, entry.threads, entry.batch)
    }
  }

  /// All candidates once, in their order, those of which there are only layers last.
  private var keys: [CandidateKey] {
    var seen: Set<CandidateKey> = []
    return (candidates.map { CandidateKey($0) } + layers.map { CandidateKey($0) }).filter {
      seen.insert($0).inserted
    }
  }

  /// The backend, and whatever else is not the same for all.
  private func label(_ key: CandidateKey) -> String {
    var parts = [key.backend]
    if candidates.contains(where: { $0.model != key.model }) { parts.append(key.model) }
    if candidates.contains(where: { $0.threads != key.threads }) {
      parts.append("\(key.threads) thread\(key.threads == 1 ? "" : "s")")
    }
    if candidates.contains(where: { $0.batch != key.batch }) { parts.append("batch \(key.batch)") }
    return parts.joined(separator: ", ")
  }
}

extension CandidateEntry {
  /// The same without what would be read as its speed.
  fileprivate var withoutTimes: CandidateEntry {
    var entry = self
    (entry.minimum, entry.median, entry.mean, entry.variation) = (nil, nil, nil, nil)
    (entry.p90, entry.p99, entry.rate, entry.speed) = (nil, nil, nil, nil)
    return entry
  }
}

extension TimingEntry {
  /// The operations of the convolution for each byte of its operands, if every one of them is moved once between
  /// memory and the processor: what a step's own data at least require; nil if it is none.
  fileprivate var directIntensity: Double? {
    guard !problem.isEmpty, let problem = try? ConvolutionProblem(notation: problem) else {
      return nil
    }
    let elements =
      Double(problem.input.count) + Double(problem.weightCount) + Double(problem.output.count)
    return Double(problem.operations) / (elements * Double(MemoryLayout<Float>.size))
  }
}
