import Foundation
import Testing

@testable import Files

@Suite("Checks on a file to be written") struct OutputFileTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test("refuse a file that exists, unless it may be replaced") func existing() throws {
    let path = scratch.file("a")
    try OutputFile.check(path, overwriting: false)
    #expect(!OutputFile.exists(path))
    try writeFile(at: path, [1], replacing: false)
    #expect(OutputFile.exists(path) && !OutputFile.isFolder(path))
    #expect(throws: FileError(path: path, cause: "exists; use --force to replace it")) {
      try OutputFile.check(path, overwriting: false)
    }
    try OutputFile.check(path, overwriting: true)
  }

  @Test("refuse a folder that is missing, replacing or not") func folder() throws {
    #expect(OutputFile.isFolder(scratch.path))
    let path = scratch.file("no/a")
    for overwriting in [false, true] {
      let error = #expect(throws: FileError.self) {
        try OutputFile.check(path, overwriting: overwriting)
      }
      #expect(error?.cause.hasPrefix("cannot write into \(scratch.path)/no/: ") == true)
    }
  }
}
