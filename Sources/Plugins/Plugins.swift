// Plugins: kernels that others wrote, as backends.
//
// A plugin is a shared library with one of the two entry points of `densecam/kernel.h`. It enters as any
// backend does, through `ConvolutionBackend`, so that plans, verdicts and times know nothing of where
// a kernel comes from.
//
// - `Loading/`: from a file to backends, in the process that loads it. `PluginFile` looks at the bytes before
//   anything of them runs; `PluginLibrary` loads it and checks its tables; `PluginBackend` and
//   `PluginConvolution` call its functions.
// - `Isolation/`: the same backends from another process. `IsolatedBackend` sends the orders of
//   `KernelOrder` and what they say (`KernelMessages.swift`) through a mailbox in shared memory
//   (`KernelProcess`); `KernelHost` is the other end, whose `KernelSession` loads the plugin and runs it. A kernel that crashes, hangs or takes too much memory ends that process only, and
//   the next order starts another.
//
// What a kernel may see is what it needs to compute: operands. References, bounds, goldens and reports stay in
// the parent.
