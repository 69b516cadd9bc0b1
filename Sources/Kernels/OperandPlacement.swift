/// Where the operands of a judged run lie between pages that nothing may touch.
public enum OperandPlacement: Int, Hashable, Sendable, CaseIterable {
  /// They begin where a protected page ends, so that what is read or written before them is found.
  case atStart = 1

  /// They end where a protected page begins, so that what is read or written after them is found.
  case atEnd = 2
}
