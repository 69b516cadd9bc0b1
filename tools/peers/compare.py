#!/usr/bin/env python3
"""Let densecam, OpenVINO and ONNX Runtime take turns on one network.

  compare.py --model densenet169@1 --threads 1,2 --rounds 6 --runs 30
  compare.py --model squeezenet_v1.0:0 --size 227x227 --isa avx2 --json times.json

In every round each runs in a process of its own, so that no waiting thread of one slows another,
and the order changes from round to round. Nothing is timed before all have computed the same.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import checkpoint
import checkpoint_to_onnx
import report
from peer_time import PEERS, WARM_UP_RUNS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PICTURE = ROOT / "model/pictures/scene.png"
MILLISECONDS = {"ns": 1e-6, "us": 1e-3, "ms": 1.0, "s": 1e3}

# The largest relative L2 distance of logits to the double-precision ones that still is rounding:
# the DenseNets are at 1e-6, and a wrong epsilon of a batch norm gives far more.
AGREEMENT = 1e-4

# What a shell may have set for other programs, and would hold one candidate back and not another.
FOREIGN_SETTINGS = (
    "DENSECAM_", "DNNL_", "GOMP_", "GOTO_", "KMP_", "ONEDNN_", "OMP_", "OPENBLAS_", "OV_", "TBB_")
PASSES_ON = ("Dropout", "Flatten", "_copy", "flatten", "identity")
HELD_TO = {
    "native": {},
    "avx2": {"DENSECAM_ISA": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"},
}


class CompareError(Exception):
    """Why there is nothing to print."""


@dataclass(frozen=True)
class Network:
    """One network in the forms that the candidates read, and what it should compute."""

    checkpoint: str
    onnx: Path
    golden: Path
    logits: str
    ends_in_softmax: bool


@dataclass
class Candidate:
    """A program, and what it has said at one number of threads: each round's milliseconds."""

    name: str
    version: str = ""
    instruction_set: str = ""
    relative_error: float = float("inf")
    rounds: list[list[float]] = field(default_factory=list)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="densenet169@1", metavar="NAME|PREFIX:EPOCH")
    parser.add_argument("--size", default="224x224", metavar="WxH")
    parser.add_argument("--batch", type=positive, default=1, metavar="N")
    parser.add_argument("--threads", type=counts, default=[1, 2], metavar="N,...")
    parser.add_argument("--rounds", type=positive, default=6, metavar="N", help="turns of each")
    parser.add_argument("--runs", type=positive, default=30, metavar="N", help="runs timed a turn")
    parser.add_argument("--isa", choices=HELD_TO, default="native", help="hold all to this")
    parser.add_argument("--backend", default="auto", metavar="NAME", help="densecam's backend")
    parser.add_argument("--peers", type=peers, default=list(PEERS), metavar="NAME,...")
    parser.add_argument("--densecam", type=Path, default=ROOT / ".build/release/densecam",
                        metavar="PATH")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every time there")
    return parser.parse_args()


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not positive")
    return value


def counts(text: str) -> list[int]:
    return [positive(part) for part in text.split(",")]


def peers(text: str) -> list[str]:
    names = text.split(",")
    unknown = sorted(set(names) - set(PEERS))
    if unknown:
        raise argparse.ArgumentTypeError(f"no peer {unknown[0]}; there are {', '.join(PEERS)}")
    return names


class Comparison:
    """Runs the candidates on one network under one set of options."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.options = options
        self.environment = {
            key: value for key, value in os.environ.items()
            if not key.startswith(FOREIGN_SETTINGS)} | HELD_TO[options.isa]
        self.network = self.prepare(folder)

    def output(self, *command: object) -> str:
        words = [str(word) for word in command]
        try:
            done = subprocess.run(
                words, env=self.environment, capture_output=True, encoding="utf-8", check=False)
        except OSError as error:
            raise CompareError(f"{words[0]}: {error.strerror}") from None
        if done.returncode != 0:
            raise CompareError(
                f"{' '.join(words)}\nended with status {done.returncode}\n{done.stderr.strip()}")
        return done.stdout

    def densecam(self, *words: object) -> str:
        # A bare name would be looked for on the PATH.
        return self.output(self.options.densecam.resolve(), *words)

    def prepare(self, folder: Path) -> Network:
        """Gives all candidates the same file's weights, and a picture's exact logits."""
        name = self.options.model
        if ":" not in name:
            name = f"{folder / name.replace('@', '-')}:0"
            self.densecam("export", self.options.model, name)
        model, golden = folder / "model.onnx", folder / "golden.h5"
        checkpoint_to_onnx.convert(
            name, model, self.options.batch, checkpoint_to_onnx.size(self.options.size))
        network = checkpoint.load(name)
        logits, ends_in_softmax = logits_of(network)
        self.densecam(
            "golden", "record", "--model", name, "--image", PICTURE, "--size", self.options.size,
            "--taps", f"^{logits}$", "-o", golden)
        return Network(name, model, golden, logits, ends_in_softmax)

    def candidates(self) -> list[Candidate]:
        return [Candidate(name) for name in ("densecam", *self.options.peers)]

    def check(self, candidate: Candidate, threads: int) -> None:
        """Has a candidate compute the golden's picture, and refuses one that is wrong."""
        if candidate.name == "densecam":
            self.check_densecam(candidate, threads)
        else:
            self.run_peer(candidate, threads, 0)
        if not candidate.relative_error <= AGREEMENT:
            raise CompareError(
                f"{candidate.name} with --threads {threads} is off by "
                f"{candidate.relative_error:.1e} and may be by {AGREEMENT:.0e}; "
                "there is no speed of a wrong result")

    def check_densecam(self, candidate: Candidate, threads: int) -> None:
        verdict = json.loads(self.densecam(
            "verify", self.network.golden, "--model", self.network.checkpoint,
            "--backend", self.options.backend, "--threads", threads, "--feed", "network",
            "--match", f"^{self.network.logits}$", "--format", "json"))
        if not verdict["layers"]:
            raise CompareError(f"densecam has no step called {self.network.logits} to check")
        candidate.version = verdict["context"]["version"]
        candidate.instruction_set = verdict["context"]["instruction_set"]
        candidate.relative_error = max(layer["relative_l2"] for layer in verdict["layers"])

    def take_turn(self, candidate: Candidate, threads: int) -> list[float]:
        """The milliseconds of each timed run of one round."""
        if candidate.name == "densecam":
            return self.run_densecam(threads)
        return self.run_peer(candidate, threads, self.options.runs)

    def run_densecam(self, threads: int) -> list[float]:
        """Times densecam, which has checked every layer and warmed up before its first run.

        Its report calls them MODEL/BACKEND/b1/t2/network, and a model's name may hold slashes.
        """
        options = self.options
        result = json.loads(self.densecam(
            "bench", "--model", self.network.checkpoint, "--backend", options.backend,
            "--threads", threads, "--batch", options.batch, "--size", options.size,
            "--repetitions", options.runs + WARM_UP_RUNS, "--cache", "network",
            "--format", "json"))
        wanted = [f"b{options.batch}", f"t{threads}", "network"]
        entries = [
            entry for entry in result["benchmarks"]
            if entry["run_type"] == "iteration" and entry["name"].split("/")[-3:] == wanted]
        if len(entries) != options.runs + WARM_UP_RUNS:
            raise CompareError(f"densecam bench gave {len(entries)} times; name one backend")
        entries.sort(key=lambda entry: entry["repetition_index"])
        return [entry["real_time"] * MILLISECONDS[entry["time_unit"]]
                for entry in entries[WARM_UP_RUNS:]]

    def run_peer(self, candidate: Candidate, threads: int, runs: int) -> list[float]:
        ending = [] if self.network.ends_in_softmax else ["--logits"]
        result: dict[str, Any] = json.loads(self.output(
            sys.executable, HERE / "peer_time.py", candidate.name, self.network.onnx,
            self.network.golden, "--threads", threads, "--runs", runs, *ending))
        candidate.version = result["version"]
        candidate.instruction_set = result["instruction_set"]
        candidate.relative_error = result["relative_error"]
        return list(result["milliseconds"])

    def compare(self, threads: int) -> list[Candidate]:
        """All candidates, checked and timed on a number of threads."""
        candidates = self.candidates()
        for candidate in candidates:
            self.check(candidate, threads)
        print(report.agreement(candidates, threads), flush=True)
        for turn in range(self.options.rounds):
            first = turn % len(candidates)
            for candidate in candidates[first:] + candidates[:first]:
                candidate.rounds.append(self.take_turn(candidate, threads))
            print(report.progress(candidates, turn, self.options.rounds), file=sys.stderr)
        print(report.table(candidates, self.options.batch), flush=True)
        return candidates


def logits_of(network: checkpoint.Checkpoint) -> tuple[str, bool]:
    """The name of the node that computes the logits, and whether a softmax follows."""
    node = network.nodes[network.heads[0][0]]
    ends_in_softmax = "softmax" in node.operator.lower()
    # densecam runs no step for a node that only passes its input on.
    while "softmax" in node.operator.lower() or node.operator in PASSES_ON:
        node = network.nodes[node.inputs[0][0]]
    return node.name, ends_in_softmax


def refuse_what_cannot_be_held(options: argparse.Namespace) -> None:
    """ONNX Runtime asks the processor alone, so that no setting holds it."""
    is_free = "onnxruntime" in options.peers and report.instruction_set() == "AVX-512"
    if options.isa == "avx2" and is_free:
        raise CompareError(
            "nothing holds ONNX Runtime to AVX2 on a processor with AVX-512: leave it out by "
            "--peers openvino, or compare without --isa")


def main() -> None:
    options = arguments()
    try:
        refuse_what_cannot_be_held(options)
        print(report.header(options), flush=True)
        with tempfile.TemporaryDirectory(prefix="densecam-peers-") as folder:
            comparison = Comparison(options, Path(folder))
            results = {threads: comparison.compare(threads) for threads in options.threads}
        print(report.LEGEND)
        if options.json:
            options.json.write_text(report.document(options, results), encoding="utf-8")
    except (CompareError, checkpoint.CheckpointError, OSError) as error:
        sys.exit(f"compare: {error}")


if __name__ == "__main__":
    main()
