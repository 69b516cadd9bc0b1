import Files
import Glibc

@testable import Explain
@testable import Report

extension FuzzTarget {
  private static let file = ScratchFile()

  /// The journal of a run that is gone on with.
  static let journal = FuzzTarget("journal") { bytes in
    let path = file.fill(bytes)
    func open() throws(JournalError) -> ResultJournal<PictureRow> {
      try ResultJournal<PictureRow>(
        path: path, settings: ["method": "cam"], resuming: true, overwriting: false)
    }
    let journal = try open()
    for row in journal.rows.values { _ = row.lines }
    // What was opened once can be written to and opened again.
    guard let row = journal.rows.values.first else { return }
    try journal.append("one more", row)
    try journal.flush()
    let count = (try? open())?.rows.count
    precondition(count == journal.rows.count, "a journal loses a row")
  }

  /// Names of pictures on standard input, and any bytes as the name of a file.
  static let names = FuzzTarget("names") { bytes in
    let name = bytes.filter { $0 != 0 }
    let text = FileName.text(name)
    precondition(FileName.bytes(text) == name, "the text of a name is not the name")
    _ = FileName.plain(text)
    _ = FileName.fileExtension(of: FileName.normal(FileName.join(text, text)))
    let descriptor = unsafe open(file.fill(bytes), O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    var reader = NameReader(descriptor: descriptor)
    var length = 0
    while let name = reader.next() {
      precondition(!name.isEmpty)
      length += name.utf8.count
    }
    // Bytes that belong to no character become four.
    precondition(length <= 4 * bytes.count, "there are more names than input")
  }
}
