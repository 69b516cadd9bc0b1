extension Picture {
  /// Resizes to exactly this size; the aspect ratio is not kept.
  ///
  /// Bilinear between half-pixel centres, edges repeated, no low-pass, in double precision: the
  /// resize of R's EBImage. A picture that already has the size keeps its samples. Costs one pass
  /// over the input rows that are used and one over the output.
  ///
  /// - Precondition: The sides are positive.
  package func resized(width: Int, height: Int) -> Picture {
    if width == self.width, height == self.height { return self }
    return resampled(
      columns: Taps(input: self.width, output: width),
      rows: Taps(input: self.height, output: height))
  }

  /// Resizes so that the picture covers this size, and crops the excess evenly.
  ///
  /// The aspect ratio is kept. The cut is not rounded to whole pixels: the largest centred rectangle
  /// of that shape, which may begin between two pixels, is resized as ``resized(width:height:)``
  /// does.
  ///
  /// - Precondition: The sides are positive.
  package func covering(width: Int, height: Int) -> Picture {
    precondition(width > 0 && height > 0, "a picture has pixels")
    let (inputWidth, inputHeight) = (Double(self.width), Double(self.height))
    // Whole numbers decide, so that equal shapes are resized exactly as `resized` does.
    let across = self.width * height
    let down = self.height * width
    let cutWidth = across <= down ? inputWidth : Double(down) / Double(height)
    let cutHeight = across <= down ? Double(across) / Double(width) : inputHeight
    if across == down { return resized(width: width, height: height) }
    return resampled(
      columns: Taps(
        input: self.width, output: width, start: (inputWidth - cutWidth) / 2, length: cutWidth),
      rows: Taps(
        input: self.height, output: height, start: (inputHeight - cutHeight) / 2, length: cutHeight)
    )
  }

  private func resampled(columns: Taps, rows: Taps) -> Picture {
    precondition(columns.count > 0 && rows.count > 0, "a picture has pixels")
    return Picture(
      width: columns.count, height: rows.count,
      samples: samples.resampled(width: width, columns: columns, rows: rows))
  }

  /// The size to which a picture is resized when a network takes any size.
  ///
  /// The shorter side becomes `shorterSide` and the longer one follows in proportion; then each is
  /// divided by `multiple`, rounded half to even, at least 1, and multiplied again.
  ///
  /// - Returns: Nil if a side is not positive, or if the result exceeds `limits`, as it does for a
  ///   very long and thin picture.
  package static func fittedSize(
    width: Int, height: Int, shorterSide: Int = 224, multiple: Int = 32,
    limits: ImageLimits = .default
  ) -> (width: Int, height: Int)? {
    guard width > 0, height > 0, shorterSide > 0, multiple > 0 else { return nil }
    let shorter = Double(min(width, height))
    func fit(_ side: Int) -> Int? {
      // The product comes first: 224·side is exact, so that a tie is a tie.
      let wanted = Double(shorterSide) * Double(side) / shorter
      let steps = (wanted / Double(multiple)).rounded(.toNearestOrEven)
      guard let count = Int(exactly: max(steps, 1)) else { return nil }
      let (result, overflow) = count.multipliedReportingOverflow(by: multiple)
      return overflow ? nil : result
    }
    guard let fitWidth = fit(width), let fitHeight = fit(height),
      limits.allow(width: fitWidth, height: fitHeight)
    else { return nil }
    return (fitWidth, fitHeight)
  }
}
