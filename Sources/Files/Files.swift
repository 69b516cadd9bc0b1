// Files: names of files, which are bytes, and files that appear when they are complete.
//
// The lowest module: it imports nothing but the system's library.
//
// - `FileName.swift`: any name of a file as text, and back; `FileName+Parts.swift` takes paths apart.
// - `ExactName.swift`: names that are told apart by their bytes, as keys of sets and dictionaries.
// - `FileIdentity.swift`: whether two names lead to one file.
// - `StagedFile.swift`: the one way in which densecam makes a file; `Leftovers.swift`: what killed
//   processes may have left of it; `FileWriting.swift`: a whole file in one call.
// - `SystemError.swift`: what is thrown; whoever writes a kind of file has an error of his own, which
//   names it.
