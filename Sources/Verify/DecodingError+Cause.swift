extension DecodingError {
  /// What is wrong and where, in one line that people who write JSON understand, such as
  /// `rules[0].atol is no number`.
  package var cause: String {
    switch self {
    case .typeMismatch(let type, let context):
      "\(context.place) is no \(Self.name(of: type))"
    case .valueNotFound(_, let context): "\(context.place) is null"
    case .keyNotFound(let key, let context):
      "\(context.place) has no \(key.stringValue.snakeCase)"
    case .dataCorrupted(let context) where context.codingPath.isEmpty: "it is not valid JSON"
    case .dataCorrupted(let context): "\(context.place): \(context.debugDescription)"
    @unknown default: "it cannot be read"
    }
  }

  /// What JSON calls a type.
  private static func name(of type: Any.Type) -> String {
    let name = "\(type)"
    return switch name {
    case "String": "text"
    case "Bool": "true or false"
    case _ where name.hasPrefix("Array"): "list"
    case _ where name.hasPrefix("Dictionary"): "object"
    default: "number"
    }
  }
}

extension DecodingError.Context {
  /// Such as `rules[0].atol`.
  fileprivate var place: String {
    let path = codingPath.reduce("") { path, key in
      if let index = key.intValue { return "\(path)[\(index)]" }
      return path + (path.isEmpty ? "" : ".") + key.stringValue.snakeCase
    }
    return path.isEmpty ? "it" : path
  }
}

extension String {
  /// The key as the file has it.
  fileprivate var snakeCase: String {
    reduce("") { $0 + ($1.isUppercase ? "_" + $1.lowercased() : String($1)) }
  }
}
