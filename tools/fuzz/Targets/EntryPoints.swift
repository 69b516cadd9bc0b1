import Glibc

/// The target that the environment variable `DENSECAM_FUZZ` names.
private let target: FuzzTarget = {
  let name = unsafe getenv("DENSECAM_FUZZ").map { unsafe String(cString: $0) } ?? ""
  guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
    print("DENSECAM_FUZZ names no target; see tools/fuzz/README.md")
    exit(2)
  }
  return target
}()

/// Whether it is said what became of an input.
private let isTalkative = unsafe getenv("DENSECAM_FUZZ_SAY") != nil

/// What libFuzzer calls with every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  do {
    try target.body(bytes)
    if isTalkative { print("read as a whole") }
  } catch {
    // Making the message is a part of refusing an input.
    let message = "\(error)"
    precondition(!message.isEmpty, "an error says nothing")
    if isTalkative { print("refused: \(message)") }
  }
  return 0
}
