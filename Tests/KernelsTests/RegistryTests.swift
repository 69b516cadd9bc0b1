import FoundationEssentials
import Kernels
import Testing

@Suite("The registry of backends") struct RegistryTests {
  @Test("lists every file of Backends/") func listsFolder() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Kernels/Backends").standardizedFileURL.path
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    let types = Set(files.map { String($0.dropLast(".swift".count)) })
    #expect(types == Set(BackendRegistry.builtIn.all.map { "\(type(of: $0))" }))
  }

  @Test("has unique names that can be found") func names() {
    let registry = BackendRegistry.builtIn
    #expect(Set(registry.names).count == registry.all.count)
    for name in registry.names + registry.variants.map(\.name) {
      #expect(registry[name]?.name == name)
    }
    #expect(registry["no such"] == nil)
  }
}
