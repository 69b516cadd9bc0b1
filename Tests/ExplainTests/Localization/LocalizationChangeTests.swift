import FoundationEssentials
import Testing

@testable import Explain

@Suite struct LocalizationChangeTests {
  private func change(
    _ before: [LocalizationOutcome], _ after: [LocalizationOutcome]
  ) -> LocalizationChange {
    func score(_ outcomes: [LocalizationOutcome]) -> LocalizationScore {
      var score = LocalizationScore(settings: LocalizationScoreTests.settings)
      for outcome in outcomes { score.add(outcome) }
      return score
    }
    return LocalizationChange(from: score(before), to: score(after))
  }

  @Test func same() {
    let change = change(LocalizationScoreTests.outcomes, LocalizationScoreTests.outcomes)
    #expect(change.isUnchanged)
    #expect(change.compared == 5 && change.differences.isEmpty)
    #expect(change.largestOverlapChange == 0)
  }

  @Test func nothingIsNotUnchanged() {
    #expect(!change([], []).isUnchanged)
  }

  /// Overlaps that move without crossing 0.5.
  @Test func overlapsMayMove() {
    let change = change(
      [LocalizationScoreTests.outcome("a", 1, overlap: 0.75)],
      [LocalizationScoreTests.outcome("a", 1, overlap: 0.5)])
    #expect(change.isUnchanged)
    #expect(change.differences.map(\.overlapChange) == [-0.25])
    #expect(change.largestOverlapChange == 0.25)
  }

  @Test func decisions() throws {
    let make = LocalizationScoreTests.outcome
    let before = [
      make("a", 1, true, 0.5, [0, 0, 0], [0, 0, 0], .scored, nil),
      make("b", 1, true, 0.5, [0, 0, 0], [0, 0, 0], .scored, nil),
      make("c", 1, false, 0, [0, 0, 0], [0, 0, 0], .flat, nil),
      make("d", 1, false, 0, [0, 0, 0], [0, 0, 0], .scored, nil),
    ]
    let after = [
      make("a", 1, false, 0.5, [0, 0, 0], [0, 0, 0], .scored, nil),
      make("b", 1, true, 0.375, [0, 0, 0], [0, 0, 0], .scored, nil),
      make("c", 1, false, 0, [0, 0, 0], [0, 0, 0], .nonFinite, nil),
      make("d", 1, false, 0, [0, 0, 0], [0, 0, 0], .scored, nil),
    ]
    let all = change(before, after)
    #expect(all.compared == 4)
    #expect(all.pointingChanges == 1 && all.boxChanges == 1 && all.conditionChanges == 1)
    #expect(all.differences.map(\.key.picture) == ["a", "b", "c"])
    #expect(all.largestOverlapChange == 0.125)
    #expect(!all.isUnchanged)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let row = try encoder.encode(LocalizationChangeRow(name: "tiled", change: all))
    #expect(
      String(decoding: row, as: UTF8.self)
        == #"{"box_changes":1,"compared":4,"condition_changes":1,"largest_iou_change":0.125,"#
        + #""name":"tiled","pointing_changes":1,"unchanged":false,"unpaired":0}"#)
    for index in 0..<3 { #expect(!change([before[index]], [after[index]]).isUnchanged) }
  }

  @Test func unpaired() {
    let (a, b, c) = (
      LocalizationScoreTests.outcome("a", 1), LocalizationScoreTests.outcome("b", 1),
      LocalizationScoreTests.outcome("b", 2)
    )
    let change = change([a, c], [b, a])
    #expect(change.compared == 1)
    #expect(change.unpaired == [b.key, c.key])
    #expect(!change.isUnchanged)
  }
}
