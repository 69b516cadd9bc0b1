public import Kernels

/// Where the trials of a sweep come from.
public enum ProblemList {
  /// The most trials of one sweep.
  public static let largestCount = 1_000_000

  /// Reads a list: one or several trials per line, `#` before comments.
  ///
  /// They may be mixed with the options of benchdnn that leave a problem what it is, as in its batch
  /// files; see ``BenchdnnOptions``.
  ///
  /// - Parameters:
  ///   - text: The lines.
  ///   - name: The list's name in errors.
  ///   - seed: The seed of the numbers of all trials.
  ///   - values: Which numbers.
  /// - Returns: The trials in order, each once.
  /// - Throws: ``ProblemError`` that names the line.
  public static func trials(
    in text: String, name: String, seed: UInt64, values: ConvolutionTrial.Values
  ) throws(ProblemError) -> [ConvolutionTrial] {
    var result: [ConvolutionTrial] = []
    var seen: Set<String> = []
    var options = BenchdnnOptions()
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      for word in ProblemWords.split(line) {
        do {
          if try options.note(word) { continue }
          var trial = try ConvolutionTrial(notation: word, seed: seed, values: values)
          if options.hasBias { trial.surroundings.insert(.bias) }
          if seen.insert("\(trial)").inserted { result.append(trial) }
        } catch {
          throw ProblemError("\(name), line \(index + 1): \(error)")
        }
        guard result.count <= largestCount else {
          throw ProblemError("\(name): holds more than \(largestCount) problems")
        }
      }
    }
    guard !result.isEmpty else { throw ProblemError("\(name): holds no problems") }
    return result
  }

  /// Reads trials as they are given on a command line: one, or several between commas.
  ///
  /// - Throws: ``ProblemError`` that names the invalid part.
  public static func trials(
    notation text: String, seed: UInt64, values: ConvolutionTrial.Values
  ) throws(ProblemError) -> [ConvolutionTrial] {
    var result: [ConvolutionTrial] = []
    for word in ProblemWords.split(text[...], atCommas: true) {
      result.append(try ConvolutionTrial(notation: word, seed: seed, values: values))
    }
    return result
  }

  /// The trials that `random:N@SEED` stands for: those of the N seeds from SEED on; SEED is 1 if it is
  /// left out.
  ///
  /// - Returns: The trials, or nil if the text does not begin with `random`.
  /// - Throws: ``ProblemError`` if a number is invalid.
  public static func random(_ text: String, values: ConvolutionTrial.Values) throws(ProblemError)
    -> [ConvolutionTrial]?
  {
    guard text == "random" || text.hasPrefix("random:") else { return nil }
    let numbers = text.dropFirst("random:".count).split(
      separator: "@", omittingEmptySubsequences: false)
    guard numbers.count <= 2, let count = Int(numbers.first ?? ""), (1...largestCount) ~= count,
      let seed = UInt64(numbers.count == 2 ? numbers[1] : "1"),
      !seed.addingReportingOverflow(UInt64(count)).overflow
    else {
      throw ProblemError("\(text): say random:N@SEED with N in 1...\(largestCount)")
    }
    return (0..<UInt64(count)).map { .random(seed: seed + $0, values: values) }
  }
}
