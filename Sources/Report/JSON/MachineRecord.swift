import Bench

/// A machine in JSON.
struct MachineRecord: Hashable, Codable {
  var date: String
  var hostName: String
  var cpu: String
  var numCpus: Int
  var allowedCpus: String
  var governor: Nullable<String>
  var loadAvg: [Double]
  var instructionSet: String
  var instructionSetForced: Bool
  var openblasCore: String
  var openblasCoretype: Nullable<String>
  var openblasConfig: String

  /// Absent in files of older versions, these two.
  var openblasCoreChosen: Bool?
  var openblasCoreWeak: Bool?
  var swiftVersion: String
  var buildType: String
  var commit: Nullable<String>
  var warnings: [String]

  init(_ machine: MachineDescription) {
    date = machine.date
    hostName = machine.hostName
    cpu = machine.processor.model
    numCpus = machine.processorCount
    allowedCpus = machine.allowedProcessors
    governor = Nullable(machine.processor.governor)
    loadAvg = machine.loadAverage
    instructionSet = machine.instructionSet
    instructionSetForced = machine.isInstructionSetForced
    openblasCore = machine.blasCore
    openblasCoretype = Nullable(machine.forcedBLASCore)
    openblasConfig = machine.blasConfiguration
    openblasCoreChosen = machine.isBLASCoreChosen
    openblasCoreWeak = machine.isBLASCoreWeak
    swiftVersion = machine.swiftVersion
    buildType = machine.isDebugBuild ? "debug" : "release"
    commit = Nullable(machine.commit)
    warnings = machine.warnings
  }

  /// The machine, as far as the record knows it.
  var description: MachineDescription {
    var machine = MachineDescription(
      date: date, hostName: hostName, processor: cpu, governor: governor.value,
      processorCount: numCpus, allowedProcessors: allowedCpus, instructionSet: instructionSet,
      isInstructionSetForced: instructionSetForced, blasCore: openblasCore,
      forcedBLASCore: openblasCoretype.value, blasConfiguration: openblasConfig,
      swiftVersion: swiftVersion, isDebugBuild: buildType == "debug", commit: commit.value,
      loadAverage: loadAvg)
    machine.isBLASCoreChosen = openblasCoreChosen ?? false
    machine.isBLASCoreWeak = openblasCoreWeak ?? false
    return machine
  }
}
