#!/usr/bin/env python3
"""Makes the pictures of this folder, each with what must be read from it.

Needs: pip install numpy pillow (made with numpy 1.23.5, Pillow 13.0.0). Without arguments all are
made; the names of functions below make some, as in `make_fixtures.py exif flaws`.

NAME.png or NAME.jpg is the picture. NAME.samples is the expectation: the value of white as a
float64, then RGB samples as uint16, row by row, little-endian. PNG files are encoded here byte by
byte, so that every kind can be had; what JPEG files decode to is what Pillow says.
"""
import io
import os
import struct
import sys
import zlib

import numpy as np
from PIL import Image, ImageOps

HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH, HEIGHT = 11, 7
# x, y of the first pixel and the steps, for each pass of an interlaced picture
PASSES = [
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
    (0, 1, 1, 2)]


def expect(name, samples, white):
    with open(os.path.join(HERE, name + ".samples"), "wb") as f:
        f.write(struct.pack("<d", white) + np.ascontiguousarray(samples, "<u2").tobytes())


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pack(row, bits):
    """One row of samples, most significant bit first, padded to whole bytes."""
    if bits == 16:
        return row.astype(">u2").tobytes()
    spread = (row.reshape(-1, 1) >> np.arange(bits - 1, -1, -1)) & 1
    return np.packbits(spread.astype(np.uint8)).tobytes()


def png(name, samples, color_type, bits, interlaced=False, before=()):
    """samples: [HEIGHT, WIDTH, channels]; before: chunks between the header and the data."""
    height, width = samples.shape[:2]
    passes = PASSES if interlaced else [(0, 0, 1, 1)]
    raw = b""
    for x, y, dx, dy in passes:
        part = samples[y::dy, x::dx]
        if part.shape[0] and part.shape[1]:
            for row in part:
                raw += b"\0" + pack(row.reshape(-1).astype(np.int64), bits)
    packed = chunk(b"IDAT", zlib.compress(raw, 9))
    save_png(name, (height, width), color_type, bits, packed, before, interlaced)


def save_png(name, shape, color_type, bits, data, before=(), interlaced=False, after=()):
    head = struct.pack(
        ">IIBBBBB", shape[1], shape[0], bits, color_type, 0, 0, int(interlaced))
    with open(os.path.join(HERE, name + ".png"), "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head))
        f.write(b"".join(chunk(*c) for c in before) + data)
        f.write(b"".join(chunk(*c) for c in after) + chunk(b"IEND", b""))


def over_white(rgb, alpha, bits):
    rgb, alpha = rgb.astype(np.uint64), alpha.astype(np.uint64)[..., None]
    white = np.uint64(2**bits - 1)
    total = rgb * alpha + white * (white - alpha)
    if bits == 8:
        return total, 255.0 * 255.0
    return np.floor(total / 65535.0 + 0.5), 65535.0


def pngs():
    rng = np.random.RandomState(7)

    def noise(channels, bits):
        return rng.randint(0, 2**bits, (HEIGHT, WIDTH, channels))

    def grey(name, bits, **options):
        v = noise(1, bits)
        png(name, v, 0, bits, **options)
        if bits == 16:
            expect(name, np.repeat(v, 3, 2), 65535.0)
        else:
            expect(name, np.repeat(v * (255 // (2**bits - 1)), 3, 2), 255.0)

    for bits in (1, 2, 4, 8, 16):
        grey("grey%d" % bits, bits)
    grey("grey1-interlaced", 1, interlaced=True)

    for bits in (1, 2, 4, 8):
        count = min(2**bits, 40)
        table = rng.randint(0, 256, (count, 3))
        v = rng.randint(0, count, (HEIGHT, WIDTH, 1))
        name = "palette%d" % bits
        png(name, v, 3, bits, before=[(b"PLTE", table.astype(np.uint8).tobytes())])
        expect(name, table[v[..., 0]], 255.0)
        if bits == 4:
            alphas = rng.randint(0, 256, 9)  # the other colours are opaque
            png(name + "-transparent", v, 3, bits, before=[
                (b"PLTE", table.astype(np.uint8).tobytes()),
                (b"tRNS", alphas.astype(np.uint8).tobytes())])
            alpha = np.concatenate([alphas, np.full(count - 9, 255)])
            expect(name + "-transparent", *over_white(table[v[..., 0]], alpha[v[..., 0]], 8))

    for bits, white in ((8, 255.0), (16, 65535.0)):
        for interlaced in (False, True):
            tail = "%d%s" % (bits, "-interlaced" if interlaced else "")
            v = noise(3, bits)
            png("rgb" + tail, v, 2, bits, interlaced)
            expect("rgb" + tail, v, white)
        v = noise(4, bits)
        v[0, 0, 3], v[0, 1, 3] = 0, 2**bits - 1
        png("rgba%d" % bits, v, 6, bits, interlaced=bits == 16)
        expect("rgba%d" % bits, *over_white(v[..., :3], v[..., 3], bits))
        v = noise(2, bits)
        png("greyalpha%d" % bits, v, 4, bits)
        expect("greyalpha%d" % bits, *over_white(np.repeat(v[..., :1], 3, 2), v[..., 1], bits))

    v = noise(3, 8)
    v[2, 3] = v[5, 1] = (9, 8, 7)
    png("rgb8-transparent", v, 2, 8, before=[(b"tRNS", struct.pack(">HHH", 9, 8, 7))])
    expect("rgb8-transparent", *over_white(v, np.where((v == (9, 8, 7)).all(2), 0, 255), 8))

    # Gamma, resolution, text and a broken colour profile must change nothing.
    v = noise(3, 8)
    png("rgb8-chunks", v, 2, 8, before=[
        (b"gAMA", struct.pack(">I", 100000)), (b"pHYs", struct.pack(">IIB", 1, 1, 1)),
        (b"iCCP", b"broken\0\0nonsense"), (b"tEXt", b"Comment\0no")])
    expect("rgb8-chunks", v, 255.0)


def jpegs():
    rng = np.random.RandomState(8)
    y, x = np.mgrid[0:13, 0:19]
    waves = np.stack([np.sin(x / 3.0), np.cos(y / 2.0), np.sin((x + y) / 4.0)], 2)
    pixels = 128 + 90 * waves + rng.randn(13, 19, 3) * 12
    rgb = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))

    def save(name, image, **options):
        out = io.BytesIO()
        image.save(out, "JPEG", optimize=True, **options)
        with open(os.path.join(HERE, name + ".jpg"), "wb") as f:
            f.write(out.getvalue())
        if image.mode != "CMYK":
            out.seek(0)
            expect(name, np.asarray(Image.open(out).convert("RGB")), 255.0)

    for name, sampling in (("444", 0), ("422", 1), ("420", 2)):
        save("ycc" + name, rgb, quality=85, subsampling=sampling)
    save("progressive", rgb, quality=85, progressive=True)
    save("grey", rgb.convert("L"), quality=85)
    save("rgb", rgb, quality=85, keep_rgb=True)
    save("restarts", rgb, quality=60, restart_marker_blocks=1)
    save("cmyk", rgb.convert("CMYK"), quality=50)


def exif():
    """The eight orientations, as Pillow turns them; both byte orders, before and after the pixels."""
    v = np.arange(6, dtype=np.uint8).reshape(2, 3) * 40
    for tag in range(1, 9):
        order, magic = ("<", b"II*\0") if tag % 2 else (">", b"MM\0*")
        # Two entries, the first of which is of no interest here.
        content = magic + struct.pack(
            order + "IHHHIHHHHIHHI", 8, 2, 0x0100, 3, 1, 3, 0, 0x0112, 3, 1, tag, 0, 0)
        place = dict([("before" if tag % 3 else "after", [(b"eXIf", content)])])
        rows = b"".join(b"\0" + row.tobytes() for row in v)
        name = "exif%d" % tag
        save_png(name, v.shape, 0, 8, chunk(b"IDAT", zlib.compress(rows, 9)), **place)
        with Image.open(os.path.join(HERE, name + ".png")) as image:
            image.load()
            expect(name, np.asarray(ImageOps.exif_transpose(image).convert("RGB")), 255.0)


def flaws():
    """All samples are there, and more."""
    rng = np.random.RandomState(9)
    # Rows that repeat at a distance of 291 bytes, beyond a window of 256.
    v = np.tile(rng.randint(0, 256, (3, 32, 3)), (3, 1, 1)).astype(np.uint8)
    raw = b"".join(b"\0" + row.tobytes() for row in v)
    packed = zlib.compress(raw, 9)
    small = 0x08  # a window of 256 bytes
    window = bytes([small, 31 - small * 256 % 31]) + packed[2:]
    for name, data in (
            ("byte", packed + b"\0"), ("rows", zlib.compress(raw + raw[:200], 9)),
            ("window", window)):
        save_png("flaw-" + name, v.shape, 2, 8, chunk(b"IDAT", data))
        expect("flaw-" + name, v, 255.0)


if __name__ == "__main__":
    for name in sys.argv[1:] or ["pngs", "jpegs", "exif", "flaws"]:
        globals()[name]()
