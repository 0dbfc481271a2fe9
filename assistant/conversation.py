"""What kind of question is it, and what does a follow-up refer to?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.answer import Language
from assistant.language import detect
from index.embedding import ThemeEmbeddings, Vectors

History = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Request:
    """A question as the rest of the chain needs it.

    Attributes:
        question: As asked, without white space at its ends.
        language: Of the question.
        vector: Unit vector to search with, shape (dimensions,).
    """

    question: str
    language: Language
    vector: Vectors


def understand(question: str, history: History, embeddings: ThemeEmbeddings) -> Request:
    """Read ``question`` in the light of the turns before it."""
    return Request(question, detect(question, "nl"), embeddings.query_vectors([question])[0])
