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
      + [.define(variant)] + (march.map { [.unsafeFlags(["-Xcc", "-march=\($0)"])] } ?? [])
      + common
  )
}

let package = Package(
  name: "densecam",
  products: [
    .executable(name: "densecam", targets: ["densecam"]),
    .library(name: "Kernels", targets: ["Kernels"]),
    .library(name: "Net", targets: ["Net"]),
    .library(name: "Formats", targets: ["Formats"]),
    .library(name: "Verify", targets: ["Verify"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
  ],
  targets: [
    // MARK: - C libraries, each imported by one Swift target, but for the headers for kernels
    .target(name: "CCPU"),
    .target(name: "CDensecam"),
    .target(name: "CIsolation"),
    .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
    .target(
      name: "CPNG", linkerSettings: [.linkedLibrary("png"), .linkedLibrary("isal")]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    // Loaded when it is first needed, so that no header and no link is.
    .target(name: "COpenBLAS", linkerSettings: [.linkedLibrary("dl")]),
    .systemLibrary(
      name: "CPangoCairo", pkgConfig: "cairo", providers: [.apt(["libpango1.0-dev"])]),

    // MARK: - Inner loops: one source, one module per instruction set
    microkernels("Baseline"),
    microkernels("Baseline16"),
    microkernels("AVX2", march: "x86-64-v3"),
    microkernels("AVX512", march: "x86-64-v4"),

    // MARK: - Libraries, lowest first
    // Each names all that it imports: the build follows no dependency through another.
    .target(
      name: "Files", dependencies: [.product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: safe),
    .target(name: "HDF5", dependencies: ["CHDF5", "Files"], swiftSettings: safe),
    .target(name: "Imaging", dependencies: ["CPNG", "CJPEG", "Files"], swiftSettings: fast),
    .target(
      name: "Figures", dependencies: ["Files", "Imaging", "CPangoCairo"], swiftSettings: fast),
    .target(
      name: "Kernels",
      dependencies: [
        "CCPU", "CDensecam", "COpenBLAS", "Files", "MicrokernelsBaseline",
        "MicrokernelsBaseline16", "MicrokernelsAVX2", "MicrokernelsAVX512",
      ],
      swiftSettings: fast
    ),
    .target(
      name: "Plugins", dependencies: ["CDensecam", "CIsolation", "Files", "Kernels"],
      resources: [.embedInCode("Templates")], swiftSettings: safe),
    .target(name: "Net", dependencies: ["Files", "Kernels"], swiftSettings: fast),
    .target(name: "Formats", dependencies: ["Files", "Net", "Kernels"], swiftSettings: fast),
    .target(
      name: "Explain", dependencies: ["Files", "Net", "Kernels", "Imaging", "HDF5"],
      swiftSettings: fast),
    .target(
      name: "Verify", dependencies: ["Files", "Net", "Kernels", "HDF5"], swiftSettings: fast),
    .target(
      name: "Bench", dependencies: ["Files", "Verify", "Net", "Kernels"], swiftSettings: fast),
    .target(
      name: "Report", dependencies: ["Bench", "Files", "Verify", "Explain", "Net", "Kernels"],
      resources: [.embedInCode("HTML/Page")], swiftSettings: safe),

    // MARK: - Command
    .executableTarget(
      name: "densecam",
      dependencies: [
        "Report", "Bench", "Files", "Verify", "Explain", "Figures", "Formats", "Net", "Kernels",
        "Imaging", "Plugins",
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
      name: "TestSupport", dependencies: ["Kernels", "Net", "Formats"], path: "Tests/TestSupport",
      swiftSettings: common),
    .testTarget(name: "FilesTests", dependencies: ["Files"], swiftSettings: common),
    .testTarget(
      name: "KernelsTests", dependencies: ["Kernels", "TestSupport"], swiftSettings: common),
    .testTarget(
      name: "PluginsTests",
      dependencies: ["Plugins", "Verify", "Net", "Kernels", "TestSupport", "densecam"],
      exclude: ["Kernels"], swiftSettings: common),
    .testTarget(
      name: "NetTests", dependencies: ["Net", "Formats", "Kernels", "TestSupport"],
      exclude: ["Operators/Fixtures"], swiftSettings: common),
    .testTarget(
      name: "FormatsTests", dependencies: ["Formats", "Net", "Kernels", "TestSupport"],
      exclude: ["MXNet/Fixtures"], swiftSettings: common),
    .testTarget(
      name: "VerifyTests",
      dependencies: ["Verify", "Formats", "Net", "Kernels", "HDF5", "TestSupport"],
      swiftSettings: common),
    .testTarget(
      name: "ExplainTests",
      dependencies: [
        "Explain", "Files", "Formats", "Net", "Kernels", "Imaging", "HDF5", "TestSupport",
      ],
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
      dependencies: [
        "Report", "Bench", "Explain", "Files", "Verify", "Net", "Kernels", "TestSupport",
      ],
      swiftSettings: common),
    .testTarget(
      name: "CommandTests",
      dependencies: ["densecam", "Report", "Bench", "Verify", "HDF5", "TestSupport"],
      swiftSettings: common),
  ],
  swiftLanguageModes: [.v6]
)

// Builds for a purpose of their own; see the scripts that set these variables.
if let tests = Context.environment["DENSECAM_TESTS"]?.split(separator: ",").map(String.init) {
  package.targets.removeAll { $0.type == .test && !tests.contains($0.name) }
}
if Context.environment["DENSECAM_FUZZ_TARGETS"] != nil {
  // A test target, for only those may look inside of the command.
  package.targets.append(
    .testTarget(
      name: "FuzzTargets",
      dependencies: [
        "densecam", "Report", "Verify", "Explain", "Figures", "Formats", "Net", "Kernels",
        "Imaging", "HDF5", "Files",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "tools/fuzz/Targets", swiftSettings: safe))
}
