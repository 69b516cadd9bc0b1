"""Puts what was measured into words, tables and JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compare import Candidate

LEGEND = """
min: the least of all runs; round: the median of the rounds' least; median: that
of all runs. Over densecam: the same as a multiple of densecam's, so that above 1
densecam is faster; by round: the range of the single rounds' ratios of minima."""


def processor() -> dict[str, str]:
    """The first processor's lines of /proc/cpuinfo."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n")[0].splitlines()
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}


def instruction_set() -> str:
    """The widest vectors that this processor computes 32-bit floats on."""
    flags = set(processor().get("flags", "").split())
    if "avx512f" in flags:
        return "AVX-512"
    return "AVX2" if {"avx2", "fma"} <= flags else "no AVX2"


def header(options: argparse.Namespace) -> str:
    load = os.getloadavg()[0]
    held = "" if options.isa == "native" else f", held to {options.isa}"
    return (
        f"{processor().get('model name', 'unknown processor')}, {instruction_set()}{held}; "
        f"{len(os.sched_getaffinity(0))} processors, load {load:.2f}\n"
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}\n"
        f"{Path(options.model).name}, {options.size}, batch {options.batch}, 32-bit floats; "
        f"{options.rounds} x {options.runs} runs")


def agreement(candidates: list[Candidate], threads: int) -> str:
    """How far each is from the double-precision logits."""
    lines = [f"\n{threads} thread{'s' if threads > 1 else ''}; relative L2 error of the logits:"]
    lines += [
        f"  {candidate.name:<12} {candidate.relative_error:.1e}  on {candidate.instruction_set}"
        for candidate in candidates]
    return "\n".join(lines)


def progress(candidates: list[Candidate], turn: int, count: int) -> str:
    minima = ", ".join(f"{each.name} {min(each.rounds[-1]):.2f}" for each in candidates)
    return f"round {turn + 1} of {count}, least ms a run: {minima}"


def summary(candidate: Candidate, batch: int) -> dict[str, float]:
    """The three figures of a candidate in milliseconds per image.

    What disturbs a run makes it longer, so the least time says most about a program; the median
    over the rounds says whether it was had once or every time.
    """
    everything = [sample for turn in candidate.rounds for sample in turn]
    return {
        "min": min(everything) / batch,
        "round": statistics.median(min(turn) for turn in candidate.rounds) / batch,
        "median": statistics.median(everything) / batch,
    }


def ratios(candidate: Candidate, reference: Candidate) -> list[float]:
    """Each round's least time as a multiple of the reference's in the same round."""
    return [min(own) / min(other) for own, other in zip(candidate.rounds, reference.rounds)]


def table(candidates: list[Candidate], batch: int) -> str:
    """One row for each candidate; the first is what the others are held against."""
    reference = summary(candidates[0], batch)
    lines = [
        f"{'':23} {'ms per image':>26}  {'over densecam':>23}",
        f"{'candidate':<12} {'version':<10} {'min':>8} {'round':>8} {'median':>8}"
        f"  {'min':>5} {'round':>5} {'by round':>11}"]
    for candidate in candidates:
        own = summary(candidate, batch)
        over = {key: own[key] / reference[key] for key in ("min", "round")}
        by_round = ratios(candidate, candidates[0])
        lines.append(
            f"{candidate.name:<12} {candidate.version:<10} {own['min']:>8.2f}"
            f" {own['round']:>8.2f} {own['median']:>8.2f}  {over['min']:>5.2f}"
            f" {over['round']:>5.2f} {min(by_round):>6.2f}-{max(by_round):.2f}")
    return "\n".join(lines)


def document(options: argparse.Namespace, results: dict[int, list[Candidate]]) -> str:
    """Every time of every run, with all that is needed to read it."""
    return json.dumps({
        "schema": "densecam.peers/1",
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "processor": processor().get("model name"), "instruction_set": instruction_set(),
            "allowed_processors": len(os.sched_getaffinity(0)), "load": os.getloadavg(),
            "system": f"{platform.system()} {platform.release()}",
        },
        "model": Path(options.model).name, "size": options.size, "batch": options.batch,
        "isa": options.isa, "backend": options.backend,
        "threads": [
            {
                "threads": threads,
                "candidates": [
                    {
                        "name": candidate.name, "version": candidate.version,
                        "instruction_set": candidate.instruction_set,
                        "relative_error": candidate.relative_error,
                        "ms_per_image": summary(candidate, options.batch),
                        "round_ratios": ratios(candidate, candidates[0]),
                        "ms_per_run": candidate.rounds,
                    } for candidate in candidates
                ],
            } for threads, candidates in results.items()
        ],
    }, indent=1) + "\n"
