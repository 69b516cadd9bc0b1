import MicrokernelsAVX2
import MicrokernelsAVX512
import MicrokernelsBaseline

// The three builds of the inner loops, side by side. A closure is written out for each, because
// functions of other modules have no common type that could be looped over.

extension MicrokernelTable {
  static let baseline = unsafe MicrokernelTable(
    laneCount: 4,
    scaleShift: { unsafe MicrokernelsBaseline.scaleShift($0, $1, $2, $3, $4, $5) },
    add: { unsafe MicrokernelsBaseline.add($0, $1, $2, $3, $4) },
    maximum: { unsafe MicrokernelsBaseline.maximum($0, $1, $2, $3) },
    scaleShiftBlock: { unsafe MicrokernelsBaseline.scaleShiftBlock($0, $1, $2, $3, $4, $5) },
    averageBlock: { unsafe MicrokernelsBaseline.averageBlock($0, $1, $2, $3, $4, $5, $6, $7, $8) },
    poolBlock: { unsafe MicrokernelsBaseline.poolBlock($0, $1, $2, $3, $4, $5, $6) },
    multiply: {
      unsafe MicrokernelsBaseline.multiply($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    },
    multiplyLanes: {
      unsafe MicrokernelsBaseline.multiplyLanes($0, $1, $2, $3, $4, $5, $6, $7, $8)
    },
    winograd2Input: { unsafe MicrokernelsBaseline.winograd2Input($0, $1, $2, $3, $4, $5, $6) },
    winograd2Output: {
      unsafe MicrokernelsBaseline.winograd2Output($0, $1, $2, $3, $4, $5, $6, $7, $8)
    },
    winograd4Input: { unsafe MicrokernelsBaseline.winograd4Input($0, $1, $2, $3, $4, $5, $6) },
    winograd4Output: {
      unsafe MicrokernelsBaseline.winograd4Output($0, $1, $2, $3, $4, $5, $6, $7, $8)
    })
}

extension MicrokernelTable {
  static let avx2 = unsafe MicrokernelTable(
    laneCount: 8,
    scaleShift: { unsafe MicrokernelsAVX2.scaleShift($0, $1, $2, $3, $4, $5) },
    add: { unsafe MicrokernelsAVX2.add($0, $1, $2, $3, $4) },
    maximum: { unsafe MicrokernelsAVX2.maximum($0, $1, $2, $3) },
    scaleShiftBlock: { unsafe MicrokernelsAVX2.scaleShiftBlock($0, $1, $2, $3, $4, $5) },
    averageBlock: { unsafe MicrokernelsAVX2.averageBlock($0, $1, $2, $3, $4, $5, $6, $7, $8) },
    poolBlock: { unsafe MicrokernelsAVX2.poolBlock($0, $1, $2, $3, $4, $5, $6) },
    multiply: { unsafe MicrokernelsAVX2.multiply($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10) },
    multiplyLanes: { unsafe MicrokernelsAVX2.multiplyLanes($0, $1, $2, $3, $4, $5, $6, $7, $8) },
    winograd2Input: { unsafe MicrokernelsAVX2.winograd2Input($0, $1, $2, $3, $4, $5, $6) },
    winograd2Output: {
      unsafe MicrokernelsAVX2.winograd2Output($0, $1, $2, $3, $4, $5, $6, $7, $8)
    },
    winograd4Input: { unsafe MicrokernelsAVX2.winograd4Input($0, $1, $2, $3, $4, $5, $6) },
    winograd4Output: {
      unsafe MicrokernelsAVX2.winograd4Output($0, $1, $2, $3, $4, $5, $6, $7, $8)
    })
}

extension MicrokernelTable {
  static let avx512 = unsafe MicrokernelTable(
    laneCount: 16,
    scaleShift: { unsafe MicrokernelsAVX512.scaleShift($0, $1, $2, $3, $4, $5) },
    add: { unsafe MicrokernelsAVX512.add($0, $1, $2, $3, $4) },
    maximum: { unsafe MicrokernelsAVX512.maximum($0, $1, $2, $3) },
    scaleShiftBlock: { unsafe MicrokernelsAVX512.scaleShiftBlock($0, $1, $2, $3, $4, $5) },
    averageBlock: { unsafe MicrokernelsAVX512.averageBlock($0, $1, $2, $3, $4, $5, $6, $7, $8) },
    poolBlock: { unsafe MicrokernelsAVX512.poolBlock($0, $1, $2, $3, $4, $5, $6) },
    multiply: { unsafe MicrokernelsAVX512.multiply($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10) },
    multiplyLanes: { unsafe MicrokernelsAVX512.multiplyLanes($0, $1, $2, $3, $4, $5, $6, $7, $8) },
    winograd2Input: { unsafe MicrokernelsAVX512.winograd2Input($0, $1, $2, $3, $4, $5, $6) },
    winograd2Output: {
      unsafe MicrokernelsAVX512.winograd2Output($0, $1, $2, $3, $4, $5, $6, $7, $8)
    },
    winograd4Input: { unsafe MicrokernelsAVX512.winograd4Input($0, $1, $2, $3, $4, $5, $6) },
    winograd4Output: {
      unsafe MicrokernelsAVX512.winograd4Output($0, $1, $2, $3, $4, $5, $6, $7, $8)
    })
}
