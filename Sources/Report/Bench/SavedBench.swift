import Bench
import Files
import FoundationEssentials

/// Times that `densecam bench --format json` or `--save` wrote.
package struct SavedBench {
  let path: String
  let record: BenchRecord

  /// The largest file that is read, in bytes.
  static let largestSize = 1 << 30

  /// Reads a file.
  ///
  /// - Throws: `FileError` if it cannot be read, ``ReportError`` that says what is wrong in it.
  package init(path: String) throws {
    try self.init(text: TextFile.read(path, upTo: Self.largestSize), name: path)
  }

  /// - Parameters:
  ///   - text: The JSON.
  ///   - name: What the file is called in errors.
  /// - Throws: ``ReportError`` that says what is wrong.
  package init(text: String, name: String) throws(ReportError) {
    path = name
    // One object begins with a line that is no whole object.
    if (try? BenchLine.kind(of: String(text.prefix { $0 != "\n" }))) == .context {
      record = try Self.record(lines: text, name: name)
    } else {
      record = try Self.record(json: text, name: name)
    }
    for entry in record.benchmarks where entry.runType == "iteration" {
      guard entry.realTime > 0, entry.realTime.isFinite, entry.timeUnit == "ms" else {
        throw ReportError(
          description: "\(name): \(entry.name) has a time of \(entry.realTime) \(entry.timeUnit)")
      }
    }
  }

  private static func record(lines text: String, name: String) throws(ReportError) -> BenchRecord {
    var record: BenchRecord?
    for (index, line) in text.split(separator: "\n").enumerated() {
      do {
        let line = String(line)
        switch try BenchLine.kind(of: line) {
        case .context:
          record = BenchRecord(
            context: try BenchLine.decode(BenchRecord.Context.self, line), benchmarks: [],
            candidates: [], layers: [])
        case .candidate:
          record?.candidates.append(try BenchLine.decode(CandidateEntry.self, line))
        case .layer: record?.layers.append(try BenchLine.decode(TimingEntry.self, line))
        case .benchmark: record?.benchmarks.append(try BenchLine.decode(BenchEntry.self, line))
        }
      } catch {
        throw BenchLine.error(error, name, line: index + 1)
      }
    }
    guard let record else { throw ReportError(description: "\(name): has no context") }
    return record
  }

  private static func record(json text: String, name: String) throws(ReportError) -> BenchRecord {
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(BenchRecord.self, from: Data(text.utf8))
    } catch {
      let fault = JSONFault(error, isSnakeCase: true)
      throw ReportError(
        description: "\(name) is not a report of `densecam bench --format json`: \(fault)")
    }
  }

  /// Who ran, and how.
  struct Key: Hashable {
    var model: String
    var backend: String
    var batch: Int
    var threads: Int
    var cache: String
  }

  /// The times of a candidate, by what they are of.
  struct Series {
    var key: Key
    var series: TimedSeries

    /// The number of each repetition.
    var rounds: [Int]
  }

  /// The times in the running network of every candidate that has some, in the order of the file.
  ///
  /// - Throws: ``ReportError`` if repetitions are missing.
  func series() throws(ReportError) -> [Series] {
    var order: [Key] = []
    var times: [Key: [(layer: String?, times: [Double])]] = [:]
    var whole: [Key: [BenchEntry]] = [:]
    var places: [Key: [String: Int]] = [:]
    for entry in record.benchmarks where entry.runType == "iteration" && entry.cache == "network" {
      let key = Key(
        model: entry.model, backend: entry.backend, batch: entry.batch, threads: entry.threads,
        cache: entry.cache)
      if places[key] == nil {
        order.append(key)
        places[key] = [:]
      }
      let name = entry.layer ?? ""
      if let place = places[key]?[name] {
        times[key]?[place].times.append(entry.realTime)
      } else {
        places[key]?[name] = times[key]?.count ?? 0
        times[key, default: []].append((entry.layer, [entry.realTime]))
      }
      if entry.layer == nil { whole[key, default: []].append(entry) }
    }
    var kinds: [Key: [String: String]] = [:]
    for layer in record.layers {
      let key = Key(
        model: layer.model, backend: layer.backend, batch: layer.batch, threads: layer.threads,
        cache: "network")
      kinds[key, default: [:]][layer.layer] = layer.kind
    }
    var found: [Series] = []
    for key in order {
      let entries = whole[key] ?? []
      guard !entries.isEmpty, let all = times[key],
        all.allSatisfy({ $0.times.count == entries.count })
      else {
        throw ReportError(
          description: "\(path): \(key.backend) does not have as many repetitions of each layer")
      }
      found.append(
        Series(
          key: key, series: Self.series(all, entries, kinds[key] ?? [:]),
          rounds: entries.enumerated().map { $1.repetitionIndex ?? $0 }))
    }
    return found
  }

  private static func series(
    _ times: [(layer: String?, times: [Double])], _ whole: [BenchEntry], _ kinds: [String: String]
  ) -> TimedSeries {
    var rows = times.filter { $0.layer == nil }.map {
      TimedSeries.Row(TimingEntry.wholeNetwork, .network, times: $0.times)
    }
    var groups: [(name: String, times: [Double])] = []
    for (layer, times) in times {
      guard let kind = layer.flatMap({ kinds[$0] }) else { continue }
      if let place = groups.firstIndex(where: { $0.name == kind }) {
        for index in times.indices { groups[place].times[index] += times[index] }
      } else {
        groups.append((kind, times))
      }
    }
    rows += groups.map { TimedSeries.Row($0.name, .kind, times: $0.times) }
    rows += times.compactMap { entry in
      entry.layer.map { TimedSeries.Row($0, .layer, times: entry.times) }
    }
    let machine = whole.compactMap { entry -> MachineReading? in
      guard let clock = entry.clock, let bandwidth = entry.bandwidth, clock > 0, bandwidth > 0
      else {
        return nil
      }
      return MachineReading(clock: clock, bandwidth: bandwidth)
    }
    // Files of older versions have no blocks: equally many repetitions make one.
    let blocks = whole.indices.map { whole[$0].block ?? $0 * 10 / whole.count }
    return TimedSeries(
      rows: rows, machine: machine.count == whole.count ? machine : [], blocks: blocks)
  }
}
