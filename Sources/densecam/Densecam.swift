import ArgumentParser
import Files
import Kernels

/// The command.
///
/// Each subcommand is one file in `Commands/`: it parses, calls a library and prints.
@main
struct Densecam: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "densecam",
    abstract: "Is this convolution kernel right, and how fast is it, really?",
    discussion: """
      densecam runs a DenseNet (or another classifier) on interchangeable convolution kernels, checks \
      every layer and the Class Activation Map against a golden file, and times every layer.

      EXAMPLES
        densecam cam photo.jpg -o out.png           what is it, and where does the network look?
        densecam verify golden/*.h5                 is every kernel right?
        densecam bench --model densenet169          how fast is it, layer by layer?
        densecam golden record --model densenet169@1 --image photo.png -o new.h5
        densecam list backends                      what can I choose from?

      EXIT STATUS
        0 good   1 mismatch   2 usage or bad input
        3 slower than allowed
        4 golden missing or not matching the model   5 nothing was compared
        130 interrupted

      ENVIRONMENT
        DENSECAM_PLUGINS      plugins to load, as --plugin does; colons between several
        DENSECAM_ISA          baseline, avx2 or avx512: force an instruction set;
                              baseline16, for tests: 16 lanes without AVX-512
        OPENBLAS_CORETYPE     forces OpenBLAS's kernels; unless it is set, the best are chosen
        NO_COLOR              no colours on the terminal
      """,
    version: version,
    subcommands: [
      CamCommand.self, VerifyCommand.self, BisectCommand.self, SelfTestCommand.self,
      BenchCommand.self, CompareCommand.self, HistoryCommand.self, ReportCommand.self,
      PlanCommand.self, GoldenCommand.self, PluginCommand.self, ExportCommand.self,
      ListCommand.self,
      DoctorCommand.self, KernelHostCommand.self,
    ])

  static func main() {
    Descriptor.takeStandardOnes()
    Descriptor.setSignals()
    do {
      var command = try parseAsRoot(CommandLine.fileNames)
      // Before any thread reads the environment.
      OpenBLAS.prepare()
      try command.run()
    } catch let error as ExitStatus {
      exit(withStatus: error)
    } catch {
      exit(reporting: error)
    }
    exit(withStatus: nil)
  }
}
