import Files

/// What a file of results says at its beginning, without the repetitions.
struct SavedRun {
  private let path: String
  private let context: BenchRecord.Context
  private var candidates: [CandidateEntry] = []
  private var layers: [TimingEntry] = []

  /// - Throws: `FileError`, or ``ReportError`` if the file is not one of `bench --save`.
  init(path: String) throws {
    self.path = path
    var context: BenchRecord.Context?
    var number = 0
    do {
      reading: for line in try TextFile.read(path, upTo: SavedBench.largestSize).split(
        separator: "\n")
      {
        number += 1
        let line = String(line)
        switch try BenchLine.kind(of: line) {
        case .context: context = try BenchLine.decode(BenchRecord.Context.self, line)
        case .candidate: candidates.append(try BenchLine.decode(CandidateEntry.self, line))
        case .layer: layers.append(try BenchLine.decode(TimingEntry.self, line))
        case .benchmark: break reading
        }
      }
    } catch let error as FileError {
      throw error
    } catch {
      throw BenchLine.error(error, path, line: number)
    }
    guard let context else { throw ReportError(description: "\(path): has no context") }
    self.context = context
  }

  /// The times of a layer of each candidate; of the whole network if none is named.
  func entries(layer: String?) -> [HistoryEntry] {
    var entry = HistoryEntry()
    entry.date = context.date
    entry.commit = context.machine.commit.value.map { String($0.prefix(12)) } ?? ""
    entry.machine =
      "\(context.machine.cpu), \(context.machine.numCpus) CPUs, \(context.machine.instructionSet)"
    entry.file = FileName.last(of: path)
    if let layer {
      return layers.filter { $0.layer == layer }.map { row in
        var entry = entry
        (entry.model, entry.backend, entry.batch) = (row.model, row.backend, row.batch)
        (entry.threads, entry.layer, entry.verdict) = (row.threads, layer, row.verdict)
        (entry.minimum, entry.median) = (row.minimum, row.median)
        return entry
      }
    }
    return candidates.map { row in
      var entry = entry
      (entry.model, entry.backend, entry.batch) = (row.model, row.backend, row.batch)
      (entry.threads, entry.layer) = (row.threads, TimingEntry.wholeNetwork)
      (entry.verdict, entry.minimum, entry.median) = (row.verdict, row.minimum, row.median)
      return entry
    }
  }
}
