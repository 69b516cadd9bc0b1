#!/usr/bin/env python3
"""Run an ONNX model with one runtime, in this process alone, and print one JSON object.

  peer_time.py openvino densenet169.onnx golden.h5 --threads 2 --runs 30

The input is the golden's, repeated over the batch, and the result is held against the golden's
logits. With --runs 0 nothing is timed.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

WARM_UP_RUNS, WARM_UP_SECONDS = 5, 0.5
# The least normal 32-bit float: what is smaller has lost its digits.
SMALLEST = np.finfo(np.float32).tiny


@dataclass(frozen=True)
class Peer:
    """A model ready to run: `run` computes, `result` is what the last run has left."""

    version: str
    instruction_set: str
    run: Callable[[], object]
    result: Callable[[], np.ndarray]


def openvino(model: Path, image: np.ndarray, threads: int) -> Peer:
    """OpenVINO for one request at a time, with its input and output in place."""
    import openvino as ov

    compiled = ov.Core().compile_model(model, "CPU", {
        "PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": "1", "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "f32"})
    request = compiled.create_infer_request()
    # Its own tensor: it would not keep an array of ours alive.
    request.get_input_tensor().data[:] = image
    requirements = dict(
        entry.split("=", 1) for entry in compiled.get_property("RUNTIME_REQUIREMENTS").split(";"))
    return Peer(
        version=requirements["ov"], instruction_set=requirements["isa"],
        run=lambda: request.infer(share_outputs=True),
        result=lambda: request.get_output_tensor().data)


def onnxruntime(model: Path, image: np.ndarray, threads: int) -> Peer:
    """ONNX Runtime on its own processor backend, with input and output bound once."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    source, target = session.get_inputs()[0], session.get_outputs()[0]
    output = ort.OrtValue.ortvalue_from_shape_and_type(target.shape, np.float32)
    binding = session.io_binding()
    binding.bind_ortvalue_input(
        source.name, ort.OrtValue.ortvalue_from_numpy(np.repeat(image, source.shape[0], axis=0)))
    binding.bind_ortvalue_output(target.name, output)
    return Peer(
        version=ort.__version__, instruction_set="the processor's best",
        run=lambda: session.run_with_iobinding(binding), result=output.numpy)


PEERS = {"openvino": openvino, "onnxruntime": onnxruntime}


def read_golden(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The input and the logits of a golden's only case."""
    with h5py.File(path) as file:
        (case,) = file["cases"].values()
        return case["input"][:], case["logits"][:].astype(np.float64)


def relative_error(result: np.ndarray, logits: np.ndarray, are_probabilities: bool) -> float:
    """The relative L2 distance of an image's logits, the worst of the batch.

    A softmax forgets a constant, so both are compared less their mean.
    """
    values = result.astype(np.float64).reshape(len(result), -1)
    found = np.log(np.maximum(values, SMALLEST)) if are_probabilities else log_softmax(values)
    expected = centred(log_softmax(logits))
    differences = np.linalg.norm(centred(found) - expected, axis=1)
    return float((differences / np.linalg.norm(expected)).max())


def log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(axis=1, keepdims=True)
    logarithms = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return np.maximum(logarithms, np.log(SMALLEST))


def centred(values: np.ndarray) -> np.ndarray:
    return values - values.mean(axis=1, keepdims=True)


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1e3


def samples(run: Callable[[], object], count: int) -> list[float]:
    """The milliseconds of every run after the warm-up."""
    spent, done = 0.0, 0
    while done < WARM_UP_RUNS or spent < WARM_UP_SECONDS * 1e3:
        spent += timed(run)
        done += 1
    return [timed(run) for _ in range(count)]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("model", type=Path, metavar="FILE.onnx")
    parser.add_argument("golden", type=Path, metavar="GOLDEN.h5")
    parser.add_argument("--threads", type=int, default=1, metavar="N")
    parser.add_argument("--runs", type=int, default=30, metavar="N")
    parser.add_argument("--logits", action="store_true", help="the model ends without a softmax")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    image, logits = read_golden(options.golden)
    peer = PEERS[options.peer](options.model, image, options.threads)
    peer.run()
    milliseconds = samples(peer.run, options.runs) if options.runs else []
    print(json.dumps({
        "version": peer.version,
        "instruction_set": peer.instruction_set,
        "relative_error": relative_error(peer.result(), logits, not options.logits),
        "milliseconds": milliseconds,
    }))


if __name__ == "__main__":
    main()
