import Formats
import FoundationEssentials
import Kernels
import Net

/// What MXNet gave for one small network; made by `tools/mxnet_operator_cases.py`.
struct OperatorCase: Decodable, Sendable, CustomStringConvertible {
  struct Parameter: Decodable, Sendable {
    var name: String
    var shape: [Int]
    var values: [Float]
  }

  var name: String
  var symbol: String
  var parameters: [Parameter]
  var inputShape: [Int]
  var input: [Float]
  var outputShape: [Int]
  var output: [Double]

  var description: String { name }

  static let all: [OperatorCase] = {
    struct File: Decodable {
      var cases: [OperatorCase]
    }
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/operators.json")
    guard let data = try? Data(contentsOf: url),
      let file = try? JSONDecoder().decode(File.self, from: data)
    else { return [] }
    return file.cases
  }()

  func graph() throws -> Graph { try Graph(mxnetSymbol: Array(symbol.utf8)) }

  var weights: Parameters {
    var result = Parameters()
    for parameter in parameters {
      result.add(
        parameter.name, Net.Parameter(shape: parameter.shape, elements: parameter.values))
    }
    return result
  }

  var shape: TensorShape {
    TensorShape(
      batch: inputShape[0], channels: inputShape[1], height: inputShape[2], width: inputShape[3])
  }
}
