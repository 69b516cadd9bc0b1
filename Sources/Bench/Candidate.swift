package import Kernels
package import Verify

/// One way of running a network, and the threads that run it.
package struct Candidate {
  /// The name, the backends and the passes: what is timed is exactly what is verified.
  package var run: VerificationRun
  package var team: WorkerTeam

  package init(_ run: VerificationRun, team: WorkerTeam) {
    self.run = run
    self.team = team
  }
}
