extension VerifyReport {
  /// The report as comma-separated values (RFC 4180) with a header: one row a layer and feed, map and
  /// classification, told apart by `kind`.
  ///
  /// Names are those of the JSON; a field that a kind does not have is empty, and so is a number that is
  /// not finite.
  package func csv() -> String {
    let record = record
    var rows = [Self.columns.map(\.name)]
    rows += record.layers.map { layer in Self.columns.map { $0.layer(layer) } }
    rows += record.cams.map { map in Self.columns.map { $0.map(map) } }
    rows += record.classes.map { item in Self.columns.map { $0.classes(item) } }
    return rows.map { $0.map(\.csvField).joined(separator: ",") + "\r\n" }.joined()
  }

  /// One column, and what each kind of row has in it.
  private struct Column: Sendable {
    var name: String
    var layer: @Sendable (VerifyRecord.Layer) -> String = { _ in "" }
    var map: @Sendable (VerifyRecord.Map) -> String = { _ in "" }
    var classes: @Sendable (VerifyRecord.Classes) -> String = { _ in "" }
  }

  private static let columns: [Column] = [
    Column(name: "kind", layer: { _ in "layer" }, map: { _ in "cam" }, classes: { _ in "class" }),
    Column(name: "golden", layer: { $0.golden }, map: { $0.golden }, classes: { $0.golden }),
    Column(name: "golden_case", layer: { $0.goldenCase }, map: { $0.case }, classes: { $0.case }),
    Column(name: "case", layer: { $0.case }, map: { $0.case }, classes: { $0.case }),
    Column(name: "layer", layer: { $0.layer }),
    Column(name: "operation", layer: { $0.operation }),
    Column(name: "problem", layer: { $0.problem.value ?? "" }),
    Column(
      name: "requested", layer: { $0.requested }, map: { $0.backend }, classes: { $0.backend }),
    Column(name: "executed", layer: { $0.executed }),
    Column(name: "feed", layer: { $0.feed }),
    Column(
      name: "verdict", layer: { $0.verdict }, map: { $0.verdict }, classes: { $0.verdict }),
    Column(name: "reason", layer: { $0.reason.value ?? "" }),
    Column(name: "count", layer: { "\($0.count)" }),
    Column(name: "informative", layer: { "\($0.informative)" }),
    Column(name: "input_is_constant", layer: { "\($0.inputIsConstant)" }),
    Column(
      name: "error_over_bound", layer: { $0.errorOverBound.csv },
      map: { $0.errorOverBound.map { "\($0)" } ?? "" }),
    Column(
      name: "error_over_worst", layer: { $0.errorOverWorst.csv },
      map: { $0.errorOverWorst.map { "\($0)" } ?? "" }),
    Column(name: "rms_over_bound", layer: { $0.rmsOverBound.csv }),
    Column(name: "relative_l2", layer: { $0.relativeL2.csv }, map: { $0.relativeL2.csv }),
    Column(name: "nmse", layer: { $0.nmse.csv }),
    Column(name: "snr_db", layer: { $0.snrDb.csv }),
    Column(name: "max_abs", layer: { $0.maxAbs.csv }),
    Column(name: "max_relative", layer: { $0.maxRelative.csv }),
    Column(name: "max_ulp", layer: { $0.maxUlp.csv }),
    Column(name: "differing", layer: { "\($0.differing)" }),
    Column(name: "non_finite", layer: { "\($0.nonFinite)" }),
    Column(name: "least_atol", layer: { $0.leastAtol.csv }),
    Column(name: "least_rtol", layer: { $0.leastRtol.csv }),
    Column(name: "least_tolerance", layer: { $0.leastTolerance.csv }),
    Column(name: "guards_intact", layer: { "\($0.guardsIntact)" }),
    Column(name: "index", layer: { $0.index.map(String.init).joined(separator: " ") }),
    Column(name: "expected", layer: { $0.expected.csv }),
    Column(name: "got", layer: { $0.got.csv }),
    Column(name: "stored", layer: { "\($0.stored)" }),
    Column(name: "class", map: { "\($0.class)" }),
    Column(name: "label", map: { $0.label.value ?? "" }),
    Column(name: "peak_shift", map: { $0.peakShift.value.map { "\($0)" } ?? "" }),
    Column(name: "iou", map: { $0.iou.csv }),
    Column(name: "identity_error", map: { $0.identityError.csv }),
    Column(
      name: "top1_same", map: { $0.top1Same.value.map { "\($0)" } ?? "" },
      classes: { "\($0.top1Same)" }),
    Column(name: "top5_same", classes: { "\($0.top5Same)" }),
    Column(name: "top5", classes: { $0.top5.map(String.init).joined(separator: " ") }),
    Column(name: "margin_used", classes: { $0.marginUsed.csv }),
  ]
}

extension JSONNumber {
  /// The shortest text that reads back as the same number; empty if it is not finite.
  fileprivate var csv: String { value.isFinite ? "\(value)" : "" }
}

extension String {
  /// The text as a field: between quotes if it needs them.
  ///
  /// Readers know no marks that join with the character before, so this looks at scalars.
  var csvField: String {
    guard unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else {
      return self
    }
    var field = "\""
    for scalar in unicodeScalars {
      if scalar == "\"" { field.unicodeScalars.append(scalar) }
      field.unicodeScalars.append(scalar)
    }
    field.unicodeScalars.append("\"")
    return field
  }
}
