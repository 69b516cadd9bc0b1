/// Something that bytes can be written to in order: a file, or a sum over them.
protocol ByteSink: ~Copyable {
  mutating func write(_ bytes: RawSpan) throws(FileError)
}
