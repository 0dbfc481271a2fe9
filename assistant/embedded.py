"""Vectors of the sentences that every index holds beside its themes, for the bundled model.

Embedding some eight hundred sentences takes many seconds, and they are the same for every document. Made
anew by ``python -m assistant.calibration.embed``, which is due when a sentence or the bundled model changes.
A sentence that is not among them is embedded when an index is built; so are all of them for another model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from index.embedding import ThemeEmbeddings, Vectors
from index.rows import Companion, Row, embed

FILE = Path(__file__).with_name("embedded.safetensors")
_TENSOR = "vectors"


def with_vectors(companions: Iterable[Companion], model: str) -> list[Companion]:
    """The companions, each with its vector where it is known.

    Args:
        companions: Texts.
        model: Fingerprint of the embedding model.
    """
    made_by, known = _known()
    if made_by != model:
        return list(companions)
    return [replace(companion, vector=known.get(_key(companion))) for companion in companions]


def _key(companion: Companion) -> str:
    return hashlib.sha256(f"{companion.is_query}|{companion.text}".encode()).hexdigest()[:16]


@cache
def _known() -> tuple[str, Mapping[str, Vectors]]:
    """The model that they are from, and the vectors by key."""
    with safe_open(FILE, framework="numpy") as file:
        about = file.metadata()
        vectors = file.get_tensor(_TENSOR).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return about["model"], dict(zip(about["keys"].split(), vectors, strict=True))


def write(companions: Iterable[Companion], embeddings: ThemeEmbeddings) -> int:
    """Embed the companions, each text once, and write the file; returns how many they are."""
    keyed = {_key(each): each for each in companions}
    rows = [Row(key, each.text, each.is_query, {}) for key, each in keyed.items()]
    about = {"model": embeddings.fingerprint, "keys": " ".join(keyed)}
    save_file({_TENSOR: embed(rows, embeddings).astype(np.float16)}, FILE, about)
    FILE.chmod(0o644)
    return len(rows)
