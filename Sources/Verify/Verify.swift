// Verify: whether a backend computes a network as it should.
//
// The input is a graph with its parameters, a golden file, and the runs to judge (`VerificationRun`); the
// output is a `CaseResult` for each input of the golden, with a `Verdict` on every step, map and
// classification. This module prints nothing.
//
// `Verifier` takes the graph node by node beside a double-precision run. Each step of each run is
// computed with up to two feeds: isolated, on the golden's values, and network, on what the steps
// before it computed. It is judged by its distance from the step's result without rounding at the golden's
// values, relative to the bound on its own rounding and, with the network feed, on the effect of the
// errors of its inputs. So no tolerance has to be chosen for steps, and those after a fault are not blamed
// for it.
//
// The files, lowest first:
// - `Verdict.swift`, `Deviation.swift`, `ToleranceFrontier.swift`, `Evidence.swift`: the result of
//   comparing two tensors, and whether the data could have revealed a fault.
// - `Policy.swift`: how a deviation becomes a verdict, for those who do not want the derived bounds.
// - `Golden/`: golden files. `GoldenFile` and `GoldenCase` read them through the HDF5 module,
//   `GoldenRecorder` writes them, `GoldenCheck` computes them again, `GoldenDiff` compares two of them,
//   `GoldenHeader` says where they come from, `GoldenError` why one cannot be used.
// - `Bounds/`: the bounds. `RoundingModel` bounds a sum of products, `NodeBounds` says how
//   a node passes on errors and adds its own, `StepReference` puts these together for a fused step,
//   and `Allowance` is the result by element.
// - `Gate/`: the maps and the classes, compared by meaning, not by rounding.
// - `LayerResult.swift`, `VerificationRun.swift`: the runs to judge, and their results.
// - `ReferenceTrace.swift`: the golden's and the exact values, node by node, kept while needed.
// - `RunWalk.swift`, `Verifier.swift`: the walk of all runs through the graph together.
// - `Problems/`: single convolutions. A `ConvolutionTrial` becomes a separate network, which `ProblemSweep`
//   verifies like any other; `ProblemVerification` sweeps a list of them, `Shrinking.swift` finds a
//   smaller one that still fails, and `ExactRange` numbers of which every sum is exact.
// - `Bisect/`: which step is wrong, and which ones flip the answer.
// - `Behavior/`: what a kernel does from call to call and rounds away, mostly without a reference.
// - `SelfTest/`: `Fault`s, the `FaultyBackend` that has one, and `SelfTest`, which counts what is detected.
//
// A golden is not trusted blindly: one recorded by densecam must agree with the double-precision
// run to the bit, one of another framework nearly so, or it is refused as another model's.
