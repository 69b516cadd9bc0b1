import HDF5
import Kernels

/// The input and the last features of `golden/densenet-mini.h5`.
enum GoldenArrays {
  static func read() throws -> (input: Tensor<Float>, features: Tensor<Float>) {
    let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
    let cases = try File(reading: "\(root)/golden/densenet-mini.h5").root.group("cases")
    let group = try cases.group(cases.groupNames[0])
    return (
      try tensor(group.dataset("input")),
      try tensor(group.group("activations").dataset("relu1"))
    )
  }

  private static func tensor(_ dataset: Dataset) throws -> Tensor<Float> {
    let sides = dataset.shape
    return Tensor(
      shape: TensorShape(
        batch: sides[0], channels: sides[1], height: sides[2], width: sides[3]),
      elements: try dataset.readFloats())
  }
}
