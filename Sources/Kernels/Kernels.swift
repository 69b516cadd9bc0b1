// Kernels: convolutions, and what is needed to run them on many threads.
//
// This module knows problems and the ways to compute them, and nothing about networks. Its input is
// the geometry of one convolution (`ConvolutionProblem`), its weights, and views of memory; its output
// is the result in memory that the caller owns. A convolution is used in three stages:
// 1. A backend (`ConvolutionBackend`) is asked whether it refuses the problem, and to describe how it
//    computes it on an `ExecutionTarget`: by which `Algorithm` it sums, which neighbouring operations it
//    can compute in the same pass (`Fusions`), and in which layouts it reads and writes.
// 2. `prepare` puts the weights into the form that the backend wants, once.
// 3. The `PreparedConvolution` is cut into tasks that write disjoint parts of the output. The tasks
//    do not depend on the number of threads, and so neither do the bits of the result.
//
// The files, lowest first:
// - `Size.swift`, `TensorShape.swift`, `Tensor.swift`, `Layout.swift`, `FeatureView.swift`,
//   `Reorder.swift`: arrays in the order `[N, C, H, W]`, owned; and lent, in planes or in blocks of
//   channels. Kernels see a view as a C structure, from the module CDensecam.
// - `Problems/`, `Algorithm.swift`, `KernelError.swift`: the terms of the interface. A problem can be
//   parsed, printed and drawn at random.
// - `InstructionSet.swift`, `MicrokernelTable.swift`, `MicrokernelTable+Variants.swift`: which build of
//   the Microkernels modules runs. Only the last of these files imports them. `ArithmeticPeak.swift`:
//   how fast that build can be at most.
// - `Arena.swift`, `WeightBuffer.swift`, `AlignedBuffer.swift`: memory for activations and for weights. The arena checks
//   the range of every view, and sets guards that show a write past an output.
// - `Thread.swift`, `JobBoard.swift`, `WorkerTeam.swift`: threads that claim tasks one by one.
// - `DirectConvolution.swift`, `ReferenceConvolution.swift`: the sum as it is defined, twice. The
//   one serves the naive backend, the other computes goldens and bounds in double precision.
// - `Im2col.swift`, `OpenBLAS.swift`, `BLASLevel.swift`: the parts of convolution as a matrix product.
// - `Tiled/`: direct convolution by register tiles. `Winograd/`: minimal filtering, its matrices, and
//   what its errors are relative to. `CostModel.swift`: which of the two is faster.
// - `ConvolutionBackend.swift`, `ConvolutionDescription.swift`, `ExecutionTarget.swift`,
//   `PreparedConvolution.swift`: the interface. `Backends/`, `BackendRegistry.swift`: the backends with one
//   file each, and their list. A new backend is one file and one line of that list.
//
// A backend never states a tolerance. It states its algorithm, and the Verify module derives from
// that what rounding may do.
