"""The reader at work: does a passage answer a question, and where?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from index.themes import sentences
from reader.errors import ReaderUnavailable
from reader.inputs import Inputs, TokenSpan
from reader.network import Encoder
from reader.packed import PackedModel
from reader.weights import WEIGHTS, load

LONGEST_PIECE = 600
"""Characters that are read at once; passages in training have up to 480."""

MOST_PIECES = 6
"""Of one passage; what lies beyond is not read."""

LONGEST_SPAN = 40
"""Tokens; one answer in a hundred of the training data is longer."""


@dataclass(frozen=True)
class Reading:
    """What the reader makes of one passage.

    Attributes:
        score: Logit that the passage answers the question; not calibrated.
        start, end: Offsets in the passage of the words that answer, if any do; always whole words.
        edges: Of each token its offsets and how likely the answer begins or ends there (mean of the two
            probabilities); those of a passage add up to at most 1.
    """

    score: float
    start: int
    end: int
    edges: tuple[tuple[int, int, float], ...] = ()


class Reader:
    """Reads passages for a question; safe to call from several threads.

    Args:
        inputs: Makes tokens of texts.
        encoder: The trained network.
    """

    def __init__(self, inputs: Inputs, encoder: Encoder) -> None:
        self._inputs = inputs
        self._encoder = encoder.eval()

    @classmethod
    def load(cls, weights: Path = WEIGHTS) -> Reader:
        """The reader with the trained weights; takes about half a second after torch.

        Raises:
            ReaderUnavailable: The weights or the model they belong to are missing or damaged.
        """
        state = load(weights)
        packed = PackedModel.bundled()
        with torch.device("meta"):  # no random numbers to be overwritten
            encoder = Encoder(packed.width, packed.heads, packed.inner, packed.epsilon, packed.layers)
        try:
            encoder.load_state_dict(state, assign=True)
        except RuntimeError as error:
            raise ReaderUnavailable(
                f"The reader's weights {weights.name} are of another version. Restore them from the project."
            ) from error
        return cls(Inputs(packed), encoder.requires_grad_(False))

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """One Reading a passage, all of them in one batch; of a long passage, that of its best piece."""
        return self.read_pairs([(question, passage) for passage in passages])

    def read_pairs(self, pairs: Sequence[tuple[str, str]]) -> list[Reading]:
        """The same of pairs of a question and a passage; of sixteen each takes two thirds of the time."""
        pieces = [(row, start, end) for row, (_, text) in enumerate(pairs) for start, end in cut(text)]
        if not pieces:
            return []
        batch = self._inputs.encode([(pairs[row][0], pairs[row][1][start:end]) for row, start, end in pieces])
        with torch.inference_mode():
            answers, edges = self._encoder(batch.states, batch.lengths, batch.passage)
        best: dict[int, Reading] = {}
        for at, (row, shift, _) in enumerate(pieces):
            score = float(answers[at])
            if row not in best or score > best[row].score:
                start, end = _best_span(edges[at], batch.spans[at])
                start, end = _whole_words(pairs[row][1], shift + start, shift + end)
                best[row] = Reading(score, start, end, _edges(edges[at], batch.spans[at], shift))
        return [best[row] for row in range(len(pairs))]


def cut(text: str) -> list[tuple[int, int]]:
    """Spans of ``text`` to be read one at a time, cut at sentence ends where that can be."""
    spans: list[tuple[int, int]] = []
    for start, end in sentences(text, 0, len(text)):
        if spans and end - spans[-1][0] <= LONGEST_PIECE:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.extend((at, min(at + LONGEST_PIECE, end)) for at in range(start, end, LONGEST_PIECE))
    return spans[:MOST_PIECES] or [(0, 0)]


def _best_span(edges: Tensor, spans: Sequence[TokenSpan]) -> tuple[int, int]:
    """The likeliest first and last token, as characters; (0, 0) for a passage without any."""
    places = [at for at, span in enumerate(spans) if span is not None]
    if not places:
        return 0, 0
    first, last = edges[places, 0], edges[places, 1]
    sums = first[:, None] + last[None, :]
    allowed = torch.ones_like(sums, dtype=torch.bool).triu().tril(LONGEST_SPAN - 1)
    best = int(sums.masked_fill(~allowed, float("-inf")).argmax())
    begin, stop = spans[places[best // len(places)]], spans[places[best % len(places)]]
    assert begin is not None and stop is not None
    return begin[0], stop[1]


def _edges(edges: Tensor, spans: Sequence[TokenSpan], shift: int) -> tuple[tuple[int, int, float], ...]:
    likely = edges.softmax(0).mean(1).tolist()
    return tuple(
        (span[0] + shift, span[1] + shift, share)
        for span, share in zip(spans, likely, strict=False)
        if span is not None
    )


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without spaces and stops at its edges, and no word of it cut."""
    while start < end and not text[start].isalnum() and text[start] not in "\"'“‘€$£(":
        start += 1
    while end > start and text[end - 1] in " \t\r\n.,;:!?":
        end -= 1
    if start == end:
        return start, end
    while start > 0 and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return start, end
