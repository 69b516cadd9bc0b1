import Glibc

/// The memory available to verification and timing.
public enum MemoryBudget {
  /// The bytes that the machine has, or fewer if this process is limited (`ulimit -v`).
  public static var bytes: Int {
    let present = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else {
      return present
    }
    return min(present, Int(clamping: limit.rlim_cur))
  }
}
