import Imaging
import Testing

@testable import Figures

@Suite struct RefusalTests {
  func refusal(_ figure: Figure) -> FigureError? {
    #expect(throws: FigureError.self) { try figure.rendered() }
  }

  @Test(arguments: Figure.Style.allCases)
  func nothing(_ style: Figure.Style) {
    #expect(refusal(Figure([], style: style)) == .nothingToDraw)
    let photos = [samplePhoto(), samplePhoto(classes: 0)]
    #expect(refusal(Figure(photos, style: style)) == .nothingToDraw)
  }

  @Test(arguments: Figure.Style.allCases)
  func options(_ style: Figure.Style) {
    for opacity in [-0.1, 1.1, .nan, .infinity] {
      var figure = sampleFigure(style)
      figure.opacity = opacity
      #expect(
        refusal(figure) == .invalidOption("the opacity is \(opacity); it goes from 0 to 1"))
    }
    for wrong in [0, -1, .min] {
      var figure = sampleFigure(style)
      figure.scale = wrong
      #expect(refusal(figure) == .invalidOption("the scale is \(wrong); it is at least 1"))
      figure.scale = 1
      figure.columns = wrong
      #expect(refusal(figure)?.description.contains("\(wrong) columns") == true)
    }
  }

  @Test(arguments: Figure.Style.allCases)
  func sizes(_ style: Figure.Style) {
    for scale in [50, 1000, 1 << 40, .max] {
      var figure = sampleFigure(style)
      figure.scale = scale
      guard case .tooLarge = refusal(figure) else {
        Issue.record("scale \(scale)")
        continue
      }
    }
    var figure = sampleFigure(style, photos: 80)
    figure.columns = 80
    guard case .tooLarge(let width, _) = refusal(figure) else {
      Issue.record("80 photos in a row")
      return
    }
    #expect(width > 16_384)
    var small = Figure([samplePhoto(width: 40, height: 12)], style: style)
    small.scale = 1
    guard case .tooSmall(40, 12, _) = refusal(small) else {
      Issue.record("a picture that is too small")
      return
    }
    // A thin picture would be drawn very long.
    guard case .tooLarge = refusal(Figure([samplePhoto(width: 5000, height: 1)], style: style))
    else {
      Issue.record("a thin picture")
      return
    }
  }

  @Test func errorsAreOneLine() {
    let errors: [FigureError] = [
      .nothingToDraw, .invalidOption("x"), .unknownFormat(path: "a\nb"),
      .tooLarge(width: 1, height: 2), .tooSmall(width: 1, height: 2, text: "x"), .noFonts,
      .missingGlyphs(text: "貓", characters: "貓", count: 1), .drawing("x"),
      .image(ImageError(.unwritable, path: "a", cause: "b")),
    ]
    for error in errors {
      #expect(!error.description.contains("\n") && !error.description.isEmpty)
    }
  }

  @Test func cairosRefusalsAreThrown() {
    // Cairo's largest image has 32,767 pixels a side.
    #expect(throws: FigureError.self) { try Surface(width: 40_000, height: 1) }
    #expect(throws: FigureError.self) { try Surface(width: 1 << 40, height: 1) }
  }
}
