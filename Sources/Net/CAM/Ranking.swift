/// Indices of the `count` largest values, largest first; ties go to the earlier index, and NaN comes
/// last.
@inlinable
public func topIndices<Values: RandomAccessCollection>(_ values: Values, _ count: Int) -> [Int]
where Values.Element: BinaryFloatingPoint, Values.Index == Int {
  let ordered = values.indices.sorted { a, b in
    let (x, y) = (values[a], values[b])
    if x.isNaN || y.isNaN { return !x.isNaN || (y.isNaN && a < b) }
    return x == y ? a < b : x > y
  }
  return ordered.prefix(count).map { $0 - values.startIndex }
}
