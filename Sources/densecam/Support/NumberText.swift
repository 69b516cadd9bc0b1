/// A number with a fixed count of decimals, for people.
func fixedPoint(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
  var power = 1.0
  for _ in 0..<digits { power *= 10 }
  let scaled = (value.magnitude * power).rounded()
  let whole = (scaled / power).rounded(.down)
  let rest = String(Int(scaled - whole * power))
  let sign = value < 0 && scaled > 0 ? "-" : ""
  guard digits > 0 else { return sign + String(Int(whole)) }
  let zeros = String(repeating: "0", count: max(0, digits - rest.count))
  return "\(sign)\(Int(whole)).\(zeros)\(rest)"
}
