import Testing

@testable import Imaging

/// Expected values come from numpy.
@Suite struct NetworkInputTests {
  let picture = Picture(
    width: 2, height: 2, samples: .bytes([0, 23, 46, 69, 92, 115, 138, 161, 184, 207, 230, 253]))

  @Test func seedInput() {
    #expect(
      picture.networkInput(scale: 256) == [
        0.0, 69.27059173583984, 138.5411834716797, 207.811767578125, 23.09019660949707,
        92.36078643798828, 161.63137817382812, 230.90196228027344, 46.18039321899414,
        115.45098114013672, 184.72157287597656, 253.99215698242188,
      ])
  }

  @Test func caffeInput() {
    #expect(
      picture.networkInput(channels: .bgr, scale: 255, mean: (104, 117, 123), std: (1, 2, 4)) == [
        -58.0, 11.0, 80.0, 149.0, -47.0, -12.5, 22.0, 56.5, -30.75, -13.5, 3.75, 21.0,
      ])
  }

  @Test func standardizedInput() {
    let input = picture.networkInput(
      scale: 1, mean: (0.485, 0.456, 0.406), std: (0.229, 0.224, 0.225))
    #expect(
      input == [
        -2.1179039478302, -0.9362959265708923, 0.24531209468841553, 1.4269200563430786,
        -1.633053183555603, -0.42507001757621765, 0.7829131484031677, 1.9908963441848755,
        -1.0027015209197998, 0.19991286098957062, 1.4025272130966187, 2.6051416397094727,
      ])
  }

  /// A resized picture keeps its whole numbers: what equals the mean becomes exactly zero.
  @Test func meansCancelExactly() {
    let even = Picture(
      width: 9, height: 7,
      samples: .bytes((0..<63).flatMap { _ in [123, 117, 104] as [UInt8] }))
    let input = even.resized(width: 18, height: 14)
      .networkInput(channels: .bgr, scale: 255, mean: (104, 117, 123))
    #expect(input.allSatisfy { $0 == 0 })
  }
}
