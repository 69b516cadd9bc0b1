import Bench

/// What this machine can do at its best, measured once.
enum Roofs {
  /// The roofs that an earlier run measured, or else measured now.
  ///
  /// - Parameters:
  ///   - machine: This machine.
  ///   - isMeasured: Whether they are measured in any case.
  /// - Returns: The roofs.
  /// - Throws: `KernelError` if threads cannot be started.
  static func known(of machine: MachineDescription, isMeasured: Bool = false) throws
    -> MachineRoofs
  {
    if !isMeasured, let known = RoofCache.read(MachineRoofs.identity(of: machine)) { return known }
    let progress = ProgressBar("roofs")
    defer { progress.clear() }
    let roofs = try MachineRoofs.measure(machine) { progress.update($0) }
    RoofCache.write(roofs)
    return roofs
  }
}
