/// Something that bytes can be written to in order: a file, or a digest of them.
package protocol ByteSink: ~Copyable {
  mutating func write(_ bytes: RawSpan) throws(FileError)
}

extension StagedFile: ByteSink {}
