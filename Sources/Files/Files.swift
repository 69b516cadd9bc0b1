// Files: what every module needs of files, and how errors are reported.
//
// The lowest module: it imports the system's library, and Crypto for sums.
//
// - `FileName.swift`: any name of a file as text, and back; `FileName+Parts.swift` splits paths.
// - `ExactName.swift`: names that are compared by their bytes, as keys of sets and dictionaries.
// - `FileIdentity.swift`: whether two names lead to one file.
// - `MappedFile.swift`, `ByteOrderMark.swift`, `SHA256Digest.swift`: reading, and sums over what is read.
// - `StagedFile.swift`: the one way in which densecam makes a file; `Leftovers.swift`: what killed
//   processes may have left of it; `FileWriting.swift`: a whole file in one call; `ByteSink.swift`: what
//   can be written to, a file or a sum.
// - `ReportedError.swift`: errors that end the command, each with its exit status; `FileError.swift`: those
//   of files; `JSONFault.swift`: what is wrong with a text in JSON.
