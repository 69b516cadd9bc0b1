// swift-tools-version: 6.2

import PackageDescription

/// Set by `scripts/check` to turn every warning of this package into an error.
let strict = Context.environment["DENSECAM_STRICT"] != nil

/// The tests run on the release build, for a debug build computes a hundred times slower, and they
/// look inside of modules.
let common: [SwiftSetting] =
  [.unsafeFlags(["-enable-testing"], .when(configuration: .release))]
  + (strict ? [.treatAllWarnings(as: .error)] : [])

/// The settings of every target but the inner loops.
let safe: [SwiftSetting] =
  [
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ] + common

/// The settings of the targets that touch every element of a tensor.
///
/// A debug build runs such code a hundred times slower, which makes the tests useless, so these
/// targets are optimised in every configuration.
let fast: [SwiftSetting] = safe + [.unsafeFlags(["-O"])]

/// Compiles `Sources/MicrokernelsBaseline` for one instruction set.
///
/// The folders of the other variants are symbolic links to that one: a variant differs in its
/// flags, its `#if` conditions and its module name.
func microkernels(_ variant: String, march: String? = nil) -> Target {
  .target(
    name: "Microkernels\(variant)",
    dependencies: ["CCPU"],
    swiftSettings: [.unsafeFlags(["-O"])]
      + (march.map { [.define(variant), .unsafeFlags(["-Xcc", "-march=\($0)"])] } ?? [])
      + common
  )
}

let package = Package(
  name: "densecam",
  products: [
    .executable(name: "densecam", targets: ["densecam"]),
    .library(name: "Kernels", targets: ["Kernels"]),
    .library(name: "Net", targets: ["Net"]),
    .library(name: "Verify", targets: ["Verify"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
  ],
  targets: [
    // MARK: - C libraries, each imported by exactly one Swift target
    .target(name: "CCPU"),
    .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
    .target(
      name: "CPNG", linkerSettings: [.linkedLibrary("png"), .linkedLibrary("isal")]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CPangoCairo", pkgConfig: "cairo", providers: [.apt(["libpango1.0-dev"])]),

    // MARK: - Inner loops: one source, one module per instruction set
    microkernels("Baseline"),
    microkernels("AVX2", march: "x86-64-v3"),
    microkernels("AVX512", march: "x86-64-v4"),

    // MARK: - Libraries, lowest first
    // Each names all that it imports: the build follows no dependency through another.
    .target(name: "HDF5", dependencies: ["CHDF5"], swiftSettings: safe),
    .target(name: "Imaging", dependencies: ["CPNG", "CJPEG"], swiftSettings: fast),
    .target(name: "Figures", dependencies: ["Imaging", "CPangoCairo"], swiftSettings: fast),
    .target(
      name: "Kernels",
      dependencies: [
        "CCPU", "COpenBLAS", "MicrokernelsBaseline", "MicrokernelsAVX2", "MicrokernelsAVX512",
      ],
      swiftSettings: fast
    ),
    .target(
      name: "Net",
      dependencies: ["Kernels", .product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: fast
    ),
    .target(
      name: "Explain", dependencies: ["Net", "Kernels", "Imaging", "HDF5"], swiftSettings: fast),
    .target(name: "Verify", dependencies: ["Net", "Kernels", "HDF5"], swiftSettings: fast),
    .target(name: "Bench", dependencies: ["Verify", "Net", "Kernels"], swiftSettings: fast),
    .target(
      name: "Report", dependencies: ["Bench", "Verify", "Explain", "Net", "Kernels"],
      swiftSettings: safe),

    // MARK: - Command
    .executableTarget(
      name: "densecam",
      dependencies: [
        "Report", "Bench", "Verify", "Explain", "Figures", "Net", "Kernels", "Imaging",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: safe
    ),

    // MARK: - Development
    .executableTarget(
      name: "fit-cost-model", dependencies: ["Kernels"], path: "Sources/FitCostModel",
      swiftSettings: safe),

    // MARK: - Tests
    .target(
      name: "TestSupport", dependencies: ["Kernels", "Net"], path: "Tests/TestSupport",
      swiftSettings: common),
    .testTarget(
      name: "KernelsTests", dependencies: ["Kernels", "TestSupport"], swiftSettings: common),
    .testTarget(
      name: "NetTests", dependencies: ["Net", "Kernels", "TestSupport"],
      exclude: ["Formats/Fixtures", "Operators/Fixtures"], swiftSettings: common),
    .testTarget(
      name: "VerifyTests", dependencies: ["Verify", "Net", "Kernels", "HDF5", "TestSupport"],
      swiftSettings: common),
    .testTarget(
      name: "ExplainTests",
      dependencies: ["Explain", "Net", "Kernels", "Imaging", "HDF5", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: common),
    .testTarget(
      name: "BenchTests", dependencies: ["Bench", "Verify", "Net", "Kernels", "TestSupport"],
      swiftSettings: common),
    .testTarget(
      name: "ImagingTests", dependencies: ["Imaging", "TestSupport"], exclude: ["Fixtures"],
      swiftSettings: common),
    .testTarget(
      name: "FiguresTests", dependencies: ["Figures", "Imaging", "CPangoCairo"],
      swiftSettings: common),
    .testTarget(
      name: "HDF5Tests", dependencies: ["HDF5", "TestSupport"], exclude: ["Fixtures"],
      swiftSettings: common),
    .testTarget(
      name: "ReportTests",
      dependencies: ["Report", "Bench", "Verify", "Net", "Kernels", "TestSupport"],
      swiftSettings: common),
    .testTarget(
      name: "CommandTests", dependencies: ["densecam", "TestSupport"], swiftSettings: common),
  ],
  swiftLanguageModes: [.v6]
)
