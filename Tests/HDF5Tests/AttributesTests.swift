import HDF5
import Testing

@Suite struct AttributesTests {
  let scratch = Scratch()

  static let texts = [
    "", "plain", "Grüße, 世界 🎯", "a\nb\t\"c\"", String(repeating: "é", count: 70_000),
  ]

  @Test(arguments: texts)
  func `texts come back`(text: String) throws {
    let path = scratch.file("a.h5")
    let file = try File(creating: path)
    try file.root.attributes.set("before", for: "other")
    try file.root.attributes.set(text, for: "näme/1")
    #expect(try file.root.attributes.string("näme/1") == text)
    try file.close()
    let attributes = try File(reading: path).root.attributes
    #expect(try attributes.string("näme/1") == text)
    #expect(try attributes.string("other") == "before")
  }

  @Test func `numbers come back`() throws {
    let path = scratch.file("a.h5")
    let file = try File(creating: path)
    let many = (0..<20_000).map { Int64($0) * 0x1_0000_0001 }
    let group = try file.root.createGroup("g")
    try group.attributes.set(Int64.min, for: "least")
    try group.attributes.set(Int64.max, for: "greatest")
    try group.attributes.set(-0.1, for: "double")
    try group.attributes.set([], for: "none")
    try group.attributes.set(many, for: "many")
    try file.close()
    let attributes = try File(reading: path).root.group("g").attributes
    #expect(try attributes.integer("least") == .min)
    #expect(try attributes.integer("greatest") == .max)
    #expect(try attributes.integers("least") == [.min])
    #expect(try attributes.double("double") == -0.1)
    #expect(try attributes.integers("none") == [])
    #expect(try attributes.integers("many") == many)
    #expect(try attributes.names == ["double", "greatest", "least", "many", "none"])
  }

  @Test func `setting again replaces the value and its type`() throws {
    let file = try File(creating: scratch.file("a.h5"))
    let attributes = file.root.attributes
    try attributes.set("text", for: "x")
    try attributes.set(3, for: "x")
    #expect(try attributes.integer("x") == 3)
    #expect(try attributes.names == ["x"])
    try attributes.set("other", for: "x")
    #expect(try attributes.string("x") == "other")
  }

  @Test func `what is missing is nil, what is of another type throws`() throws {
    let file = try File(creating: scratch.file("a.h5"))
    let attributes = file.root.attributes
    try attributes.set("text", for: "text")
    try attributes.set(1.5, for: "double")
    try attributes.set([1, 2], for: "pair")
    #expect(try attributes.string("none") == nil)
    #expect(try attributes.integer("none") == nil)
    #expect(try attributes.integers("none") == nil)
    #expect(try attributes.double("none") == nil)
    #expect(cause { try attributes.string("double") } == "it is not a text")
    #expect(cause { try attributes.integer("text") } == "it is not an integer")
    #expect(cause { try attributes.integer("double") } == "it is not an integer")
    #expect(cause { try attributes.integers("text") } == "it is not an integer")
    #expect(cause { try attributes.double("text") } == "it is not a number")
    #expect(cause { try attributes.integer("pair") } == "it has 2 values, not one")
    #expect(cause { try attributes.double("pair") } == "it has 2 values, not one")
  }

  @Test func `what C would cut off is refused`() throws {
    let attributes = try File(creating: scratch.file("a.h5")).root.attributes
    #expect(cause { try attributes.set("a\0b", for: "x") } == "the text contains a zero byte")
    #expect(cause { try attributes.set("a", for: "x\0y") } == "a name must not contain a zero byte")
    #expect(cause { try attributes.set("a", for: "") } == "a name must not be empty")
    #expect(cause { try attributes.string("") } == "a name must not be empty")
  }

  @Test func `an error names file, object and attribute`() throws {
    let path = scratch.file("a.h5")
    let group = try File(creating: path).root.createGroup("cases")
    try group.attributes.set(1, for: "rank")
    let error = #expect(throws: HDF5Error.self) { try group.attributes.string("rank") }
    #expect(
      error?.description == "\(path): /cases@rank: cannot read the attribute: it is not a text")
  }
}
