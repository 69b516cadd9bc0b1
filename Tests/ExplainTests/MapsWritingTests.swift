import FoundationEssentials
import Imaging
import Kernels
import Net
import Testing

@testable import Explain

/// Files appear whole or not at all, whatever the format.
@Suite struct MapsWritingTests {
  let folder: MapsFolder

  init() throws { folder = try MapsFolder() }

  @Test(arguments: MapsFormat.allCases)
  func `an unfinished file leaves no trace`(format: MapsFormat) throws {
    let path = folder.write("maps", [1, 2, 3])
    for isFinished in [false, true] {
      do {
        let writer = try format.writer(path: path, header: .sample)
        try writer.append(.sample())
        // Until it is complete it has no name, or a hidden one.
        #expect(folder.contents.filter { !$0.hasPrefix(".") } == ["maps"])
        #expect(folder.bytes("maps") == [1, 2, 3])
        if isFinished { try writer.finish() }
      }
      #expect(folder.contents == ["maps"])
      #expect((folder.bytes("maps") == [1, 2, 3]) == !isFinished)
    }
  }

  @Test(arguments: MapsFormat.allCases)
  func `what is no file is not replaced`(format: MapsFormat) throws {
    let file = folder.write("file", [1])
    let link = folder.file("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
    for path in ["", "a\0b", folder.path, link, "\(file)/maps", folder.file("none/maps")] {
      let error = mapsError { _ = try format.writer(path: path, header: .sample) }
      #expect(error?.code == .unwritable && error?.path == path)
    }
    #expect(folder.contents == ["file", "link"])
  }

  @Test(arguments: MapsFormat.allCases)
  func `numbers that are none are refused`(format: MapsFormat) throws {
    let path = folder.file("maps")
    let writer = try format.writer(path: path, header: .sample)
    func picture(
      logit: Float = 1, probability: Float = 1, value: Double = 1, bias: Double = 0,
      upsampled: Double = 1, side: Int = 1
    ) -> PictureMaps {
      var picture = PictureMaps(
        source: "x.png", inputShape: TensorShape(channels: 1, height: side, width: 1),
        logits: [logit], probabilities: [probability], method: .cam, topCount: 1)
      picture.add(
        ClassActivationMap(classIndex: 0, height: 1, width: 1, values: [value]), bias: bias,
        upsampled: Plane(width: 1, height: 1, values: [upsampled]))
      return picture
    }
    let none = PictureMaps(
      source: "x.png", inputShape: TensorShape(channels: 1), logits: [], probabilities: [],
      method: .cam, topCount: 1)
    for wrong in [
      picture(logit: .nan), picture(probability: .infinity), picture(value: .nan),
      picture(bias: .nan), picture(upsampled: 1e300), picture(side: 0), none,
    ] {
      let error = mapsError { try writer.append(wrong) }
      #expect(error?.code == .unsuitable)
      #expect(error?.description.contains("x.png") == true)
    }
    try writer.append(picture())
    try writer.finish()
    #expect(folder.contents == ["maps"])
  }

  @Test func `maps of another method are refused`() throws {
    let writer = try HDF5MapsWriter(path: folder.file("maps.h5"), header: .sample)
    #expect(mapsError { try writer.append(.sample(method: .gradCAM)) }?.code == .unsuitable)
  }
}
