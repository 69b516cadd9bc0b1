import Formats
import Kernels
import Net

extension FuzzTarget {
  /// MXNet symbol files, and the shapes of what they hold.
  static let symbol = FuzzTarget("symbol") { bytes in
    let graph = try Graph(mxnetSymbol: bytes)
    for side in [1, 7, 64] {
      _ = try? graph.shapes(
        input: TensorShape(batch: 2, channels: 3, height: side, width: side), parameters: nil)
    }
    // What is written must be read again as what it was.
    guard let text = try? graph.mxnetSymbol() else { return }
    let again = try? Graph(mxnetSymbol: Array(text.utf8))
    precondition(again?.nodes.count == graph.nodes.count, "what is written is not what is read")
  }

  private static let file = ScratchFile()

  /// MXNet parameter files, with all of their elements.
  static let params = FuzzTarget("params") { bytes in
    let parameters = try Parameters(mxnetFile: file.fill(bytes))
    for name in parameters.names {
      guard let parameter = parameters[name] else { preconditionFailure("an array is lost") }
      precondition(parameter.elements.count == parameter.count)
    }
    parameters.dropResidentPages()
  }
}
