public import Kernels
public import Verify

/// One way of running a network, and the threads that run it.
public struct Candidate {
  /// The name, the backends and the passes: exactly what is verified is timed.
  public var run: VerificationRun
  public var team: WorkerTeam

  public init(_ run: VerificationRun, team: WorkerTeam) {
    self.run = run
    self.team = team
  }
}
