/// The kinds of results that a page can show, recognised by what is in them and not by the names of their files.
///
/// To add one: a case here, the type that decodes it and shows it, and a function of its name in `Page/page.js` if
/// the page needs more of it than ``HTMLSection/html`` has.
enum ResultKind: String, CaseIterable {
  case verify
  case bench
  case selfTest = "selftest"

  /// The keys of the document that no other kind has together.
  private var keys: Set<String> {
    switch self {
    case .verify: ["context", "layers", "cams", "classes"]
    case .bench: ["context", "benchmarks", "candidates", "layers"]
    case .selfTest: ["machine", "sharp", "faults", "policies"]
    }
  }

  /// The kind of a document with these keys; nil if it is none.
  init?(keys: Set<String>) {
    guard let kind = Self.allCases.first(where: { $0.keys.isSubset(of: keys) }) else { return nil }
    self = kind
  }

  /// The type that shows such a document.
  var section: any HTMLSection.Type {
    switch self {
    case .verify: VerifySection.self
    case .bench: BenchSection.self
    case .selfTest: SelfTestSection.self
    }
  }

  /// The commands whose results these are, as in a sentence.
  static var commands: String {
    let names = allCases.map { "`densecam \($0.rawValue) --format json`" }
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }
}

/// What a page shows of one file of results.
///
/// It is decoded from the whole document, by a decoder that converts keys from snake case, and throws that one's errors
/// or a ``RecordFault``.
protocol HTMLSection: Decodable {
  /// What was judged, such as the model.
  var subject: String { get }

  /// The worst verdict of all.
  var verdict: HTMLVerdict { get }

  /// How many of what have which verdict, in one line.
  var summary: String { get }

  /// What needs no script, with headings of the third level: what comes first, and what comes after the layers.
  var html: HTML { get }
  var appendix: HTML { get }

  /// The circumstances: what each is, and what it says.
  var circumstances: [(name: String, values: [String])] { get }

  /// What may have spoilt the results.
  var warnings: [String] { get }

  /// What the script shows.
  ///
  /// - Parameter commands: Makes the commands that repeat parts of results.
  /// - Returns: The function's argument in the script; nil if there is nothing to show.
  /// - Throws: What making the commands throws.
  func data(_ commands: HTMLReport.Commands) throws -> (any Encodable)?
}

extension HTMLSection {
  var appendix: HTML { "" }
}
