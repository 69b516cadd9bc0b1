import MicrokernelsAVX2
import MicrokernelsAVX512
import MicrokernelsBaseline
import MicrokernelsBaseline16

// The builds of the inner loops, side by side. A closure is written out for each, because
// functions of other modules have no common type that could be looped over.

extension MicrokernelTable {
  static let baseline = unsafe MicrokernelTable(
    laneCount: 4, tilePixels: 6,
    scaleShift: { unsafe MicrokernelsBaseline.scaleShift($0, $1, $2, $3, $4, $5) },
    add: { unsafe MicrokernelsBaseline.add($0, $1, $2, $3, $4) },
    maximum: { unsafe MicrokernelsBaseline.maximum($0, $1, $2, $3) },
    padBlock: {
      unsafe MicrokernelsBaseline.padBlock($0, $1, $2, $3, $4, $5, $6, $7)
    },
    gatherBlock: { unsafe MicrokernelsBaseline.gatherBlock($0, $1, $2, $3, $4) },
    scaleShiftBlocks: {
      unsafe MicrokernelsBaseline.scaleShiftBlocks($0, $1, $2, $3, $4, $5, $6, $7, $8)
    },
    averageBlock: { unsafe MicrokernelsBaseline.averageBlock($0, $1, $2, $3, $4, $5, $6, $7, $8) },
    poolBlock: { unsafe MicrokernelsBaseline.poolBlock($0, $1, $2, $3, $4, $5, $6) },
    multiply: {
      unsafe MicrokernelsBaseline.multiply($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    },
    multiplyLanes: {
      unsafe MicrokernelsBaseline.multiplyLanes($0, $1, $2, $3, $4, $5, $6, $7, $8)
    },
    multiplyAddRounds: { MicrokernelsBaseline.multiplyAddRounds($0) },
    readElements: { unsafe MicrokernelsBaseline.readElements($0, $1) },
    addProducts: { unsafe MicrokernelsBaseline.addProducts($0, $1, $2, $3, $4, $5) },
    winograd2Input: { unsafe MicrokernelsBaseline.winograd2Input($0, $1, $2, $3, $4) },
    winograd2Output: { unsafe MicrokernelsBaseline.winograd2Output($0, $1, $2, $3, $4, $5, $6) },
    winograd4Input: { unsafe MicrokernelsBaseline.winograd4Input($0, $1, $2, $3, $4) },
    winograd4Output: { unsafe MicrokernelsBaseline.winograd4Output($0, $1, $2, $3, $4, $5, $6) })
}

extension MicrokernelTable {
  static let baseline16 = unsafe MicrokernelTable(
    laneCount: 16, tilePixels: 14,
    scaleShift: { unsafe MicrokernelsBaseline16.scaleShift($0, $1, $2, $3, $4, $5) },
    add: { unsafe MicrokernelsBaseline16.add($0, $1, $2, $3, $4) },
    maximum: { unsafe MicrokernelsBaseline16.maximum($0, $1, $2, $3) },
    padBlock: {
      unsafe MicrokernelsBaseline16.padBlock($0, $1, $2, $3, $4, $5, $6, $7)
    },
    gatherBlock: { unsafe MicrokernelsBaseline16.gatherBlock($0, $1, $2, $3, $4) },
    scaleShiftBlocks: {
      unsafe MicrokernelsBaseline16.scaleShiftBlocks($0, $1, $2, $3, $4, $5, $6, $7, $8)
    },
    averageBlock: {
      unsafe MicrokernelsBaseline16.averageBlock($0, $1, $2, $3, $4, $5, $6, $7, $8)
    },
    poolBlock: { unsafe MicrokernelsBaseline16.poolBlock($0, $1, $2, $3, $4, $5, $6) },
    multiply: {
      unsafe MicrokernelsBaseline16.multiply($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    },
    multiplyLanes: {
      unsafe MicrokernelsBaseline16.multiplyLanes($0, $1, $2, $3, $4, $5, $6, $7, $8)
    },
    multiplyAddRounds: { MicrokernelsBaseline16.multiplyAddRounds($0) },
    readElements: { unsafe MicrokernelsBaseline16.readElements($0, $1) },
    addProducts: { unsafe MicrokernelsBaseline16.addProducts($0, $1, $2, $3, $4, $5) },
    winograd2Input: { unsafe MicrokernelsBaseline16.winograd2Input($0, $1, $2, $3, $4) },
    winograd2Output: { unsafe MicrokernelsBaseline16.winograd2Output($0, $1, $2, $3, $4, $5, $6) },
    winograd4Input: { unsafe MicrokernelsBaseline16.winograd4Input($0, $1, $2, $3, $4) },
    winograd4Output: { unsafe MicrokernelsBaseline16.winograd4Output($0, $1, $2, $3, $4, $5, $6) })
}

extension MicrokernelTable {
  static let avx2 = unsafe MicrokernelTable(
    laneCount: 8, tilePixels: 6,
    scaleShift: { unsafe MicrokernelsAVX2.scaleShift($0, $1, $2, $3, $4, $5) },
    add: { unsafe MicrokernelsAVX2.add($0, $1, $2, $3, $4) },
    maximum: { unsafe MicrokernelsAVX2.maximum($0, $1, $2, $3) },
    padBlock: {
      unsafe MicrokernelsAVX2.padBlock($0, $1, $2, $3, $4, $5, $6, $7)
    },
    gatherBlock: { unsafe MicrokernelsAVX2.gatherBlock($0, $1, $2, $3, $4) },
    scaleShiftBlocks: {
      unsafe MicrokernelsAVX2.scaleShiftBlocks($0, $1, $2, $3, $4, $5, $6, $7, $8)
    },
    averageBlock: { unsafe MicrokernelsAVX2.averageBlock($0, $1, $2, $3, $4, $5, $6, $7, $8) },
    poolBlock: { unsafe MicrokernelsAVX2.poolBlock($0, $1, $2, $3, $4, $5, $6) },
    multiply: { unsafe MicrokernelsAVX2.multiply($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10) },
    multiplyLanes: { unsafe MicrokernelsAVX2.multiplyLanes($0, $1, $2, $3, $4, $5, $6, $7, $8) },
    multiplyAddRounds: { MicrokernelsAVX2.multiplyAddRounds($0) },
    readElements: { unsafe MicrokernelsAVX2.readElements($0, $1) },
    addProducts: { unsafe MicrokernelsAVX2.addProducts($0, $1, $2, $3, $4, $5) },
    winograd2Input: { unsafe MicrokernelsAVX2.winograd2Input($0, $1, $2, $3, $4) },
    winograd2Output: { unsafe MicrokernelsAVX2.winograd2Output($0, $1, $2, $3, $4, $5, $6) },
    winograd4Input: { unsafe MicrokernelsAVX2.winograd4Input($0, $1, $2, $3, $4) },
    winograd4Output: { unsafe MicrokernelsAVX2.winograd4Output($0, $1, $2, $3, $4, $5, $6) })
}

extension MicrokernelTable {
  static let avx512 = unsafe MicrokernelTable(
    laneCount: 16, tilePixels: 14,
    scaleShift: { unsafe MicrokernelsAVX512.scaleShift($0, $1, $2, $3, $4, $5) },
    add: { unsafe MicrokernelsAVX512.add($0, $1, $2, $3, $4) },
    maximum: { unsafe MicrokernelsAVX512.maximum($0, $1, $2, $3) },
    padBlock: {
      unsafe MicrokernelsAVX512.padBlock($0, $1, $2, $3, $4, $5, $6, $7)
    },
    gatherBlock: { unsafe MicrokernelsAVX512.gatherBlock($0, $1, $2, $3, $4) },
    scaleShiftBlocks: {
      unsafe MicrokernelsAVX512.scaleShiftBlocks($0, $1, $2, $3, $4, $5, $6, $7, $8)
    },
    averageBlock: { unsafe MicrokernelsAVX512.averageBlock($0, $1, $2, $3, $4, $5, $6, $7, $8) },
    poolBlock: { unsafe MicrokernelsAVX512.poolBlock($0, $1, $2, $3, $4, $5, $6) },
    multiply: { unsafe MicrokernelsAVX512.multiply($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10) },
    multiplyLanes: { unsafe MicrokernelsAVX512.multiplyLanes($0, $1, $2, $3, $4, $5, $6, $7, $8) },
    multiplyAddRounds: { MicrokernelsAVX512.multiplyAddRounds($0) },
    readElements: { unsafe MicrokernelsAVX512.readElements($0, $1) },
    addProducts: { unsafe MicrokernelsAVX512.addProducts($0, $1, $2, $3, $4, $5) },
    winograd2Input: { unsafe MicrokernelsAVX512.winograd2Input($0, $1, $2, $3, $4) },
    winograd2Output: { unsafe MicrokernelsAVX512.winograd2Output($0, $1, $2, $3, $4, $5, $6) },
    winograd4Input: { unsafe MicrokernelsAVX512.winograd4Input($0, $1, $2, $3, $4) },
    winograd4Output: { unsafe MicrokernelsAVX512.winograd4Output($0, $1, $2, $3, $4, $5, $6) })
}
