import Testing

@testable import Verify

@Suite("The test of signs") struct SignTestTests {
  private func test(_ positive: Int, _ negative: Int) -> SignTest {
    var test = SignTest()
    for _ in 0..<positive { test.add(0.5) }
    for _ in 0..<negative { test.add(-3) }
    test.add(0)
    return test
  }

  @Test("adds up binomials") func probability() {
    #expect(test(10, 0).probability == 2 / 1024.0)
    #expect(test(0, 10).probability == 2 / 1024.0)
    #expect(test(9, 1).probability == 2 * 11 / 1024.0)
    #expect(test(7, 3).probability == 2 * (1 + 10 + 45 + 120) / 1024.0)
    #expect(test(5, 5).probability == 1)
    #expect(test(0, 0).probability == 1)
    // 48 of 48, 2⁻⁴⁷.
    #expect(test(48, 0).probability == 0x1p-47)
  }

  @Test("stays open as long as the rest could decide") func open() {
    #expect(test(0, 0).isOpen(left: 48, below: 1e-7))
    #expect(!test(0, 0).isOpen(left: 10, below: 1e-7))
    #expect(test(40, 1).isOpen(left: 0, below: 1e-7))
    #expect(!test(6, 6).isOpen(left: 36, below: 1e-7))
  }
}
