import FoundationEssentials
import Kernels
import Testing

@Suite("The registry of backends") struct RegistryTests {
  @Test("lists every file of Backends/") func listsFolder() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Kernels/Backends").standardizedFileURL.path
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    let types = Set(files.map { String($0.dropLast(".swift".count)) })
    #expect(types == Set(Backends.all.map { "\(type(of: $0))" }))
  }

  @Test("has unique names that can be found") func names() {
    #expect(Set(Backends.names).count == Backends.all.count)
    for name in Backends.names { #expect(Backends.named(name)?.name == name) }
    #expect(Backends.named("no such") == nil)
  }
}
