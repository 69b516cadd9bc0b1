/// A measure of how much each place of a picture speaks for a class, by its name on the command
/// line.
///
/// The formulas are for a head of features `f[k, y, x]` with K channels of S = h·w places, their
/// averages, and a linear layer: logit `z = Σ_k w[k] · mean(f[k]) + b` for the class in question. The
/// gradient of the logit, before any softmax, is then `∂z/∂f[k, y, x] = w[k] / S` everywhere, and no
/// backward pass is needed. A head whose features are class maps is the case `w[k] = 1` for the
/// class's own channel and 0 for the others, with `b = 0`.
///
/// Maps keep the scale that the formula gives; they are neither stretched nor clipped beyond the
/// ReLU that is part of a method. `docs/cam-methods.md` has the derivations.
package enum CAMMethod: String, CaseIterable, Hashable, Sendable {
  /// Zhou et al., CVPR 2016: `Σ_k w[k] · f[k, y, x]`, without ReLU; its mean plus the bias is the
  /// logit.
  case cam

  /// Selvaraju et al., ICCV 2017: channels weighted by their average gradient, then a ReLU.
  ///
  /// Here: `ReLU(CAM) / S`.
  case gradCAM = "grad-cam"

  /// Fu et al., BMVC 2020: channels weighted by their gradients' average under the activations, then
  /// a ReLU, as in the authors' program.
  ///
  /// Here: as ``gradCAM``, except that a channel whose activations sum to 0 gets the weight 0, where
  /// the paper would divide by that sum.
  case xGradCAM = "xgrad-cam"

  /// Draelos and Carin, 2020: gradient times activation, summed over the channels, without ReLU.
  ///
  /// Here: `CAM / S`; its sum plus the bias is the logit.
  case hiResCAM = "hires-cam"

  /// Jiang et al., IEEE TIP 2021: the positive part of the gradient times the activation, summed
  /// over the channels, then a ReLU.
  ///
  /// Here: `ReLU(Σ_k ReLU(w[k]) · f[k, y, x]) / S`: what speaks against the class does not count.
  case layerCAM = "layer-cam"

  /// Desai and Ramaswamy, WACV 2020: channels weighted by the share of the logit that is lost without
  /// them, then a ReLU.
  ///
  /// Here: `ReLU(Σ_k (w[k] · mean(f[k]) / z) · f[k, y, x])`; zero everywhere if the logit `z` is 0. If
  /// it is negative, the weights change their signs, as in the paper.
  case ablationCAM = "ablation-cam"

  /// Wang et al., CVPR Workshops 2020: channels weighted by the logit of the picture masked with them;
  /// see ``ScoreCAM``.
  case scoreCAM = "score-cam"

  /// Zeiler and Fergus, ECCV 2014: how much the score drops when a window of the picture is covered;
  /// see ``Occlusion``.
  case occlusion

  /// Whether the method follows from the features and weights alone, so that a map costs no more than
  /// a pass over the features; the others run the network again.
  package var isClosedForm: Bool {
    switch self {
    case .cam, .gradCAM, .xGradCAM, .hiResCAM, .layerCAM, .ablationCAM: true
    case .scoreCAM, .occlusion: false
    }
  }

  /// Whether maps can have negative values, which speak against the class.
  package var isSigned: Bool {
    switch self {
    case .cam, .hiResCAM, .occlusion: true
    case .gradCAM, .xGradCAM, .layerCAM, .ablationCAM, .scoreCAM: false
    }
  }
}
