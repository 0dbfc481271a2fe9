"""Does a sentence turn its source around, or claim more than it?

Two word lists carry this, for Dutch and English alike, so that an English sentence can be held against
a Dutch passage. *Opposites* are axes with two sides (groeien, toenemen | afnemen, dalen): a sentence
may not be on the other side of an axis than its source, where a negation in the same clause changes
sides. *Cues* say how far a claim goes (niet, sommige, alle, alleen, kan, moet, zal, doordat): some must
not be added to what the source says, some not be left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from assistant.lexicon import load, pattern

Overlap = Callable[[str, str], float]
"""Share of the content words of the first text (a stretch of the source) that the second takes up."""

ADDED: dict[str, tuple[str, ...]] = {
    "negation": ("negation",),
    "all": ("all",),
    "most": ("most", "all"),
    "only": ("only",),
    "cause": ("cause",),
}
"""A cue of the class on the left needs one of those on the right in the source."""

KEPT: dict[str, tuple[str, ...]] = {
    "negation": ("negation",),
    "some": ("some", "possible"),
    "only": ("only",),
    "possible": ("possible", "some"),
    "need": ("need",),
    "planned": ("planned", "need", "possible"),
}
"""A cue of the class on the left, in a stretch of the source that a sentence takes up, must be answered."""

TAKEN_UP = 0.5
"""Share of the content words around a cue in the source from which the sentence counts as being about it."""

REACH = 5
"""Content words on each side that a cue governs, within its clause."""

_CLAUSE = re.compile(r"[^,;:.!?–—]+")
_BROAD = {"some", "possible"}
"""Classes that govern their sentence, not just their clause ("Voor sommigen …, …, en …")."""


@dataclass(frozen=True)
class _Found:
    """A word of an axis: its side (1 or -1, negation counted), where it stands, and its clause."""

    axis: str
    side: int
    start: int
    clause: str
    word: str


def turned_around(sentence: str, source: Sequence[str], overlap: Overlap) -> str:
    """The axis on which ``sentence`` is opposed to ``source`` (sentences of the cited passages), or ""."""
    given = [found for text in source for found in _sides(text)]
    for found in _sides(sentence):
        same_axis = [other for other in given if other.axis == found.axis]
        if not same_axis or all(other.side == found.side for other in same_axis):
            continue
        if all(other.side != found.side for other in same_axis):
            return f"{found.axis}: {found.word} / {same_axis[0].word}"
        nearest = max(same_axis, key=lambda other: overlap(_without(found), _without(other)))
        if nearest.side != found.side and overlap(_without(found), _without(nearest)) > 0:
            return f"{found.axis}: {found.word} / {nearest.word}"
    return ""


def overstated(sentence: str, source: Sequence[str], overlap: Overlap) -> str:
    """The class of cues that ``sentence`` adds to ``source`` or leaves out of it, or ""."""
    for name, answers in ADDED.items():
        if _cues(name, sentence) and not any(_cues(answer, text) for answer in answers for text in source):
            if name == "negation" and _resolved(sentence, source):
                continue
            return f"{name} added"
    for name, answers in KEPT.items():
        if any(_cues(answer, sentence) for answer in answers):
            continue
        for text in source:
            for stretch in _governed(name, text):
                if overlap(stretch, sentence) >= TAKEN_UP and not (
                    name == "negation" and _resolved(sentence, [text])
                ):
                    return f"{name} left out"
    return ""


def _sides(text: str) -> list[_Found]:
    found = []
    for clause in _CLAUSE.finditer(text):
        words = _blanked(clause.group())
        flip = -1 if len(_negation().findall(words)) % 2 else 1
        for axis, sides in _axes().items():
            for side, expression in zip((1, -1), sides, strict=True):
                found += [
                    _Found(axis, side * flip, clause.start() + match.start(), clause.group(), match.group())
                    for match in expression.finditer(words)
                ]
    return found


def _resolved(sentence: str, source: Iterable[str]) -> bool:
    """Whether the odd negation is answered by an opposite: "neemt niet toe" for "neemt af"."""
    given = [found for text in source for found in _sides(text)]
    mine = _sides(sentence)
    return any(
        found.axis == other.axis
        and found.side == other.side
        and found.word.casefold() != other.word.casefold()
        for found in mine
        for other in given
    )


def _cues(name: str, text: str) -> list[int]:
    expression, exceptions = _cue_patterns(name)
    if exceptions is not None:
        text = exceptions.sub(lambda match: " " * len(match.group()), text)
    return [match.start() for match in expression.finditer(text)]


def _governed(name: str, text: str) -> list[str]:
    """For each cue the stretch of ``text`` that it governs."""
    if name in _BROAD:
        return [text for _ in _cues(name, text)[:1]]
    stretches = []
    for clause in _CLAUSE.finditer(text):
        for start in _cues(name, clause.group()):
            before, after = clause.group()[:start].split(), clause.group()[start:].split()
            stretches.append(" ".join([*before[-REACH:], *after[: REACH + 1]]))
    return stretches


def _without(found: _Found) -> str:
    return found.clause.replace(found.word, " ")


def _blanked(text: str) -> str:
    """``text`` without "niet alleen" and the like, which deny nothing."""
    exceptions = _cue_patterns("negation")[1]
    assert exceptions is not None
    return exceptions.sub(lambda match: " " * len(match.group()), text)


def _negation() -> re.Pattern[str]:
    return _cue_patterns("negation")[0]


@cache
def _cue_patterns(name: str) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    entry = load("cues")[name]
    return pattern([*entry["nl"], *entry["en"]]), pattern(entry["except"]) if entry["except"] else None


@cache
def _axes() -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    return {
        axis: (pattern([*words["nl"][0], *words["en"][0]]), pattern([*words["nl"][1], *words["en"][1]]))
        for axis, words in load("opposites").items()
    }
