"""Writes the fixtures of this folder with h5py, a writer independent of the Swift module.

    python3 -m venv env && env/bin/pip install h5py numpy && env/bin/python make_fixtures.py

classic.h5 and modern.h5 hold the same things in the oldest and in a recent format; hostile.h5 holds
what must be refused. Written with h5py 3.16 and HDF5 2.0.
"""

import h5py
import numpy as np


def write_values(path, versions):
    with h5py.File(path, "w", libver=versions) as file:
        file.attrs["text"] = "Grüße, 世界"
        file.attrs["empty text"] = ""
        file.attrs["ascii"] = np.bytes_("plain")
        file.attrs.create("fixed", "naïve".encode(), dtype=h5py.string_dtype("utf-8", 16))
        file.attrs.create("latin", b"na\xefve", dtype="S8")
        file.attrs["texts"] = ["one", "two"]
        file.attrs["integer"] = np.int32(-7)
        file.attrs["one in an array"] = np.array([42], np.uint8)
        file.attrs["huge"] = np.uint64(2**64 - 1)
        file.attrs["integers"] = np.array([[1, -2, 3], [4, 5, 1 << 40]], ">i8")
        file.attrs["double"] = 0.1
        file.attrs["float"] = np.float32(0.1)
        file.attrs["flag"] = True
        file.attrs["nothing"] = h5py.Empty("f4")

        group = file.create_group("cases/ä b")
        group.attrs["rank"] = 3
        wide = np.array([0.1, -1e300, np.inf, np.nan, 1 + 2**-24, 1 + 3 * 2**-24])
        group["float64"] = wide
        group["big endian"] = np.array([1.5, -2.25], ">f4")
        group["float16"] = np.array([0.1, 65504, -6e-8, np.inf], np.float16)
        group["int64"] = np.array([[16777217, -3], [2**53 + 1, 0]], np.int64)
        group["uint8"] = np.array([0, 255], np.uint8)
        group["scalar"] = np.float32(2.5)
        group["no elements"] = np.zeros((3, 0), np.float32)
        group["flags"] = np.array([True, False])
        group["words"] = ["a", "b"]
        group["records"] = np.zeros(2, [("x", "f4"), ("y", "i4")])
        group.create_dataset(
            "compressed", data=np.arange(600, dtype=np.float32).reshape(10, 60) / 8,
            chunks=(4, 32), compression=4, shuffle=True, fletcher32=True)
        group.create_dataset("never written", (4,), "f4", chunks=(2,), fillvalue=7)


def write_hostile(path):
    with h5py.File(path, "w") as file:
        file["fine"] = np.float32(1)
        group = file.create_group("group")
        group["parent"] = file["/"]
        group["itself"] = group
        file["soft"] = h5py.SoftLink("/fine")
        file["dangling"] = h5py.SoftLink("/nowhere")
        file["loop"] = h5py.SoftLink("/loop")
        file["external"] = h5py.ExternalLink("classic.h5", "/cases")
        file["a type"] = np.dtype("f4")
        file["null"] = h5py.Empty("f4")
        file.create_dataset("huge", (1 << 20, 1 << 20, 1 << 20), "f4", chunks=(64, 64, 64))
        file.create_dataset("scattered", (1 << 26,), "f4", chunks=(1,))
        file.create_dataset("large chunk", (8,), "f4", chunks=(1 << 29,), maxshape=(None,))
        file.create_dataset("lzf", data=np.zeros(64, np.float32), compression="lzf")
        file.create_dataset("outside", (4,), "f4", external=[("elsewhere.bin", 0, 16)])
        layout = h5py.VirtualLayout((4,), "f4")
        layout[:] = h5py.VirtualSource("classic.h5", "/cases/ä b/scalar", (4,))
        file.create_virtual_dataset("virtual", layout)
        odd = h5py.h5t.IEEE_F32LE.copy()
        odd.set_fields(19, 12, 7, 0, 12)
        odd.set_precision(20)
        space = h5py.h5s.create_simple((2,))
        h5py.h5d.create(file.id, b"odd float", odd, space)


write_values("classic.h5", ("earliest", "v108"))
write_values("modern.h5", ("v110", "v110"))
write_hostile("hostile.h5")
