/// What a run was asked for, as far as a command that repeats a part of it has to say it again.
public struct RunSettings: Hashable, Sendable, Codable {
  /// The options of the command by their names; nil or false where one was not given.
  public var model: String?
  public var threads: Int?
  public var noFuse = false
  public var withoutPass: String?
  public var images: String?
  public var policy: String?
  public var atol: Double?
  public var rtol: Double?
  public var goldenPrecision: String?

  /// What `--problems` said; nil if goldens were verified.
  public var problems: String?

  public init() {}
}
