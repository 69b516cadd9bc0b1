package import Imaging

/// Compares maps with boxes.
///
/// The raw map, with no ReLU, blur or scaling, is resized to the picture as pictures are: bilinear
/// between half-pixel centres. Then
///
/// - *pointing game* (Zhang et al., "Top-down Neural Attention by Excitation Backprop", ECCV 2016):
///   is the middle of the largest pixel in a box?
/// - *box* (Zhou et al., "Learning Deep Features for Discriminative Localization", CVPR 2016,
///   section 3.2): the pixels above 20 % of the map's maximum, and of these the box round the
///   largest connected component. Negative values are always below, and the minimum
///   plays no part.
/// - *sweep* (Choe et al., "Evaluating Weakly Supervised Object Localization Methods Right", CVPR
///   2020): the map stretched to [0, 1] by its minimum and maximum, and for each threshold the
///   pixels that reach it; the box round the largest component and, for MaxBoxAccV2, the boxes
///   round all of them.
///
/// A predicted box is compared with the box of the class that it overlaps most.
package struct MapScorer: Hashable, Sendable {
  package let settings: LocalizationSettings

  package init(settings: LocalizationSettings = LocalizationSettings()) { self.settings = settings }

  /// Scores one map.
  ///
  /// Costs a few passes over the region's pixels, and for MaxBoxAccV2 one look at each component at
  /// each threshold and box. Takes some 30 bytes per pixel.
  ///
  /// - Parameters:
  ///   - map: The raw map of the class, `height × width` values, row by row.
  ///   - boxes: The objects of the class, in pixels of the picture; without any, every map misses.
  ///   - region: The part of the picture that the map covers: fewer than 2³¹ pixels.
  /// - Returns: The measures.
  package func score(
    _ map: Plane, boxes: [BoundingBox], region: MapRegion
  ) -> MapScore {
    guard map.values.allSatisfy(\.isFinite) else { return MapScore(.nonFinite, settings: settings) }
    // Checked before resizing, which may round one value to two.
    guard map.values.contains(where: { $0 != map.values[0] }) else {
      return MapScore(.flat, settings: settings)
    }
    let large = map.resized(width: region.columns, height: region.rows)
    let values = large.values
    guard let most = values.max(), let least = values.min(), (most - least).isFinite else {
      return MapScore(.nonFinite, settings: settings)
    }
    // A picture smaller than the map may see one value only.
    guard let normalized = large.normalized(), let peak = values.firstIndex(of: most) else {
      return MapScore(.flat, settings: settings)
    }
    let (row, column) = peak.quotientAndRemainder(dividingBy: region.columns)
    let point = region.center(column: column, row: row)
    let box = largestBox(values, above: settings.maximumShare * most, region: region)
    let overlap = box.map { boxes.greatestOverlap(with: $0) } ?? 0
    let sweeps = sweep(normalized.values, boxes: boxes, region: region)
    return MapScore(
      condition: .scored, peak: [point.x, point.y],
      isPointingHit: boxes.contains { isHit($0, x: point.x, y: point.y) },
      box: box, overlap: overlap, isBoxRight: box != nil && overlap >= settings.requiredOverlap,
      sweep: sweeps.largest, bestSweep: sweeps.best)
  }

  /// Whether a point is in a box, or the middle of one of the box's pixels is nearer than the
  /// tolerance.
  private func isHit(_ box: BoundingBox, x: Double, y: Double) -> Bool {
    if box.contains(x: x, y: y) { return true }
    // The middles of a box's outermost pixels are half a pixel inside its edges.
    let across = max(0, box.left + 0.5 - x, x - (box.right - 0.5))
    let down = max(0, box.top + 0.5 - y, y - (box.bottom - 0.5))
    return across * across + down * down < settings.pointingTolerance * settings.pointingTolerance
  }

  private func largestBox(
    _ values: [Double], above limit: Double, region: MapRegion
  ) -> BoundingBox? {
    // If the maximum is not positive, its share is no less, and no pixel is above.
    var components = ComponentSweep(
      width: region.columns, height: region.rows, connectivity: settings.connectivity)
    for pixel in ThresholdLevels(values, above: limit)[0] { components.insert(Int(pixel)) }
    return components.largest.map(region.box)
  }

  private func sweep(
    _ normalized: [Double], boxes: [BoundingBox], region: MapRegion
  ) -> (largest: [Double], best: [Double]) {
    let levels = ThresholdLevels(normalized: normalized, steps: settings.thresholdSteps)
    var components = ComponentSweep(
      width: region.columns, height: region.rows, connectivity: settings.connectivity)
    var largest = [Double](repeating: 0, count: levels.count)
    var best = largest
    for level in (0..<levels.count).reversed() {
      let pixels = levels[level]
      if pixels.isEmpty {
        // Never the highest level, which the maximum reaches.
        largest[level] = largest[level + 1]
        best[level] = best[level + 1]
        continue
      }
      for pixel in pixels { components.insert(Int(pixel)) }
      if let component = components.largest {
        largest[level] = boxes.greatestOverlap(with: region.box(of: component))
      }
      components.forEachComponent { component in
        best[level] = max(best[level], boxes.greatestOverlap(with: region.box(of: component)))
      }
    }
    return (largest, best)
  }
}

extension [BoundingBox] {
  /// The intersection over union with the box that overlaps most; 0 without boxes.
  fileprivate func greatestOverlap(with box: BoundingBox) -> Double {
    reduce(0) { Swift.max($0, box.intersectionOverUnion($1)) }
  }
}
