/// All columns, for those who read them in files.
package enum ColumnList {
  /// A table for each kind of rows: the name of each column, what it holds, and which of two values is the
  /// better one.
  package static var document: Document {
    var document = Document()
    add(LayerEntry.columns, "verify: layers (kind layer)", to: &document)
    add(MapEntry.columns, "verify: maps (cams in JSON, kind cam)", to: &document)
    add(ClassEntry.columns, "verify: classes (kind class)", to: &document)
    add(CandidateEntry.columns, "bench: candidates (kind candidate)", to: &document)
    add(TimingEntry.columns, "bench: layers (kind layer)", to: &document)
    add(BenchEntry.columns, "bench: benchmarks (kind benchmark)", to: &document)
    add(ComparisonEntry.columns, "compare: rows", to: &document)
    add(HistoryEntry.columns, "history: rows", to: &document)
    add(SelfComparisonEntry.columns, "compare --aa: rows", to: &document)
    return document
  }

  private static func add<Row>(
    _ columns: [Column<Row>], _ title: String, to document: inout Document
  ) {
    document.add(.heading(title))
    var table = Table(
      ["name", "type", "unit", "better", "meaning"].map { Table.Column($0, .left) })
    for column in columns {
      table.add(
        [
          column.name, column.type, column.unit ?? "", column.better?.rawValue ?? "",
          column.meaning,
        ].map { Span($0) })
    }
    document.add(.table(table))
  }
}
