#!/usr/bin/env python3
"""Writes what the original's drawing gives, for the tests to compare with.

  python3 tools/seed_drawing.py SEED -o Tests/ImagingTests/Fixtures/seed-drawing.json

Needs: pip install numpy h5py (made with numpy 2.4.6, h5py 3.16.0). SEED is a folder with
`render_golden_R.h5` and `render_golden_R_cases.h5`, which R 4.2.2 wrote with the C resize and the R
blur of EBImage 4.45.1. They are large and not part of the repository; this file is a few KB and is.

The steps are computed here once more, without densecam, and held against R before anything is
written:

  stretch, resize, network input, palette, indices    the same bits as R
  grey, blur                                          to 1e-14 (R blurs by FFT)

where an index counts if 255 v is not within 1e-9 of a half. What is written:

  palette   R's 256 colours
  r         R's maps, each with facts about what R made of it: the hash of all values where bits
            agree, some values of the blur, the indices that hang on a tie
  small     maps and pictures made of (37 i mod 101) / 101, with all that this script makes of them;
            the overlay is the one step of which R left no output
"""
import argparse
import json
import os
import sys

import h5py
import numpy as np


def taps(old, new):
    """Half-pixel centres; the edge repeats outside."""
    place = np.clip((np.arange(new) + .5) * (1 / (new / old)) - .5, 0, old - 1)
    low = np.floor(place).astype(int)
    return low, np.minimum(low + 1, old - 1), place - low


def resized(a, height, width):
    low, high, share = taps(a.shape[1], width)
    a = a[:, low] * (1 - share) + a[:, high] * share
    low, high, share = taps(a.shape[0], height)
    share = share[:, None]
    return a[low] * (1 - share) + a[high] * share


def blurred(a, size=7, sigma=2):
    """Two dimensions at once, on a circle: the definition, and not two passes."""
    reach = size // 2
    y, x = np.mgrid[-reach:reach + 1, -reach:reach + 1]
    kernel = np.exp(-(x * x + y * y) / (2 * sigma * sigma))
    kernel /= kernel.sum()
    total = np.zeros(a.shape)
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            total += kernel[dy + reach, dx + reach] * np.roll(a, (-dy, -dx), (0, 1))
    return total


def stretched(a):
    return (a - a.min()) / (a.max() - a.min())


def indices(heat):
    return np.rint(255 * heat).astype(int)  # halves to even


def ties(heat):
    scaled = 255 * heat
    return np.abs(scaled - np.floor(scaled) - .5) < 1e-9


def palette():
    """colorRampPalette: straight lines in RGB as fractions of 255, truncated."""
    stops = [0x000099, 0x00FEFF, 0x45FE4F, 0xFCFF00, 0xFF9400, 0xFF3100]
    rgb = np.array([[s >> 16 & 255, s >> 8 & 255, s & 255] for s in stops]) / 255
    places, at = (np.append(np.arange(n - 1) * (1 / (n - 1)), 1) for n in (len(stops), 256))
    left = np.minimum(np.searchsorted(places, at, side="right") - 1, len(stops) - 2)
    share = ((at - places[left]) / (places[left + 1] - places[left]))[:, None]
    mixed = rgb[left] + (rgb[left + 1] - rgb[left]) * share
    mixed[at == 1] = rgb[-1]
    return (mixed * 255).astype(int)


def network_input(pixels, height, width):
    """[3][height][width] in single precision, from 0...255."""
    planes = [resized(pixels[:, :, c] / 255, height, width) * 256 for c in range(3)]
    return np.stack(planes).astype(np.float32)


def grey(pixels, height, width):
    red, green, blue = (resized(pixels[:, :, c] / 255, height, width) for c in range(3))
    return .3 * red + .59 * green + .11 * blue


def overlay(brightness, heat, colors):
    opacity = 128 / 255
    drawn = opacity * colors[indices(heat)] + (1 - opacity) * 255 * stretched(brightness)[..., None]
    return np.floor(drawn + .5).astype(int)


def fnv(values):
    """FNV-1a, 64 bits, of the bytes."""
    result = 0xCBF29CE484222325
    for byte in np.ascontiguousarray(values).tobytes():
        result = (result ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{result:016x}"


def require(holds, what):
    if not holds:
        sys.exit(f"{what}: R has another value")


def facts(name, raw, r_resized, r_blurred, r_indices):
    """Holds one map against R, and says what R made of it."""
    height, width = r_blurred.shape
    large = resized(stretched(raw), height, width)
    heat = blurred(large)
    require((large == r_resized).all(), f"{name}, resized")
    require(np.abs(heat - r_blurred).max() <= 1e-14, f"{name}, blurred")
    open_ones = ties(r_blurred)
    require((indices(heat) + 1 == r_indices)[~open_ones].all(), f"{name}, indices")
    known = np.where(open_ones, 0, r_indices - 1).astype(np.uint8)
    print(f"{name}: blur within {np.abs(heat - r_blurred).max():.1e}, {open_ones.sum()} ties")
    flat = r_blurred.reshape(-1)
    return {
        "name": name, "map": [row.tolist() for row in raw], "width": width, "height": height,
        "resized": fnv(r_resized.astype("<f8")), "indices": fnv(known),
        "ties": np.flatnonzero(open_ones).tolist(),
        "blurred": [[i, flat[i]] for i in range(0, flat.size, flat.size // 12)]}


def ramp(*shape):
    return (np.arange(np.prod(shape)) * 37 % 101 / 101).reshape(shape)


def small(map_size, picture_size, size):
    """One map and one picture, at one size."""
    (rows, columns), (height, width) = map_size, size
    pixels = np.rint(ramp(*picture_size, 3) * 255)
    raw = ramp(rows, columns) * 9 - 4
    heat = blurred(resized(stretched(raw), height, width))
    require(not ties(heat).any(), "a small map with a tie, which is no good to compare")
    brightness = grey(pixels, height, width)
    return {
        "rows": rows, "columns": columns, "pictureRows": picture_size[0],
        "pictureColumns": picture_size[1], "width": width, "height": height,
        "resized": fnv(resized(stretched(raw), height, width).astype("<f8")),
        "blurred": heat.reshape(-1).tolist(),
        "indices": bytes(indices(heat).reshape(-1).tolist()).hex(),
        "input": fnv(network_input(pixels, height, width).astype("<f4")),
        "grey": brightness.reshape(-1).tolist(),
        "overlay": bytes(overlay(brightness, heat, palette()).reshape(-1).tolist()).hex()}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seed", metavar="SEED", help="the folder with R's outputs")
    parser.add_argument("-o", "--output", required=True, metavar="FILE")
    options = parser.parse_args()
    result = {"r": []}
    with h5py.File(os.path.join(options.seed, "render_golden_R.h5")) as file:
        require((palette() == file["palette_rgb"][...]).all(), "palette")
        result["palette"] = file["palette_rgb"][...].astype(np.uint8).tobytes().hex()
        names = ("cam7", "resized224", "smoothed224", "index1_256")
        result["r"].append(facts("square", *(file[n][...] for n in names)))
    with h5py.File(os.path.join(options.seed, "render_golden_R_cases.h5")) as file:
        for name in ("12x7", "7x10", "corner", "ramp"):
            names = ("cam_raw", "resized", "smoothed", "index1_256")
            group = file["cam"][name]
            result["r"].append(facts(name, *(group[n][...] for n in names)))
            colors = palette()[group["index1_256"][...].astype(int) - 1]
            require((colors == group["palette_rgb"][...]).all(), f"{name}, colours")
        require(np.isnan(file["cam/flat/smoothed"][...]).all(), "a flat map")
        for name, group in file["picture"].items():
            pixels, expected = group["pixels"][...], group["input"][0]
            require((network_input(pixels, *expected.shape[1:]) == expected).all(), name)
            difference = np.abs(grey(pixels, *expected.shape[1:]) - group["gray"][...]).max()
            require(difference <= 1e-14, f"{name}, grey")
            print(f"{name}: the input has the same bits, grey is within {difference:.1e}")
    result["small"] = [small((3, 4), (5, 7), (8, 13)), small((4, 2), (6, 4), (5, 6))]
    with open(options.output, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=0, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main()
