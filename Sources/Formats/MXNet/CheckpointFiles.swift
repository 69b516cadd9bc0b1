import Net

/// The two files of an MXNet checkpoint.
public struct CheckpointFiles: Hashable, Sendable {
  /// The common prefix of both names, folders included.
  public let prefix: String
  public let epoch: Int

  public var symbol: String { "\(prefix)-symbol.json" }

  /// The epoch has at least four digits in the name.
  public var parameters: String {
    let digits = String(epoch)
    return "\(prefix)-\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits).params"
  }

  init(prefix: String, epoch: Int) {
    self.prefix = prefix
    self.epoch = epoch
  }

  /// Reads `PREFIX:EPOCH`.
  ///
  /// - Throws: ``ModelError`` if the text is something else.
  public init(_ text: String) throws(ModelError) {
    guard let colon = text.lastIndex(of: ":"), colon != text.startIndex,
      let epoch = Int(text[text.index(after: colon)...]), (0...99_999_999).contains(epoch)
    else {
      throw ModelError(
        "\(text): a checkpoint is named PREFIX:EPOCH, for the files PREFIX-symbol.json and "
          + "PREFIX-EPOCH.params")
    }
    prefix = String(text[..<colon])
    self.epoch = epoch
  }
}
