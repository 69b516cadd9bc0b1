import Testing

@testable import Bench

@Suite struct MachineDescriptionTests {
  static let information = """
    processor\t: 0
    model name\t: AMD Ryzen 9: the one
    cpu MHz\t\t: 2445.426

    processor\t: 1
    model name\t: another
    """

  @Test func `fields of cpuinfo`() {
    #expect(
      ProcessorDescription.field("model name", of: Self.information) == "AMD Ryzen 9: the one")
    #expect(ProcessorDescription.field("cpu MHz", of: Self.information) == "2445.426")
    #expect(ProcessorDescription.field("model", of: Self.information) == nil)
  }

  @Test(arguments: [("512K", 524_288), ("32M", 33_554_432), ("64", 64), ("K", nil), ("", nil)])
  func `sizes of caches`(text: String, bytes: Int?) {
    #expect(ProcessorDescription.bytes(text) == bytes)
  }

  @Test(arguments: [("0", 1), ("0-3", 4), ("0-3,8,10-11", 7), ("", 0), ("3-1", 0)])
  func `lists of processors`(text: String, count: Int) {
    #expect(ProcessorDescription.count(ofList: text) == count)
  }

  /// `date -u -d @…` says the same.
  @Test(arguments: [
    (0, "1970-01-01T00:00:00+00:00"), (951_782_399, "2000-02-28T23:59:59+00:00"),
    (1_234_567_890, "2009-02-13T23:31:30+00:00"),
  ])
  func `dates`(seconds: Int, text: String) {
    #expect(MachineDescription.date(seconds) == text)
  }

  @Test func `each fault of the machine has its warning`() throws {
    var machine = try MachineDescription.current(commit: "abc")
    #expect(machine.commit == "abc")
    #expect(machine.processorCount >= 1)
    #expect(machine.allowedProcessorCount >= 1)
    machine.isDebugBuild = false
    machine.forcedBLASCore = nil
    machine.isBLASCoreWeak = false
    machine.loadAverage = [0.1, 9, 9]
    machine.processor.governor = nil
    #expect(machine.warnings.isEmpty)
    machine.processor.governor = "performance"
    #expect(machine.warnings.isEmpty)

    machine.isDebugBuild = true
    machine.forcedBLASCore = "Haswell"
    machine.isBLASCoreWeak = true
    machine.loadAverage = [1.5]
    machine.processor.governor = "powersave"
    let warnings = machine.warnings
    #expect(warnings.count == 5)
    let words = ["debug", "Haswell", "wider registers", "1.5", "powersave"]
    for (warning, word) in zip(warnings, words) {
      #expect(warning.contains(word))
    }
  }
}
