#!/usr/bin/env python3
"""Compares the rate of `densecam cam` with that of the network alone.

    stream_throughput.py PHOTOS --pairs 6

`densecam bench` at the batch of `cam` and `densecam cam` on a folder of photos take turns, so that a
change of the machine's speed hits both. The stream's time a photo is that between two drawings, from
when they were written, without the first three batches: loading and warming up do not count. The
network's is the mean of the runs before and behind.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile


def network(options):
    """Mean time of the network alone, in ms an image."""
    command = [options.densecam, "bench", "--model", options.model, "--backend", "auto", "--batch",
               str(options.batch), "--threads", str(options.threads), "--seconds",
               str(options.seconds), "--format", "json"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    runs = [row["real_time"] * {"ns": 1e-6, "us": 1e-3, "ms": 1, "s": 1e3}[row["time_unit"]]
            for row in json.loads(output)["benchmarks"]
            if row["run_type"] == "iteration" and row["name"].endswith("/network")
            and row["name"].count("/") == 4]
    return statistics.mean(runs) / options.batch


def stream(options):
    """Time between two drawings of the running stream, in ms."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [options.densecam, "cam", options.photos, "--model", options.model, "--batch",
             str(options.batch), "--threads", str(options.threads), "--style", options.style, "-o",
             f"{folder}/drawings"], check=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        times = sorted(path.stat().st_mtime_ns
                       for path in pathlib.Path(folder, "drawings").rglob("*.png"))
    first = 3 * options.batch - 1
    if len(times) < 2 * first:
        raise SystemExit(f"{options.photos}: {len(times)} photos are too few for this batch")
    return (times[-1] - times[first]) / 1e6 / (len(times) - 1 - first)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", help="a folder, best of 100 photos or more")
    parser.add_argument("--densecam", default=".build/release/densecam", metavar="PATH")
    parser.add_argument("--model", default="densenet169@1")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--style", default="seed")
    parser.add_argument("--seconds", type=float, default=4, help="of each measurement of the network")
    parser.add_argument("--pairs", type=int, default=6)
    options = parser.parse_args()
    before = network(options)
    ratios = []
    for _ in range(options.pairs):
        photo = stream(options)
        behind = network(options)
        alone = (before + behind) / 2
        before = behind
        ratios.append(alone / photo)
        print(f"network {alone:.1f} ms an image, stream {photo:.1f} ms a photo: "
              f"{ratios[-1]:.3f}", flush=True)
    print(f"median {statistics.median(ratios):.3f} of {len(ratios)}, "
          f"{min(ratios):.3f} to {max(ratios):.3f}")


if __name__ == "__main__":
    main()
