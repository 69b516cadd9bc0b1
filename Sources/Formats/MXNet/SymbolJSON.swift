import Files
import FoundationEssentials
import Net

/// The parts of an MXNet symbol file that matter for inference, as given in the file.
struct SymbolJSON: Decodable {
  var nodes: [SymbolNode]

  /// The outputs of the network.
  var heads: [SymbolEntry]

  /// Parses JSON of any MXNet version.
  ///
  /// - Throws: ``GraphError`` with the code ``GraphError/Code/notAGraph`` for anything else.
  static func parse(_ json: [UInt8]) throws(GraphError) -> SymbolJSON {
    do {
      return try JSONDecoder().decode(SymbolJSON.self, from: Data(json))
    } catch {
      throw GraphError(.notAGraph, node: nil, "it is not an MXNet symbol: \(JSONFault(error))")
    }
  }
}

/// One node of a symbol file: an operator, or a variable with the operator `null`.
struct SymbolNode: Decodable {
  var operatorName: String
  var name: String
  var inputs: [SymbolEntry]

  /// The keys of the attributes in the versions of the format: `attrs` from 1.0, `attr` before, and
  /// `param` for those of the operator itself up to 0.8, which may occur besides `attr`.
  private var attributeSources: [[String: String]]

  private enum CodingKeys: String, CodingKey {
    case op, name, inputs, attrs, attr, param
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    operatorName = try container.decode(String.self, forKey: .op)
    name = try container.decode(String.self, forKey: .name)
    inputs = try container.decodeIfPresent([SymbolEntry].self, forKey: .inputs) ?? []
    attributeSources = []
    for key in [CodingKeys.attrs, .attr, .param] {
      if let source = try container.decodeIfPresent([String: String].self, forKey: key) {
        attributeSources.append(source)
      }
    }
  }

  var isVariable: Bool { operatorName == "null" }

  /// The attributes of all sources together.
  ///
  /// - Throws: ``GraphError`` if two sources disagree, because MXNet would follow whichever comes
  ///   last in the file.
  func attributes() throws(GraphError) -> SymbolAttributes {
    var values: [String: String] = [:]
    for source in attributeSources {
      for (key, value) in source {
        guard values[key] == nil || values[key] == value else {
          throw GraphError(
            .unsupportedAttribute, node: name, "the attribute \(key) has two different values")
        }
        values[key] = value
      }
    }
    return SymbolAttributes(node: name, values: values)
  }
}

/// A reference to one output of a node: `[node, output]`, from 0.9 on `[node, output, version]`.
struct SymbolEntry: Decodable {
  var node: Int
  var output: Int

  init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    node = try container.decode(Int.self)
    output = try container.decode(Int.self)
    if !container.isAtEnd { _ = try container.decode(Int.self) }
    guard container.isAtEnd else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "a reference to a node has more than three numbers")
    }
  }
}
