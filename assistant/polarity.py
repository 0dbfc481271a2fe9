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
from functools import cache, lru_cache

from assistant.lexicon import load, pattern
from assistant.vocabulary import content_words

Overlap = Callable[[str, str], float]
"""Share of the content words of the first text (a stretch of the source) that the second takes up."""

ADDED: dict[str, tuple[str, ...]] = {
    "negation": ("negation",),
    "all": ("all",),
    "most": ("most", "all"),
    "only": ("only",),
    "cause": ("cause", "effect"),
    "need": ("need", "difficulty", "planned"),
    "planned": ("planned", "need", "possible"),
}
"""A cue of the class on the left needs one of those on the right in the source."""

KEPT: dict[str, tuple[str, ...]] = {
    "negation": ("negation",),
    "some": ("some", "possible"),
    "only": ("only",),
    "possible": ("possible", "some"),
    "need": ("need",),
    "difficulty": ("difficulty", "need"),
    "planned": ("planned", "need", "possible"),
}
"""A cue of the class on the left, in a stretch of the source that a sentence takes up, must be answered."""

TAKEN_UP = 0.5
"""Share of the content words around a cue in the source from which the sentence counts as being about it."""

MOSTLY = 0.67
"""Share of a sentence's own content words in one sentence of the source from which it retells that one."""

REACH = 3
"""Content words on each side that a cue governs, within its clause."""

_CLAUSE = re.compile(r"[^,;:.!?–—]+")
_JOINT = re.compile(r"\b(?:en|maar|of|terwijl|and|but|or|while|whereas)\b", re.IGNORECASE)
_FEWEST_SHARED = 2
_CLEARLY = 0.2
_EMPTY = {"negation", "only", "possible", "planned"}
"""Classes whose cues are function words for the most part, and carry no subject themselves."""

_BROAD = {"some"}
"""Classes that govern their sentence, not just their clause ("Voor sommigen …, … en …")."""


@dataclass(frozen=True)
class _Found:
    """A word of an axis: its side (1 or -1, negation counted), whether it is denied, and its phrase."""

    axis: str
    side: int
    denied: bool
    phrase: str
    word: str


def turned_around(sentence: str, source: Sequence[str], overlap: Overlap) -> str:
    """The axis on which ``sentence`` is opposed to ``source`` (sentences of the cited passages), or "".

    Where the source is on both sides, the side counts of the phrase that has most in common with the
    sentence's own.
    """
    given = [found for text in source for found in _sides(text)]
    for found in _sides(sentence):
        on_axis = [other for other in given if other.axis == found.axis]
        same = [other for other in on_axis if _answers(found, other)]
        opposite = [other for other in on_axis if other not in same]
        if not opposite or (same and found.axis in _kinds()):
            continue
        nearest = max(opposite, key=lambda other: overlap(_without(found), _without(other)))
        closeness = [overlap(_without(found), _without(other)) for other in (nearest, *same)]
        if not same or closeness[0] > max(closeness[1:]):
            return f"{found.axis}: {found.word} / {nearest.word}"
    return ""


def _answers(found: _Found, other: _Found) -> bool:
    """On the same side; but "not raised" in the source does not make it "lowered"."""
    return found.side == other.side and (found.denied or not other.denied)


def overstated(sentence: str, source: Sequence[str], overlap: Overlap) -> str:
    """The class of cues that ``sentence`` adds to ``source`` or leaves out of it, or ""."""
    for name, answers in ADDED.items():
        given = any(_cues(answer, text) for answer in answers for text in source)
        resolved = name == "negation" and _resolved(sentence, source)
        if _cues(name, sentence) and not given and not resolved:
            return f"{name} added"
    if _denies_elsewhere(sentence, source, overlap):
        return "negation added"
    for name, answers in KEPT.items():
        answered = sum(len(_cues(answer, sentence)) for answer in answers)
        if answered and name != "negation":
            continue
        for text in source:
            if _takes_up(name, sentence, text, overlap, answered) and not (
                name == "negation" and _resolved(sentence, [text])
            ):
                return f"{name} left out"
    return ""


def _denies_elsewhere(sentence: str, source: Sequence[str], overlap: Overlap) -> bool:
    """Whether what ``sentence`` denies is nearest to a clause of the source that denies nothing."""
    clauses = [clause for text in source for clause in _CLAUSE.findall(text)]
    denying = [bool(_cues("negation", clause)) for clause in clauses]
    if not any(denying):
        return False  # another check looks at that
    for clause in _CLAUSE.findall(sentence):
        if _cues("negation", clause) and not _resolved(clause, source):
            closeness = [overlap(clause, other) for other in clauses]
            best = max(score for score, denies in zip(closeness, denying, strict=True) if denies)
            if max(closeness) > best + _CLEARLY:
                return True
    return False


def _takes_up(name: str, sentence: str, text: str, overlap: Overlap, answered: int) -> bool:
    """Whether ``sentence`` is about a stretch of ``text`` that more cues govern than it has answered."""
    for clause in _CLAUSE.finditer(text):
        cues = _cues(name, clause.group())
        for _, end in cues if len(cues) > answered else ():
            if name in _BROAD:
                if overlap(clause.group(), sentence) > 0 and overlap(sentence, text) >= MOSTLY:
                    return True
                continue
            core, stretch = _governed(name, clause.group(), end)
            needed = min(_FEWEST_SHARED, len(stretch)) / max(1, len(stretch))
            if overlap(" ".join(core), sentence) > 0 and overlap(" ".join(stretch), sentence) >= max(
                TAKEN_UP, needed
            ):
                return True
    return False


@lru_cache(maxsize=2_048)
def _sides(text: str) -> tuple[_Found, ...]:
    found = []
    for clause in _CLAUSE.finditer(text):
        words = _blanked(clause.group())
        denied = -1 if len(_negation().findall(words)) % 2 else 1
        for axis, sides in _axes().items():
            flip = 1 if axis in _kinds() else denied
            for side, expression in zip((1, -1), sides, strict=True):
                found += [
                    _Found(axis, side * flip, flip < 0, _phrase(clause.group(), match.start()), match.group())
                    for match in expression.finditer(words)
                ]
    return tuple(found)


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


@lru_cache(maxsize=8_192)
def _cues(name: str, text: str) -> tuple[tuple[int, int], ...]:
    expression, exceptions = _cue_patterns(name)
    if exceptions is not None:
        text = exceptions.sub(lambda match: " " * len(match.group()), text)
    found = tuple(match.span() for match in expression.finditer(text))
    # A cue that carries a subject itself (uitdaging, needed) belongs to what it governs.
    return found if name in _EMPTY else tuple((start, start) for start, _ in found)


def _governed(name: str, clause: str, position: int) -> tuple[Sequence[str], Sequence[str]]:
    """The content words next to a cue that ends at ``position``, and the stretch that it governs."""
    before, after = content_words(clause[:position]), content_words(clause[position:])
    own = 0 if name in _EMPTY else 1
    if len(after) >= _FEWEST_SHARED + own:
        return after[: REACH + own], after[: REACH + own]
    around = (*before[-REACH:], *after)
    return (after if after and name == "negation" else around), around


def _phrase(clause: str, position: int) -> str:
    """The part of ``clause`` around ``position``, up to the next "en", "maar" or the like on either side."""
    cuts = [0, *(cut for match in _JOINT.finditer(clause) for cut in match.span()), len(clause)]
    return clause[max(cut for cut in cuts if cut <= position) : min(cut for cut in cuts if cut > position)]


def _without(found: _Found) -> str:
    return found.phrase.replace(found.word, " ")


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
def _kinds() -> frozenset[str]:
    """Axes whose sides go together more often than not (theorie en praktijk): a negation changes no side."""
    return frozenset(axis for axis, words in load("opposites").items() if words.get("kinds"))


@cache
def _axes() -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    return {
        axis: (pattern([*words["nl"][0], *words["en"][0]]), pattern([*words["nl"][1], *words["en"][1]]))
        for axis, words in load("opposites").items()
    }
