// Files: names of files, which are bytes, and files that appear as a whole.
//
// The lowest module: it imports nothing but the system's library.
//
// - `FileName.swift`: any name of a file as text, and back; `FileName+Parts.swift` takes paths apart.
// - `ExactName.swift`: names that are told apart by their bytes, as keys of sets and dictionaries.
// - `FileIdentity.swift`: whether two names lead to one file.
// - `FileWriting.swift`: writing a file whole or not at all, in place of another or of none;
//   `TemporaryFile.swift` is where the bytes are until then.
