extension Palette {
  /// The palettes with a name.
  ///
  /// In ``viridis`` and ``grey`` the lightness rises from the first colour to the last, so that a
  /// map can be read in a black-and-white print and by people who do not see all colours. In the
  /// others it rises and falls, and two values may look alike.
  package enum Name: String, CaseIterable, Hashable, Sendable {
    /// The original's colours; the default.
    case seed

    /// Dark violet, blue, green, yellow.
    case viridis

    /// The rainbow with its edges smoothed.
    case turbo

    /// The rainbow of MATLAB, and of most drawings of class activation maps.
    case jet

    /// Black to white.
    case grey

    /// Whether lightness alone distinguishes the values.
    package var isAccessible: Bool {
      switch self {
      case .viridis, .grey: true
      case .seed, .turbo, .jet: false
      }
    }
  }

  /// The palette with a name.
  package static func named(_ name: Name) -> Palette {
    switch name {
    case .seed: .seed
    case .viridis: .viridis
    case .turbo: .turbo
    case .jet: .jet
    case .grey: .grey
    }
  }

  /// Viridis by Nathaniel Smith and Stéfan van der Walt, which matplotlib draws by default.
  ///
  /// Every fifth of its 256 published colours (github.com/BIDS/colormap, CC0), with straight lines
  /// between them; no channel is off by more than one of 255.
  package static let viridis = Palette(
    everyFifth: """
      44015446085C471063481769481D6F482475472A7A46307E453781433D844142873F48893D4E8A\
      3A538B38598C355E8D33638D31688E2E6D8E2C718E2A768E297B8E27808E25848E23898E218E8D\
      20928C1F978B1E9C891FA18821A58524AA8328AE802EB37C35B7793DBC7446C06F50C46A5AC864\
      65CB5E70CF577CD25089D54895D840A2DA37B0DD2FBDDF26CAE11FD8E219E5E419F1E51DFDE725
      """)

  /// Turbo by Anton Mikhailov, "Turbo, An Improved Rainbow Colormap for Visualization", 2019.
  ///
  /// Every fifth of its 256 published colours, with straight lines between them; no channel is off by
  /// more than one of 255. (The polynomials published with them are off by up to 32.)
  package static let turbo = Palette(
    everyFifth: """
      30123B36215F3B2F803F3E9C424BB54559CB4666DD4773EB4680F6458CFD4099FF38A5FB2FB2F4\
      27BEE91FC9DD1AD4D018DDC21AE4B622EBAA2FF19B3FF68A52FA7A65FD6979FE598BFF4B9CFE40\
      A9FB39B7F735C3F134D0EA34DBE236E5D938EECF3AF5C53AFABA39FDAE35FEA130FE932AFC8423\
      F9751DF46617EF5811E84B0CE14109D83706CE2D04C32503B71D02A916019B0F018B09027A0403
      """)

  /// MATLAB's jet: each channel climbs, stays and falls, a quarter of the palette each.
  ///
  /// At v a channel is min(4v − a, b − 4v), cut to [0, 1]: a = 3/2, 1/2, −1/2 and b = 9/2, 7/2, 5/2 for
  /// red, green and blue. Times 255 and rounded half to even, these are the colours of OpenCV's
  /// `COLORMAP_JET`, except for a blue of 2 at 159 that is 1 there.
  package static let jet = Palette(
    colors: (0..<256).map { index in
      let place = 4 * Double(index)
      func channel(_ rise: Double, _ fall: Double) -> UInt8 {
        let value = min(place - 255 * rise, 255 * fall - place)
        return UInt8(min(max(value, 0), 255).rounded(.toNearestOrEven))
      }
      return RGB(red: channel(1.5, 4.5), green: channel(0.5, 3.5), blue: channel(-0.5, 2.5))
    })

  /// Black to white in equal steps.
  package static let grey = Palette(
    colors: (0...255).map { RGB(red: $0, green: $0, blue: $0) })
}

extension Palette {
  /// Interpolates linearly between the colours 0, 5, 10, …, 255, and rounds halves up.
  ///
  /// `hex` has six digits per colour.
  private init(everyFifth hex: String) {
    let digits = hex.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    let levels = stride(from: 0, to: digits.count, by: 2).map { 16 * digits[$0] + digits[$0 + 1] }
    self.init(
      colors: (0..<256).map { index in
        let (stop, rest) = (index / 5, index % 5)
        let next = min(stop + 1, 51)
        func mix(_ channel: Int) -> UInt8 {
          let sum = (5 - rest) * levels[3 * stop + channel] + rest * levels[3 * next + channel]
          return UInt8((2 * sum + 5) / 10)
        }
        return RGB(red: mix(0), green: mix(1), blue: mix(2))
      })
  }
}
