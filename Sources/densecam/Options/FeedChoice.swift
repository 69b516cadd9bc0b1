import ArgumentParser
import Verify

/// The feeds as the command line names them.
enum FeedChoice: String, ExpressibleByArgument, CaseIterable {
  case isolated
  case network
  case both

  var feeds: Set<LayerResult.Feed> {
    switch self {
    case .isolated: [.isolated]
    case .network: [.network]
    case .both: [.isolated, .network]
    }
  }
}
