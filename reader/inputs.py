"""Texts as the trained half takes them: the frozen half's states of question and passage, side by side."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from reader.network import Lower
from reader.packed import PackedModel
from reader.tokenizer import Tokenizer

QUESTION = "query: "
PASSAGE = "passage: "
"""E5's own prefixes."""

_MOST_TOKENS = {QUESTION: 64, PASSAGE: 320}
_MOST_CHARACTERS = {QUESTION: 400, PASSAGE: 2000}  # no token of what lies beyond is kept, so none is made


@dataclass(frozen=True)
class Encoded:
    """A text after the frozen half.

    Attributes:
        states: (tokens, width), in half precision; begin and end mark and the prefix among them.
        spans: Start and end of each token in the text; None for those that stand for none of it.
    """

    states: Tensor
    spans: tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True)
class Batch:
    """Pairs of question and passage, padded to one length.

    Attributes:
        states: (pairs, tokens, width), the question's tokens first.
        present: False on padding, (pairs, tokens).
        passage: True on tokens that stand for some of the passage's text, (pairs, tokens).
        offsets: Where each passage's tokens begin.
    """

    states: Tensor
    present: Tensor
    passage: Tensor
    offsets: tuple[int, ...]


class Inputs:
    """The frozen half with its tokenizer; keeps what it made of the last texts.

    Safe to call from several threads.

    Args:
        packed: The model it is read from.
        kept: Texts of which the states are kept, about 100 kB each.
    """

    def __init__(self, packed: PackedModel, kept: int) -> None:
        self._tokenizer = Tokenizer(packed.vocabulary())
        self._lower = Lower(packed).eval()
        self._size = kept
        self._kept: OrderedDict[tuple[str, str], Encoded] = OrderedDict()
        self._lock = threading.Lock()

    def encode(self, prefix: str, texts: Sequence[str]) -> list[Encoded]:
        """Each text after the frozen half.

        Those not kept are run one at a time: in a batch, padding would change the last digits with the
        company that a text keeps.
        """
        with self._lock:
            found = {text: self._kept.get((prefix, text)) for text in texts}
        missing = [text for text, encoded in found.items() if encoded is None]
        found.update((text, self._run(prefix, [text])[0]) for text in missing)
        encoded = [known for text in texts if (known := found[text]) is not None]
        with self._lock:
            for text, known in zip(texts, encoded, strict=True):
                self._kept[prefix, text] = known
                self._kept.move_to_end((prefix, text))
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return encoded

    def _run(self, prefix: str, texts: Sequence[str]) -> list[Encoded]:
        rows, spans = [], []
        for text in texts:
            tokens = self._tokenizer.encode(prefix + text[: _MOST_CHARACTERS[prefix]])
            most = _MOST_TOKENS[prefix] - 2
            rows.append([self._tokenizer.begin, *tokens.ids[:most], self._tokenizer.end])
            spans.append((None, *(_within(span, len(prefix)) for span in tokens.spans[:most]), None))
        with torch.no_grad():
            states, _ = self._lower(rows)
        return [
            Encoded(states[at, : len(row)].half(), spans_of)
            for at, (row, spans_of) in enumerate(zip(rows, spans, strict=True))
        ]


def join(pairs: Sequence[tuple[Encoded, Encoded]]) -> Batch:
    """Pairs of an encoded question and an encoded passage as one batch."""
    longest = max(len(question.spans) + len(passage.spans) for question, passage in pairs)
    states = torch.zeros(len(pairs), longest, pairs[0][0].states.shape[1])
    present = torch.zeros(len(pairs), longest, dtype=torch.bool)
    in_passage = torch.zeros(len(pairs), longest, dtype=torch.bool)
    for row, (question, passage) in enumerate(pairs):
        middle, end = len(question.spans), len(question.spans) + len(passage.spans)
        states[row, :middle] = question.states
        states[row, middle:end] = passage.states
        present[row, :end] = True
        in_passage[row, middle:end] = torch.tensor([span is not None for span in passage.spans])
    return Batch(states, present, in_passage, tuple(len(question.spans) for question, _ in pairs))


def _within(span: tuple[int, int], shift: int) -> tuple[int, int] | None:
    """A token's span in the text without its prefix; None for the prefix and for marks without characters."""
    start, end = span[0] - shift, span[1] - shift
    return (start, end) if start >= 0 and end > start else None
