// Files that appear when they are complete.
//
// - `StagedFile.swift`: the one way in which densecam makes a file.
// - `Leftovers.swift`: what killed processes may have left of it.
// - `SystemError.swift`: what is thrown; whoever writes a kind of file has an error of his own, which
//   names it.
