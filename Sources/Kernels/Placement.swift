import CCPU

/// Where in memory a process has what it works with, chosen anew.
///
/// Stack, weights and activations lie elsewhere in every process, and which of them share a place in a cache or the low
/// bits of an address makes equal programs differ by much more than their runs do within one process (Mytkowicz et
/// al., "Producing wrong data without doing anything obviously wrong!", ASPLOS 2009).
package enum Placement {
  /// Runs something with a part of the stack left unused before it.
  ///
  /// - Parameters:
  ///   - bytes: How much.
  ///   - body: What to run.
  package static func below(_ bytes: Int, _ body: () -> Void) {
    withoutActuallyEscaping(body) { body in
      let box = Box(body: body)
      unsafe ccpu_call_below(
        Int64(bytes),
        { context in
          guard let context = unsafe context else { return }
          unsafe Unmanaged<Box>.fromOpaque(context).takeUnretainedValue().body()
        }, Unmanaged.passUnretained(box).toOpaque())
      withExtendedLifetime(box) {}
    }
  }

  private final class Box {
    let body: () -> Void
    init(body: @escaping () -> Void) { self.body = body }
  }

  /// Gives free memory back, so that what is reserved next gets other pages.
  package static func releaseFreeMemory() { ccpu_trim_heap() }
}
