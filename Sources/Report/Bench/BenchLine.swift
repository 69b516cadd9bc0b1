import Files
import FoundationEssentials

/// The lines of `densecam bench --format jsonl`.
enum BenchLine {
  enum Kind: String, Decodable {
    case context
    case candidate
    case layer
    case benchmark
  }

  private struct Tag: Decodable {
    var kind: Kind
  }

  static func kind(of line: String) throws -> Kind { try decode(Tag.self, line).kind }

  static func decode<Value: Decodable>(_ type: Value.Type, _ line: String) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(line.utf8))
  }

  /// What is wrong with a line.
  static func error(_ error: any Error, _ path: String, line: Int) -> ReportError {
    ReportError(
      description:
        "\(path), line \(line), is not one of `densecam bench --format jsonl`: "
        + "\(JSONFault(error, isSnakeCase: true))")
  }
}
