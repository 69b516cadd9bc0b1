public import Kernels

/// The generator that random problems are drawn from.
public typealias SeededGenerator = Kernels.SeededGenerator
