"""Colours and surfaces, drawn alike for objects, for clutter and for what lies behind them.

Nothing here knows which kind of object it colours: a colour or a pattern gives no kind away.
"""

import colorsys

import numpy as np
from PIL import Image


def colour(rng):
    """A colour anywhere between pale and deep, dark and bright; 0...255."""
    rgb = colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.05, 1.0), rng.uniform(0.12, 1.0))
    return np.array(rgb, np.float32) * 255


def _near(rng, base, spread):
    return np.clip(base + rng.normal(0, spread, 3), 0, 255).astype(np.float32)


def _wave(rng, height, width, period):
    """A plane coordinate in some direction, in periods of ``period`` pixels."""
    angle = rng.uniform(0, np.pi)
    y = np.arange(height, dtype=np.float32)[:, None]
    x = np.arange(width, dtype=np.float32)[None, :]
    return (x * np.cos(angle) + y * np.sin(angle)) / period + np.float32(rng.random())


def smooth_noise(rng, height, width, cell, channels):
    """Noise without detail below about ``cell`` pixels, of deviation about 1."""
    rows, columns = int(np.ceil(height / cell)) + 1, int(np.ceil(width / cell)) + 1
    grid = rng.standard_normal((rows, columns, channels)).astype(np.float32)
    planes = [
        np.asarray(Image.fromarray(grid[:, :, c]).resize((width, height), Image.BICUBIC))
        for c in range(channels)
    ]
    return np.stack(planes, axis=2)


def surface(rng, height, width):
    """A surface of ``height`` x ``width`` pixels, float32, 0...255.

    Flat, shaded from one colour to another, striped, dotted, checked or clouded; the second colour
    of a pattern is as often close to the first as far from it.
    """
    first = colour(rng)
    second = _near(rng, first, 35) if rng.random() < 0.5 else colour(rng)
    pattern = rng.choice(
        ["flat", "shade", "stripes", "dots", "checks", "clouds"],
        p=[0.22, 0.22, 0.16, 0.12, 0.1, 0.18])
    period = rng.uniform(7, 22)
    if pattern == "flat":
        mix = np.zeros((height, width), np.float32)
    elif pattern == "shade":
        mix = _wave(rng, height, width, 1.0)
        mix = (mix - mix.min()) / max(float(np.ptp(mix)), 1e-6)
    elif pattern == "stripes":
        mix = np.clip(np.sin(_wave(rng, height, width, period) * 2 * np.pi) * 3 + 0.5, 0, 1)
    elif pattern == "dots":
        y = np.arange(height, dtype=np.float32)[:, None] / period
        x = np.arange(width, dtype=np.float32)[None, :] / period
        a = np.sin(x * 2 * np.pi) * np.sin(y * 2 * np.pi)
        mix = np.clip(a * 4 - 0.8, 0, 1)
    elif pattern == "checks":
        y = np.arange(height, dtype=np.float32)[:, None] / period
        x = np.arange(width, dtype=np.float32)[None, :] / period
        mix = np.clip(np.sin(x * 2 * np.pi) * np.sin(y * 2 * np.pi) * 6 + 0.5, 0, 1)
    else:
        mix = np.clip(smooth_noise(rng, height, width, period, 1)[:, :, 0] * 0.5 + 0.5, 0, 1)
    picture = first + (second - first) * mix[:, :, None]
    if rng.random() < 0.5:
        picture += rng.standard_normal((height, width, 1), np.float32) * rng.uniform(1, 7)
    return np.clip(picture, 0, 255)


def ground(rng, height, width):
    """What lies behind everything: two colours running into each other, clouds and fine grain."""
    first, second = colour(rng), colour(rng)
    mix = _wave(rng, height, width, 1.0)
    mix = (mix - mix.min()) / max(float(np.ptp(mix)), 1e-6)
    picture = first + (second - first) * mix[:, :, None]
    for cell in (rng.uniform(40, 90), rng.uniform(10, 30)):
        picture += smooth_noise(rng, height, width, cell, 3) * rng.uniform(3, 16)
    if rng.random() < 0.4:
        weight = rng.uniform(0.1, 0.4)
        picture = picture * (1 - weight) + surface(rng, height, width) * weight
    picture += rng.standard_normal((height, width, 1), np.float32) * rng.uniform(0, 6)
    return np.clip(picture, 0, 255)
