import Bench
import Files
import Verify

/// What a page shows of `densecam verify`.
struct VerifySection: HTMLSection {
  private let report: VerifyReport

  /// Verdicts are made again from the numbers, by the policy that the file names, as `verify --from` does.
  init(from decoder: any Decoder) throws { report = try VerifyReport(VerifyRecord(from: decoder)) }

  var subject: String { report.context.model }

  var verdict: HTMLVerdict { HTMLVerdict(report.verdict) }

  var summary: String {
    let rows = report.backends.flatMap { report.layerRows(of: $0) }
    let count = report.backends.count
    var parts = [
      "\(count) backend\(count == 1 ? "" : "s")",
      "\(rows.count) layer\(rows.count == 1 ? "" : "s"): " + Verdict.tally(rows.map(\.verdict)),
    ]
    let maps = cases.flatMap(\.maps)
    if !maps.isEmpty {
      parts.append(
        "\(maps.count) map\(maps.count == 1 ? "" : "s"): " + Verdict.tally(maps.map(\.verdict)))
    }
    return parts.joined(separator: "; ")
  }

  private var cases: [CaseResult] { report.goldens.flatMap(\.cases) }

  // MARK: - Tables

  var html: HTML { "<h3>Backends</h3>\n" + backendTable.html }

  var appendix: HTML {
    var html: HTML = ""
    for (title, table) in [("Class Activation Maps", mapTable), ("Classes", classTable)]
    where !table.rows.isEmpty {
      html += "<h3>\(title)</h3>\n" + table.html
    }
    let noMaps = report.goldens.flatMap { golden in
      Set(golden.cases.compactMap(\.noMaps)).sorted().map { reason -> HTML in
        "<p class=\"note\">\(golden.path): no maps are compared: \(reason)</p>\n"
      }
    }
    return html + noMaps.joined()
  }

  private var backendTable: HTMLTable {
    var table = HTMLTable(
      caption: "The layers of each backend",
      columns: [
        HTMLTable.Column(title: "backend", alignment: .left),
        HTMLTable.Column(title: "verdict", alignment: .left, meaning: "the worst of all"),
        HTMLTable.Column(title: "layers"),
        HTMLTable.Column(title: "verdicts of layers", alignment: .left),
        HTMLTable.Column(
          title: "worst err/bound",
          meaning:
            "the largest error of an element over its likely bound, by the feed that tells most "
            + "about the kernel"),
        HTMLTable.Column(title: "at", alignment: .left),
      ])
    for backend in report.backends {
      let rows = report.layerRows(of: backend)
      let maps = cases.flatMap(\.maps).filter { $0.backend == backend }.map(\.verdict)
      let classes = cases.flatMap(\.classes).filter { $0.backend == backend }.map(\.verdict)
      let verdicts = rows.compactMap(\.verdict)
      let judged = rows.filter { $0.feeds.contains(where: \.wasRun) }
      let worst = judged.max { $0.errorOverBound < $1.errorOverBound }
      table.rows.append([
        HTMLCell(backend), HTMLCell((verdicts + maps + classes).overall),
        HTMLCell("\(rows.count)", value: Double(rows.count)),
        HTMLCell(Verdict.tally(verdicts)),
        HTMLCell(
          worst.map { NumberText.ratio($0.errorOverBound) } ?? "–", value: worst?.errorOverBound),
        HTMLCell(worst?.layer ?? "–"),
      ])
    }
    return table
  }

  private var mapTable: HTMLTable {
    let entries = report.goldens.flatMap { golden in
      golden.cases.flatMap { result in
        result.maps.map {
          (label: report.label(ofCase: result.name, in: golden), entry: MapEntry($0))
        }
      }
    }
    var table = HTMLTable(
      "Maps and those of the golden", entries.map(\.entry),
      leading: [
        (
          HTMLTable.Column(title: "class", alignment: .left),
          {
            let name = [String($0.map.classIndex), $0.map.label ?? ""].filter { !$0.isEmpty }
            return HTMLCell(name.joined(separator: " "), value: Double($0.map.classIndex))
          }
        ),
        (HTMLTable.Column(title: "backend", alignment: .left), { HTMLCell($0.map.backend) }),
        (HTMLTable.Column(title: "verdict", alignment: .left), { HTMLCell($0.map.verdict) }),
      ])
    table.addCases(entries.map(\.label))
    return table
  }

  private var classTable: HTMLTable {
    let entries = report.goldens.flatMap { golden in
      golden.cases.flatMap { result in
        result.classes.map {
          (label: report.label(ofCase: result.name, in: golden), entry: ClassEntry($0))
        }
      }
    }
    var table = HTMLTable(
      "The likeliest classes", entries.map(\.entry),
      leading: [
        (HTMLTable.Column(title: "backend", alignment: .left), { HTMLCell($0.classes.backend) }),
        (
          HTMLTable.Column(title: "top 5", alignment: .left),
          { HTMLCell($0.classes.top5.map(String.init).joined(separator: " ")) }
        ),
        (HTMLTable.Column(title: "verdict", alignment: .left), { HTMLCell($0.verdict) }),
      ])
    table.addCases(entries.map(\.label))
    return table
  }

  // MARK: - Circumstances

  var circumstances: [(name: String, values: [String])] {
    let origins = report.goldens.map { golden in
      let header = golden.header
      let parts = [
        "\(golden.path): \(header.generator) \(header.generatorVersion)".trimmed,
        header.precision.rawValue, header.created,
      ]
      return parts.filter { !$0.isEmpty }.joined(separator: ", ")
    }
    return report.context.circumstances + [
      ("threads", ["\(report.threads)"]), ("judged by", [report.policy.name]),
      ("goldens", origins),
    ]
  }

  var warnings: [String] { report.context.machine.warnings }

  // MARK: - Data

  private struct PageData: Encodable {
    struct Candidate: Encodable {
      var label: String
    }

    var candidates: [Candidate]
    var layers: HTMLData
  }

  func data(_ commands: HTMLReport.Commands) throws -> (any Encodable)? {
    let command = try commands(report)
    let rows = report.backends.enumerated().flatMap { place, backend in
      report.layerRows(of: backend).map { (place: place, row: $0) }
    }
    guard !rows.isEmpty else { return nil }
    let paths = Dictionary(
      report.goldens.flatMap { golden in
        golden.cases.map { (report.label(ofCase: $0.name, in: golden), golden.path) }
      }, uniquingKeysWith: { first, _ in first })
    typealias Row = (place: Int, row: LayerRow)
    func column(
      _ name: String, _ meaning: String, _ cell: @escaping (LayerRow) -> Cell
    ) -> (column: HTMLData.Column, cell: (Row) -> Cell) {
      (HTMLData.Column(name: name, meaning: meaning), { cell($0.row) })
    }
    /// A column of the feed that tells most, with the meaning that it has in files.
    func entry(_ name: String) -> (column: HTMLData.Column, cell: (Row) -> Cell)? {
      guard let column = LayerEntry.columns.first(where: { $0.name == name }) else { return nil }
      return (
        HTMLData.Column(name: name, meaning: column.meaning),
        { row in
          guard let result = row.row.shown, row.row.feeds.contains(where: \.wasRun) else {
            return .null
          }
          return column.cell(LayerEntry(result))
        }
      )
    }
    return PageData(
      candidates: report.backends.map { PageData.Candidate(label: $0.escaped) },
      layers: HTMLData(
        rows,
        [
          (
            HTMLData.Column(name: "candidate", meaning: "the place in the candidates"),
            { $0.place.cell }
          ),
          column("layer", "the step", \.layer.cell),
          column("case", "the case of the golden", \.label.cell),
          column("step_kind", "the operator") { $0.judged?.operation.cell ?? .null },
          column("problem", "the convolution in benchdnn's notation") {
            ($0.judged?.problem).cell
          },
          column("executed", "the backend that ran; empty for other operators", \.executed.cell),
          column("verdict", "the worse of both feeds") { ($0.verdict?.rawValue).cell },
          column("reason", "why, where the verdict needs it") { row in
            (row.feeds.max { $0.verdict < $1.verdict }?.reason).cell
          },
          column("own", LayerRow.isolatedColumn.meaning, LayerRow.isolatedColumn.cell),
          column("inherited", LayerRow.networkColumn.meaning, LayerRow.networkColumn.cell),
          column("growth", LayerRow.growthColumn.meaning, LayerRow.growthColumn.cell),
        ] + ["relative_l2", "max_abs", "max_ulp", "expected", "got"].compactMap(entry) + [
          column("command", "repeats the layer") { row in
            guard let layer = row.feeds.max(by: { $0.verdict < $1.verdict }),
              let path = paths[row.label]
            else { return .null }
            return .text(command(path, layer).first ?? "")
          }
        ]))
  }
}

extension HTMLTable {
  /// Names the case of each row, if there is more than one.
  fileprivate mutating func addCases(_ labels: [String]) {
    guard Set(labels).count > 1 else { return }
    columns.insert(Column(title: "case", alignment: .left), at: 1)
    for index in rows.indices { rows[index].insert(HTMLCell(labels[index]), at: 1) }
  }
}
