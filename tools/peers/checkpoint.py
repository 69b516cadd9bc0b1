"""Reads MXNet checkpoints, of any version since 0.8, without MXNet."""

import ast
import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

LIST_MAGIC = 0x112
VERSION_1, VERSION_2, VERSION_3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
# MXNet's codes of element types.
FLOATS: dict[int, np.dtype[np.floating]] = {
    0: np.dtype("<f4"), 1: np.dtype("<f8"), 2: np.dtype("<f2")}
LARGEST_RANK = 64


class CheckpointError(Exception):
    """What is wrong with a checkpoint, with the file's or the node's name."""


@dataclass(frozen=True)
class Node:
    """A node of a symbol file: an operator, or a variable where `operator` is "null"."""

    name: str
    operator: str
    attributes: dict[str, str]
    inputs: list[tuple[int, int]]

    def error(self, cause: str) -> CheckpointError:
        return CheckpointError(f"node {self.name} ({self.operator}): {cause}")

    def flag(self, key: str, default: bool) -> bool:
        text = self.attributes.get(key, "None")
        if text == "None":
            return default
        if text not in ("True", "true", "1", "False", "false", "0"):
            raise self.error(f"{key}={text} is neither true nor false")
        return text in ("True", "true", "1")

    def number(self, key: str, default: float) -> float:
        text = self.attributes.get(key, "None")
        try:
            return default if text == "None" else float(text)
        except ValueError:
            raise self.error(f"{key}={text} is no number") from None

    def integer(self, key: str, default: int) -> int:
        return int(self.number(key, default))

    def pair(self, key: str, default: int | None = None) -> tuple[int, int]:
        """Two sides, height first. Without a default the attribute must be there."""
        text = self.attributes.get(key, "()")
        try:
            sides = tuple(int(side) for side in ast.literal_eval(text.replace("L", "")))
        except (ValueError, SyntaxError, TypeError):
            raise self.error(f"{key}={text} is no pair of integers") from None
        if not sides and default is not None:
            return default, default
        if len(sides) != 2:
            raise self.error(f"{key}={text} is not two-dimensional")
        return sides[0], sides[1]

    def require(self, key: str, *allowed: str) -> None:
        """Refuses an attribute that is there and says anything else."""
        text = self.attributes.get(key, "None")
        if text != "None" and text not in allowed:
            raise self.error(f"{key}={text} is not supported")


@dataclass(frozen=True)
class Checkpoint:
    """A network's nodes in an order in which they can run, its outputs and its parameters."""

    nodes: list[Node]
    heads: list[tuple[int, int]]
    parameters: dict[str, np.ndarray]


def load(name: str) -> Checkpoint:
    """The checkpoint PREFIX:EPOCH, that is PREFIX-symbol.json and PREFIX-EPOCH.params."""
    prefix, colon, epoch = name.rpartition(":")
    if not colon or not epoch.isdigit():
        raise CheckpointError(f"{name}: not PREFIX:EPOCH")
    nodes, heads = read_symbol(Path(f"{prefix}-symbol.json"))
    return Checkpoint(nodes, heads, read_parameters(Path(f"{prefix}-{int(epoch):04d}.params")))


def read_symbol(path: Path) -> tuple[list[Node], list[tuple[int, int]]]:
    """The nodes and outputs; the places that hold a node's attributes have changed since 0.8."""
    try:
        symbol = json.loads(path.read_text(encoding="utf-8"))
        nodes = [
            Node(
                name=node["name"], operator=node["op"],
                attributes={
                    key: str(value) for place in ("param", "attr", "attrs")
                    for key, value in (node.get(place) or {}).items()},
                inputs=[(entry[0], entry[1]) for entry in node["inputs"]])
            for node in symbol["nodes"]
        ]
        return nodes, [(entry[0], entry[1]) for entry in symbol["heads"]]
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror}") from None
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise CheckpointError(f"{path}: no symbol file: {error!r}") from None


def read_parameters(path: Path) -> dict[str, np.ndarray]:
    """The arrays as 32-bit floats, by name without "arg:" or "aux:"."""
    try:
        reader = Reader(path.read_bytes())
        magic, _, count = reader.take("QQQ")
        if magic != LIST_MAGIC:
            raise CheckpointError(f"{path}: no MXNet parameter file")
        arrays = [reader.array() for _ in range(count)]
        (name_count,) = reader.take("Q")
        names = [reader.text() for _ in range(name_count)]
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror}") from None
    except (struct.error, ValueError) as error:
        raise CheckpointError(f"{path}: {error}") from None
    if len(names) != len(arrays):
        raise CheckpointError(f"{path}: {len(arrays)} arrays but {len(names)} names")
    return {name.removeprefix("arg:").removeprefix("aux:"): array
            for name, array in zip(names, arrays)}


class Reader:
    """Takes little-endian values from the front of a parameter file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.offset = 0

    def take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.offset)
        self.offset += struct.calcsize("<" + layout)
        return values

    def chunk(self, count: int) -> bytes:
        if not 0 <= count <= len(self.data) - self.offset:
            raise ValueError(f"{count} bytes are not left at byte {self.offset}")
        self.offset += count
        return self.data[self.offset - count:self.offset]

    def text(self) -> str:
        (length,) = self.take("Q")
        return self.chunk(length).decode("utf-8")

    def array(self) -> np.ndarray:
        """One array under any of the four headers that MXNet has written."""
        start = self.offset
        shape = self.shape()
        self.take("ii")  # The device that held it says nothing about its contents.
        (code,) = self.take("i")
        if code not in FLOATS:
            raise ValueError(f"the array at byte {start} has elements of type {code}, not floats")
        if any(side <= 0 for side in shape):
            raise ValueError(f"the array at byte {start} has the shape {shape}")
        elements = self.chunk(math.prod(shape) * FLOATS[code].itemsize)
        return np.frombuffer(elements, FLOATS[code]).reshape(shape).astype(np.float32)

    def shape(self) -> tuple[int, ...]:
        start = self.offset
        (magic,) = self.take("I")
        if magic in (VERSION_2, VERSION_3):
            storage, rank = self.take("iI")
            if storage != 0:
                raise ValueError(f"the array at byte {start} is sparse")
        else:
            # The oldest header has no magic number: the rank stands in its place.
            rank = self.take("I")[0] if magic == VERSION_1 else magic
        if rank > LARGEST_RANK or rank == 0 and magic != VERSION_3:
            raise ValueError(f"the array at byte {start} has no shape that can be")
        return self.take(f"{rank}{'q' if magic >= VERSION_1 else 'I'}")
