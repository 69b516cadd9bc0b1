/// What a run was asked for, as far as a command that repeats a part of it has to say it again.
package struct RunSettings: Hashable, Sendable, Codable {
  /// The options of the command by their names; nil or false where one was not given.
  package var model: String?
  package var threads: Int?
  package var noFuse = false
  package var withoutPass: String?
  package var images: String?
  package var policy: String?
  package var atol: Double?
  package var rtol: Double?
  package var goldenPrecision: String?

  /// Whether built-in backends ran in a process of their own; nil if they did not.
  package var isolates: Bool?

  /// The plugins that were loaded; nil if there were none.
  package var plugins: [String]?

  /// What `--problems` said; nil if goldens were verified.
  package var problems: String?

  package init() {}
}
