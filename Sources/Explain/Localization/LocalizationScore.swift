/// The outcomes of many pictures.
///
/// The order in which they come does not matter, so parts of a run can be scored separately and merged.
/// An outcome of the same picture and class replaces the earlier one: a picture that is given twice
/// counts once. Takes some 2 KiB per outcome with 100 threshold steps.
package struct LocalizationScore: Hashable, Sendable {
  package let settings: LocalizationSettings
  private var byKey: [LocalizationOutcome.Key: LocalizationOutcome] = [:]

  /// - Parameter settings: Those of the scorer that makes the outcomes.
  package init(settings: LocalizationSettings = LocalizationSettings()) { self.settings = settings }

  /// Adds an outcome.
  ///
  /// - Precondition: It was scored with ``settings``.
  package mutating func add(_ outcome: LocalizationOutcome) {
    precondition(
      outcome.score.sweep.count == settings.thresholdSteps + 1
        && outcome.score.bestSweep.count == settings.thresholdSteps + 1,
      "scored with other settings")
    byKey[outcome.key] = outcome
  }

  /// Adds the outcomes of another part of the run.
  ///
  /// - Precondition: It has the same settings.
  package mutating func merge(_ other: LocalizationScore) {
    precondition(settings == other.settings, "scored with other settings")
    byKey.merge(other.byKey) { $1 }
  }

  /// Ordered by picture, then by class.
  package var outcomes: [LocalizationOutcome] { byKey.values.sorted { $0.key < $1.key } }

  package subscript(key: LocalizationOutcome.Key) -> LocalizationOutcome? { byKey[key] }

  /// The figures of each class that occurs, ordered by class.
  package var perClass: [(classIndex: Int, summary: LocalizationSummary)] {
    Dictionary(grouping: outcomes, by: \.key.classIndex).sorted { $0.key < $1.key }
      .map { ($0.key, LocalizationSummary(of: $0.value, settings: settings)) }
  }

  /// The figures of all outcomes, each counting alike.
  package var overall: LocalizationSummary { LocalizationSummary(of: outcomes, settings: settings) }

  /// The pointing accuracy as the Excitation Backprop paper averages it: over the classes.
  ///
  /// Each class counts alike. Nil without outcomes.
  package var classMeanPointing: Double? {
    let shares = perClass.compactMap(\.summary.pointing.value)
    return shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
  }
}
