"""XLM-RoBERTa's SentencePiece tokenizer over the packed vocabulary, with character offsets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from reader.packed import Vocabulary

_SPACE = "▁"  # SentencePiece's mark for the start of a word
_LONGEST_PIECE = 16  # characters, in this vocabulary
_UNKNOWN_PENALTY = 10.0  # under the least likely piece, as SentencePiece has it
_SPECIALS = 4  # the first pieces stand for no text
_CACHED_WORDS = 8192


@dataclass(frozen=True)
class Tokens:
    """A text as the model takes it.

    Attributes:
        ids: Of the pieces, the begin and end marks not among them.
        spans: Start and end of each piece in the text, in characters.
    """

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


class Tokenizer:
    """Cuts texts into pieces; safe to call from several threads.

    No piece of this vocabulary reaches over a space, so the best cut of a text is that of its words.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.begin = vocabulary.begin
        self.end = vocabulary.end
        self._unknown = vocabulary.unknown
        self._characters = vocabulary.characters
        self._scores = vocabulary.scores
        self._unknown_score = float(vocabulary.scores.min()) - _UNKNOWN_PENALTY
        self._ids = {piece: at for at, piece in enumerate(vocabulary.pieces) if at >= _SPECIALS}
        self._cut_word = lru_cache(maxsize=_CACHED_WORDS)(self._best_cut)

    def encode(self, text: str) -> Tokens:
        """The pieces of ``text`` and where each stands in it."""
        characters: list[str] = []
        origins: list[int] = []
        for at, character in enumerate(text):
            for replacement in self._characters.get(character, character):
                if replacement != " " or (characters and characters[-1] != " "):
                    characters.append(replacement)
                    origins.append(at)
        ids: list[int] = []
        spans: list[tuple[int, int]] = []
        at = 0
        for word in "".join(characters).split(" "):
            begin = at
            for piece, length in self._cut_word(word) if word else ():
                last = max(begin, begin + length - 1)
                ids.append(piece)
                spans.append((origins[begin], origins[last] + (length > 0)))  # the mark alone covers nothing
                begin += length
            at += len(word) + 1
        return Tokens(tuple(ids), tuple(spans))

    def _best_cut(self, word: str) -> tuple[tuple[int, int], ...]:
        """Viterbi over pieces: (id, characters of the word covered) in order."""
        marked = _SPACE + word
        size = len(marked)
        best = [0.0] + [float("-inf")] * size
        came: list[tuple[int, int]] = [(0, self._unknown)] * (size + 1)
        for begin in range(size):
            for end in range(begin + 1, min(size, begin + _LONGEST_PIECE) + 1):
                piece = self._ids.get(marked[begin:end])
                if piece is not None:
                    score = best[begin] + float(self._scores[piece])
                elif end == begin + 1:
                    piece, score = self._unknown, best[begin] + self._unknown_score
                else:
                    continue
                if score > best[end]:
                    best[end], came[end] = score, (begin, piece)
        cut: list[tuple[int, int]] = []
        end = size
        while end:
            begin, piece = came[end]
            cut.append((piece, end - max(begin, 1)))
            end = begin
        return tuple(reversed(cut))
