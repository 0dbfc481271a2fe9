"""What an index holds: one row for each piece of a theme, each clause and each companion."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from index import themes as cutting
from index.embedding import ThemeEmbeddings, Vectors
from index.themes import Theme

LAYOUT = 1
"""Part of the fingerprint: raise it when what is stored changes."""

LONGEST_PIECE = 1_600
"""Characters: about 400 tokens of Dutch, under the 512 that multilingual-e5-small reads."""

BACKGROUND = "background"
"""Group of the generic questions that search measures a theme's popularity by."""

_BACKGROUND_FILE = Path(__file__).parent / "background.txt"


@dataclass(frozen=True)
class Companion:
    """A text whose vector the caller wants kept beside the themes, so that opening needs no model.

    Attributes:
        group: A name to find it by.
        text: The text.
        is_query: Whether it is embedded as a question or as a passage.
        vector: Its unit vector, where the caller knows it already.
    """

    group: str
    text: str
    is_query: bool = False
    vector: Vectors | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Row:
    """One text to be stored with its vector; ``id`` is stable, so building twice changes nothing."""

    id: str
    text: str
    is_query: bool
    metadata: dict[str, str | int]
    vector: Vectors | None = field(default=None, compare=False)


def embed(rows: Sequence[Row], embeddings: ThemeEmbeddings) -> Vectors:
    """Unit vectors of the rows, shape (n, dimensions)."""
    vectors: dict[str, Any] = {row.id: row.vector for row in rows if row.vector is not None}
    for is_query, embed in ((True, embeddings.query_vectors), (False, embeddings.passage_vectors)):
        chosen = [row for row in rows if row.is_query == is_query and row.vector is None]
        if chosen:
            vectors.update(zip((row.id for row in chosen), embed([row.text for row in chosen]), strict=True))
    return np.stack([vectors[row.id] for row in rows])


def rows_of(themes: Sequence[Theme], companions: Iterable[Companion]) -> list[Row]:
    """Every row of an index; clauses are embedded as "Title: clause"."""
    rows = []
    background = [
        Companion(BACKGROUND, line, True) for line in _BACKGROUND_FILE.read_text("utf-8").splitlines()
    ]
    for theme in themes:
        text = theme.document.text
        common: dict[str, str | int] = {"theme": theme.id, "number": theme.number, "title": theme.title}
        for order, (start, end) in enumerate(cutting.pieces(theme, LONGEST_PIECE)):
            metadata = {**common, "kind": "theme", "start": start, "end": end}
            rows.append(Row(f"{theme.id}/{order}", text[start:end], False, metadata))
        for order, (start, end) in enumerate(cutting.clauses(text, theme.body_start, theme.end)):
            metadata = {**common, "kind": "clause", "start": start, "end": end}
            titled = f"{theme.title}: {text[start:end]}"
            rows.append(Row(f"{theme.id}/clause/{order}", titled, False, metadata))
    for order, companion in enumerate([*background, *companions]):
        metadata = {"kind": "companion", "group": companion.group, "order": order}
        key = f"companion/{order}"
        rows.append(Row(key, companion.text, companion.is_query, metadata, companion.vector))
    return rows


def fingerprint(rows: Sequence[Row], embeddings: ThemeEmbeddings) -> str:
    """A digest of the texts as they are embedded (and so of seeds and cutting) and of the model."""
    digest = hashlib.sha256(f"{LAYOUT}|{cutting.VERSION}|{embeddings.fingerprint}".encode())
    for row in rows:
        digest.update(f"\0{row.id}\0{row.is_query}\0{row.text}\0{sorted(row.metadata.items())}".encode())
    return digest.hexdigest()[:20]
