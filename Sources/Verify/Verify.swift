// Verify: whether a backend computes a network as it should.
//
// What comes in is a graph with its parameters, a golden file, and the runs to judge
// (`VerificationRun`); what goes out is a `CaseResult` for each input of the golden, with a
// `Verdict` on every step, map and classification. This module prints nothing.
//
// `Verifier` takes the graph node by node beside a double-precision run. Each step of each run is
// computed with up to two feeds: isolated, on the golden's values, and network, on what the steps
// before it computed. It is judged by its distance from what the step gives without rounding at the
// golden's values, measured against what its own rounding may do and, with the network feed, what
// the errors of its inputs may cause. So no tolerance has to be chosen for steps, and those after
// a fault are not blamed for it.
//
// The files, lowest first:
// - `Verdict.swift`, `Deviation.swift`, `ToleranceFrontier.swift`, `Evidence.swift`: what is said of a
//   tensor that is compared with another, and whether it could have said anything.
// - `Policy.swift`: how a deviation becomes a verdict, for those who do not want the derived bounds.
// - `Golden/`: golden files. `GoldenFile` and `GoldenCase` read them through the HDF5 module,
//   `GoldenRecorder` writes them, `GoldenCheck` computes them again, `GoldenDiff` compares two of them,
//   `GoldenHeader` says where they come from, and `GoldenError` why one cannot be used.
// - `Bounds/`: what theory allows. `RoundingModel` bounds a sum of products, `NodeBounds` says how
//   a node passes on errors and adds its own, `StepReference` puts these together for a fused step,
//   and `Allowance` is the result by element.
// - `Gate/`: the maps and the classes, compared by what they mean and not by how they were rounded.
// - `LayerResult.swift`, `VerificationRun.swift`: the runs to judge, and what comes out.
// - `ReferenceTrace.swift`: the golden's and the exact values, node by node, kept while needed.
// - `RunWalk.swift`, `Verifier.swift`: the walk of all runs through the graph together.
// - `Problems/`: single convolutions. A `ConvolutionTrial` becomes a network of its own, which
//   `ProblemSweep` verifies as any other; `ProblemVerification` sweeps a list of them, `Shrinking.swift`
//   finds a smaller one that still fails, and `ExactRange` numbers of which every sum is exact.
// - `Bisect/`: which step is wrong, and which ones flip the answer.
// - `SelfTest/`: `Fault`s, the `FaultyBackend` that has one, and `SelfTest`, which counts what is caught.
//
// A golden is not believed blindly: one recorded by densecam must agree with the double-precision
// run to the bit, one of another framework nearly so, or it is refused as another model's.
