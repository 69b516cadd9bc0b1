import Foundation
import Imaging
import Testing

@testable import Figures

@Suite struct FormatTests {
  @Test(arguments: [
    ("a.png", FigureFormat.png), ("a.PDF", .pdf), ("x/y.z/a.b.Svg", .svg), ("./a.svg", .svg),
  ])
  func extensions(_ path: String, _ format: FigureFormat) throws {
    #expect(try FigureFormat(path: path) == format)
  }

  @Test(arguments: ["", "a", "a.jpg", ".png", "x/.pdf", "a.png/", "a.png/b", "png", "a."])
  func otherExtensions(_ path: String) throws {
    #expect(throws: FigureError.unknownFormat(path: path)) { try FigureFormat(path: path) }
    #expect(throws: FigureError.unknownFormat(path: path)) {
      try sampleFigure(.seed).write(to: path)
    }
    let text = FigureError.unknownFormat(path: path).description
    #expect(text.contains(".png, .pdf or .svg"))
  }

  /// Also from several threads at once, each with fonts of its own.
  @Test(arguments: FigureFormat.allCases)
  func theSameFigureGivesTheSameBytes(_ format: FigureFormat) async throws {
    let figure = sampleFigure(.panels, classes: 2)
    let expected = try figure.bytes(as: format)
    // Long enough that the time of day is another one.
    try await Task.sleep(for: .milliseconds(1100))
    #expect(try figure.bytes(as: format) == expected)
    try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<6 { group.addTask { try figure.bytes(as: format) } }
      for try await bytes in group { #expect(bytes == expected) }
    }
  }

  @Test(arguments: Figure.Style.allCases)
  func whatPNGHolds(_ style: Figure.Style) throws {
    let figure = sampleFigure(style)
    let picture = try Picture(bytes: try figure.bytes(as: .png), name: "figure.png")
    #expect(RGBImage(picture) == (try figure.rendered()))
  }

  /// A page at 96 pixels an inch, text with its font, pictures with their pixels.
  @Test func whatPDFHolds() throws {
    let figure = sampleFigure(.seed)
    let bytes = try figure.bytes(as: .pdf)
    let text = String(decoding: bytes, as: Unicode.ASCII.self)
    #expect(text.hasPrefix("%PDF-"))
    #expect(text.hasSuffix("%%EOF\n"))
    #expect(text.contains("/MediaBox [ 0 0 672 336 ]"))
    #expect(text.contains("/FontFile"))
    #expect(text.components(separatedBy: "/Width 224").count == 3)
    #expect(text.contains("/Interpolate false") && !text.contains("/Interpolate true"))
  }

  @Test func whatSVGHolds() throws {
    let text = String(decoding: try sampleFigure(.seed).bytes(as: .svg), as: UTF8.self)
    #expect(text.contains("width=\"896px\" height=\"448px\""))
    #expect(text.hasSuffix("</svg>\n"))
    #expect(text.components(separatedBy: "<image ").count == 3)
    #expect(text.components(separatedBy: "image-rendering").count == 3)
    #expect(text.contains("<image style=\"image-rendering:pixelated\" id=\"image0\""))
    #expect(text.contains("id=\"image1\"") && text.contains("\"#image1\""))
    // Every reference leads somewhere.
    for part in text.components(separatedBy: "href=\"#").dropFirst() {
      let name = part.prefix { $0 != "\"" }
      #expect(text.contains("id=\"\(name)\""))
    }
  }

  @Test func identifiersAreCountedFromZero() {
    let svg = """
      <svg id="surface41"><image id="image190" href="data:,#image7"/><use href="#image190"/>\
      <g id="glyph0-1"/><use href="#glyph0-1"/><image id="image193"/><g clip-path="url(#clip12)"/>\
      <use xlink:href="#image193"/></svg>
      """
    let expected = """
      <svg id="surface0"><image style="image-rendering:pixelated" id="image0" \
      href="data:,#image1"/><use href="#image0"/><g id="glyph0-1"/><use href="#glyph0-1"/>\
      <image style="image-rendering:pixelated" id="image2"/><g clip-path="url(#clip0)"/>\
      <use xlink:href="#image2"/></svg>
      """
    #expect(String(decoding: SVGText.mended(Array(svg.utf8)), as: UTF8.self) == expected)
    let newer = "<image image-rendering=\"crisp-edges\" id=\"x\"/>#"
    #expect(String(decoding: SVGText.mended(Array(newer.utf8)), as: UTF8.self) == newer)
  }

  @Test(arguments: FigureFormat.allCases)
  func writing(_ format: FigureFormat) throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a." + format.rawValue
      let figure = sampleFigure(.seed)
      try Data("old".utf8).write(to: URL(fileURLWithPath: path))
      try figure.write(to: path)
      let written = try Data(contentsOf: URL(fileURLWithPath: path))
      #expect([UInt8](written) == (try figure.bytes(as: format)))
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count == 1)
    }
  }

  @Test(arguments: FigureFormat.allCases)
  func whatCannotBeWrittenLeavesNothing(_ format: FigureFormat) throws {
    try withTemporaryDirectory { directory in
      let taken = directory + "/taken." + format.rawValue
      try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: false)
      for path in [taken, directory + "/missing/a." + format.rawValue] {
        let error = #expect(throws: FigureError.self) { try sampleFigure(.seed).write(to: path) }
        guard case .image(let cause) = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
        #expect(cause.code == .unwritable && cause.path == path)
        #expect(error?.description == cause.description)
      }
      #expect(try FileManager.default.subpathsOfDirectory(atPath: directory).count == 1)
    }
  }
}
