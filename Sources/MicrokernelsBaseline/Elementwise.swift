/// `y[i] = scale · x[i] + shift`, then `max(0, y[i])` if `relu`.
public func scaleShift(
  _ count: Int, _ x: UnsafePointer<Float>, _ scale: Float, _ shift: Float, _ relu: Bool,
  _ y: UnsafeMutablePointer<Float>
) {
  let width = Lanes.scalarCount
  let scales = Lanes(repeating: scale)
  let shifts = Lanes(repeating: shift)
  var i = 0
  if relu {
    while i + width <= count {
      store(rectified(multiplyAdd(shifts, load(x + i), scales)), y + i)
      i += width
    }
  } else {
    while i + width <= count {
      store(multiplyAdd(shifts, load(x + i), scales), y + i)
      i += width
    }
  }
  // The tail goes through the same lanes, so that an element's bits do not depend on where a row
  // ends.
  if i < count {
    var rest = Lanes()
    for j in i..<count { rest[j - i] = x[j] }
    var result = multiplyAdd(shifts, rest, scales)
    if relu { result = rectified(result) }
    for j in i..<count { y[j] = result[j - i] }
  }
}

/// `y[i] = a[i] + b[i]`, then `max(0, y[i])` if `relu`.
public func add(
  _ count: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ relu: Bool,
  _ y: UnsafeMutablePointer<Float>
) {
  let width = Lanes.scalarCount
  var i = 0
  while i + width <= count {
    let sum = load(a + i) + load(b + i)
    store(relu ? rectified(sum) : sum, y + i)
    i += width
  }
  while i < count {
    let sum = a[i] + b[i]
    y[i] = relu ? rectified(sum) : sum
    i += 1
  }
}

/// `y[i] = max(a[i], b[i])`; NaN in either gives NaN.
public func maximum(
  _ count: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  _ y: UnsafeMutablePointer<Float>
) {
  let width = Lanes.scalarCount
  var i = 0
  while i + width <= count {
    let left = load(a + i)
    let right = load(b + i)
    // `left` where it is greater or NaN, else `right`, which carries its own NaN.
    store(right.replacing(with: left, where: (left .> right) .| (left .!= left)), y + i)
    i += width
  }
  while i < count {
    let left = a[i]
    let right = b[i]
    y[i] = left > right || left != left ? left : right
    i += 1
  }
}
