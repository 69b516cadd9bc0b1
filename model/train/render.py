"""Renders scenes ahead of training, in chunks, so that training reads them and draws nothing.

    python render.py train 16000 POOL

writes POOL/train-00000.npz, ...: ``pictures`` uint8 N x 224 x 224 x 3 and ``objects`` int16
N x 3 x 5, rows kind, left, top, width, height, kind -1 where there is none. Chunks that exist are
left alone, so a stopped run goes on where it was.
"""

import argparse
import os
from multiprocessing import Pool
from pathlib import Path

import numpy as np

import scenes

CHUNK = 500


def chunk(split, number, count, side):
    """Scenes ``number * CHUNK`` and following of a split, and their objects."""
    pictures = np.empty((CHUNK, side, side, 3), np.uint8)
    objects = np.full((CHUNK, 3, 5), -1, np.int16)
    for i in range(CHUNK):
        pictures[i], placed = scenes.scene(split, number * CHUNK + i, count, side, side)
        for slot, thing in enumerate(placed):
            objects[i, slot] = (thing.kind, *thing.box())
    return pictures, objects


def _write(job):
    split, number, count, side, folder = job
    path = Path(folder) / f"{split}-{number:05d}.npz"
    if path.exists():
        return
    pictures, objects = chunk(split, number, count, side)
    partial = path.with_suffix(f".{os.getpid()}.part")
    with open(partial, "wb") as file:
        np.savez(file, pictures=pictures, objects=objects)
    partial.rename(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("split", choices=scenes.SPLITS)
    parser.add_argument("scenes", type=int)
    parser.add_argument("folder")
    parser.add_argument("--objects", type=int, help="objects in every scene (else mixed)")
    parser.add_argument("--side", type=int, default=scenes.SIDE)
    parser.add_argument("--first", type=int, default=0, help="first chunk")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    Path(options.folder).mkdir(parents=True, exist_ok=True)
    last = options.first + -(-options.scenes // CHUNK)
    jobs = [
        (options.split, n, options.objects, options.side, options.folder)
        for n in range(options.first, last)]
    with Pool(options.workers) as pool:
        for _ in pool.imap(_write, jobs):
            pass


if __name__ == "__main__":
    main()
