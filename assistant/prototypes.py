"""Sentences that stand for a kind: vectors of them are kept with the index and compared with a question.

``prototypes.json`` holds questions, in Dutch and English, for each kind of question.
``contrasts.json`` holds statements that the document does *not* make: on other subjects altogether,
and of the sort that people ask for about any subject (cost, number, date, person) and that a document
may leave out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from assistant import criticism, embedded
from assistant.answer import Language
from assistant.kinds import KindClassifier
from index.documents import Document
from index.embedding import Vectors
from index.rows import Companion
from index.store import ThemeStore

_FOLDER = Path(__file__).parent
OFF_TOPIC = "off_topic"


@cache
def _questions() -> Mapping[str, Mapping[Language, Sequence[str]]]:
    loaded: dict[str, dict[Language, list[str]]] = json.loads(
        (_FOLDER / "prototypes.json").read_text("utf-8")
    )
    return loaded


@cache
def _contrasts() -> Mapping[str, Sequence[str]]:
    loaded: dict[str, list[str]] = json.loads((_FOLDER / "contrasts.json").read_text("utf-8"))
    return loaded


@cache
def words_of(kinds: tuple[str, ...]) -> frozenset[str]:
    """Every word of the prototype questions of ``kinds``, in small letters."""
    texts = [text for kind in kinds for way in _questions()[kind].values() for text in way]
    return frozenset(word for text in texts for word in re.findall(r"[^\W_]+", text.lower()))


def companions(documents: Iterable[Document], model: str) -> list[Companion]:
    """Every prototype, contrast and sentence of criticism, to be kept beside the themes of ``documents``.

    Args:
        documents: What is indexed.
        model: Fingerprint of the embedding model; what is known of its vectors comes along.
    """
    unstated = [
        Companion(_unstated_group(document.name), f"{document.title}: {text}")
        for document in documents
        for text in _contrasts()["unstated"]
    ]
    return [*embedded.with_vectors(lasting_companions(), model), *unstated]


def lasting_companions() -> list[Companion]:
    """Those that are the same whatever is indexed."""
    kinds = [
        Companion(kind, text, is_query=True)
        for kind, languages in _questions().items()
        for texts in languages.values()
        for text in texts
    ]
    off_topic = [Companion(OFF_TOPIC, text) for text in _contrasts()["off_topic"]]
    return [*kinds, *off_topic, *criticism.companions()]


@dataclass(frozen=True)
class Prototypes:
    """The vectors of prototypes and contrasts, read from an open index.

    Attributes:
        kinds: Unit vectors of the prototype questions of each kind, each of shape (n, dimensions).
        off_topic: Of the statements on other subjects.
        unstated: Of the statements that each document may leave out, by the document's name.
        classifier: Tells the kinds apart.
    """

    kinds: Mapping[str, Vectors]
    off_topic: Vectors
    unstated: Mapping[str, Vectors]
    classifier: KindClassifier

    @classmethod
    def read(cls, store: ThemeStore) -> Prototypes:
        """Read them from ``store``."""
        names = {theme.document.name for theme in store.themes}
        kinds = {kind: store.companions(kind)[1] for kind in _questions()}
        return cls(
            kinds,
            store.companions(OFF_TOPIC)[1],
            {name: store.companions(_unstated_group(name))[1] for name in names},
            KindClassifier(kinds),
        )

    def language_of(self, vector: Vectors, kind: str) -> Language:
        """The language of the prototype of ``kind`` that ``vector`` is nearest to."""
        languages = [language for language, texts in _questions()[kind].items() for _ in texts]
        return languages[int(np.argmax(self.kinds[kind] @ vector))]


def nearness(vector: Vectors, prototypes: Vectors, nearest: int) -> float:
    """Mean cosine of ``vector`` with the ``nearest`` most similar of ``prototypes``."""
    return float(np.sort(prototypes @ vector)[-nearest:].mean())


def _unstated_group(name: str) -> str:
    return f"unstated:{name}"
