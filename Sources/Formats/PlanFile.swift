import Files
import FoundationEssentials
public import Kernels
public import Net

/// The backend of each convolution of a network, in a file.
///
/// JSON with the schema `densecam.plan/1`. Problems are in benchdnn's notation. Of an assignment, `node`,
/// `problem` and `executed` decide which backend computes it; the rest is information.
public struct PlanFile: Hashable, Codable, Sendable {
  /// The only schema.
  public static let schema = "densecam.plan/1"

  /// The largest file that is read, in bytes: some 100,000 convolutions.
  public static let largestCount = 64 << 20

  public private(set) var schema = PlanFile.schema

  /// The target that the plan was made for.
  public var model: String
  public var instructionSet: String
  public var threads: Int

  public var assignments: [Entry]

  /// Where it was read from, for errors.
  private var path = ""

  /// One convolution.
  public struct Entry: Hashable, Codable, Sendable {
    public var node: String
    public var problem: String
    public var executedProblem: String
    public var requested: String
    public var executed: String
    public var refusal: String?
    public var algorithm: String
    public var precision: String
    public var fusions: [String]
    public var inputLayout: String
    public var outputLayout: String
  }

  private enum CodingKeys: String, CodingKey {
    case schema, model, instructionSet, threads, assignments
  }

  /// Describes a plan of a model.
  public init(_ plan: Plan, of model: Model) {
    self.model = model.name
    instructionSet = plan.instructionSet.rawValue
    threads = plan.target.threads
    assignments = plan.assignments.map(Entry.init)
  }

  /// Reads a file.
  ///
  /// - Throws: ``FormatError`` that says what is wrong and where.
  public init(path: String) throws(FormatError) {
    let file = try MappedFile.openModel(path)
    guard file.count <= Self.largestCount, let json = file.bytes(at: 0, count: file.count) else {
      throw FormatError(path: path, cause: "is larger than \(Self.largestCount >> 20) MiB")
    }
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      self = try decoder.decode(PlanFile.self, from: Data(json.withoutByteOrderMark))
    } catch {
      throw FormatError(
        path: path, cause: "is not a plan: \(JSONFault(error, isSnakeCase: true))")
    }
    self.path = path
    guard schema == Self.schema else {
      throw FormatError(path: path, cause: "its schema is \(schema), not \(Self.schema)")
    }
  }

  /// The file's bytes, ending in a line feed.
  ///
  /// - Throws: Errors from the encoder.
  public func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
  }

  /// The choice that the file describes.
  ///
  /// Nodes that it does not name are left to the registry's standard backend. A plan that is made with the
  /// choice is refused if a node is a different convolution than here, apart from the number of images.
  ///
  /// - Parameters:
  ///   - registry: The backends that can be named.
  ///   - name: The choice's name in reports.
  /// - Returns: The choice.
  /// - Throws: ``FormatError`` if a backend does not exist, if a problem is invalid, or if a node occurs
  ///   twice.
  public func choice(
    from registry: BackendRegistry, name: String
  ) throws(FormatError) -> BackendChoice {
    var choice = BackendChoice(registry.standard, name: name)
    for (index, entry) in assignments.enumerated() {
      func fault(_ cause: String) -> FormatError {
        FormatError(path: path, cause: "assignments[\(index)]: \(cause)")
      }
      guard let backend = registry[entry.executed] else {
        throw fault(
          "there is no backend \(entry.executed); there are "
            + registry.names.joined(separator: ", "))
      }
      let problem: ConvolutionProblem
      do {
        problem = try ConvolutionProblem(notation: entry.problem)
      } catch {
        throw fault("\(entry.problem) is not a convolution: \(error)")
      }
      guard choice.overrides.updateValue(backend, forKey: entry.node) == nil else {
        throw fault("the node \(entry.node) is there twice")
      }
      choice.expected[entry.node] = "\(problem.ofOneImage)"
    }
    return choice
  }
}

extension PlanFile.Entry {
  fileprivate init(_ assignment: Assignment) {
    let description = assignment.description
    node = assignment.node
    problem = "\(assignment.problem)"
    executedProblem = "\(assignment.executedProblem)"
    requested = assignment.requested
    executed = assignment.executed
    refusal = assignment.refusal
    algorithm = "\(description.algorithm)"
    precision = description.precision.rawValue
    fusions = description.fusions.names
    inputLayout = "\(description.layouts.input)"
    outputLayout = "\(description.layouts.output)"
  }
}
