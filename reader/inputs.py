"""Pairs of question and passage as the trained layers take them: tokens, embedded, of both together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from reader.network import Embedding
from reader.packed import PackedModel
from reader.tokenizer import Tokenizer

QUESTION = "query: "
PASSAGE = "passage: "
"""E5's own prefixes."""

_MOST_TOKENS = {QUESTION: 60, PASSAGE: 320}
_MOST_CHARACTERS = {QUESTION: 400, PASSAGE: 2000}  # no token of what lies beyond is kept, so none is made

TokenSpan = tuple[int, int] | None
"""Start and end of a token in the passage; None for one that stands for none of it."""


@dataclass(frozen=True)
class Batch:
    """Embedded pairs of question and passage, one behind the other.

    Attributes:
        states: (tokens, width), in each pair the question's tokens first.
        passage: True on tokens that stand for some of a passage's text, (tokens,).
        spans: Of each pair's tokens.
    """

    states: Tensor
    passage: Tensor
    spans: tuple[tuple[TokenSpan, ...], ...]

    @property
    def lengths(self) -> list[int]:
        """Tokens of each pair."""
        return [len(spans) for spans in self.spans]


class Inputs:
    """The tokenizer and the frozen embedding; safe to call from several threads.

    Args:
        packed: The model it is read from.
        device: That it computes on.
    """

    def __init__(self, packed: PackedModel, device: str = "cpu") -> None:
        self._tokenizer = Tokenizer(packed.vocabulary())
        self._embedding = Embedding(packed).eval().to(device)

    def encode(self, pairs: Sequence[tuple[str, str]]) -> Batch:
        """Pairs of a question and a passage, in one batch (at least one); what is too long loses its end."""
        rows, spans = [], []
        for question, passage in pairs:
            asked, _ = self._tokens(QUESTION, question)
            told, places = self._tokens(PASSAGE, passage)
            begin, end = self._tokenizer.begin, self._tokenizer.end
            rows.append([begin, *asked, end, *told, end])
            spans.append((*(None for _ in range(len(asked) + 2)), *places, None))
        with torch.no_grad():
            states = self._embedding(rows)
        in_passage = [place is not None for places in spans for place in places]
        return Batch(states, torch.tensor(in_passage, device=states.device), tuple(spans))

    def _tokens(self, prefix: str, text: str) -> tuple[tuple[int, ...], tuple[TokenSpan, ...]]:
        tokens = self._tokenizer.encode(prefix + text[: _MOST_CHARACTERS[prefix]])
        most = _MOST_TOKENS[prefix]
        return tokens.ids[:most], tuple(_within(span, len(prefix)) for span in tokens.spans[:most])


def _within(span: tuple[int, int], shift: int) -> TokenSpan:
    """A token's span in the text without its prefix; None for the prefix and for marks without characters."""
    start, end = span[0] - shift, span[1] - shift
    return (start, end) if start >= 0 and end > start else None
