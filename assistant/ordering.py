"""Who does what to whom: are the parts of a sentence in the order of its source?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from assistant.lexicon import load, pattern
from assistant.vocabulary import content_words, same_stem

_CLAUSE = re.compile(r"[^,;:.!?]+")
_FROM_TO = re.compile(r"\b(?:van|from) ([^,;.]{2,40}?) (?:naar|to) ([^,;.]{2,40})", re.IGNORECASE)
_FEWEST_SHARED = 3


def swapped(sentence: str, source: Sequence[str]) -> str:
    """The word around which ``sentence`` turns one of its ``source`` about, or "".

    "A brought B together" is held against "B brought A together": all that stands before a word in the
    sentence stands behind it in the source, and something behind it stood before. A passive, or a
    sentence that opens with a preposition or an adverb, may turn the order without turning the sense;
    those are let through. Works within one language.
    """
    journey = _journey(sentence)
    if journey and any(there and _reversed(journey, there) for there in map(_journey, source)):
        return " / ".join(journey)
    if _turns_freely(sentence):
        return ""
    words = content_words(_CLAUSE.findall(sentence)[0])
    for text in source:
        if not _is_passive(text) and (pivot := _pivot(words, content_words(text))):
            return pivot
    return ""


def crossed(sentence: str, source: Sequence[str]) -> str:
    """Two clauses of ``sentence`` that mix up two clauses of its ``source``, or "".

    "Pupils come in the morning, elderly people at noon" has both of its clauses draw on both of the
    clauses of "Elderly people come in the morning, pupils at noon". Works within one language.
    """
    stated = [words for clause in _CLAUSE.findall(sentence) if (words := content_words(clause))]
    for text in source:
        clauses = [words for clause in _CLAUSE.findall(text) if (words := content_words(clause))]
        drawn = [
            {place for word in words if (place := _only_in(word, clauses)) is not None} for words in stated
        ]
        for at, places in enumerate(drawn):
            for other in drawn[at + 1 :]:
                if len(places & other) > 1:
                    return ", ".join(stated[at])
    return ""


def _only_in(word: str, clauses: Sequence[Sequence[str]]) -> int | None:
    """The place of the one clause that has ``word``; None where none or several have it."""
    places = [at for at, words in enumerate(clauses) if any(same_stem(word, other) for other in words)]
    return places[0] if len(places) == 1 else None


def _journey(text: str) -> tuple[str, str] | None:
    """Where from and where to, in "van A naar B" and "from A to B"."""
    match = _FROM_TO.search(text)
    return (match.group(1), match.group(2)) if match else None


def _reversed(journey: tuple[str, str], other: tuple[str, str]) -> bool:
    return all(
        any(same_stem(word, there) for word in content_words(mine) for there in content_words(theirs))
        for mine, theirs in zip(journey, reversed(other), strict=True)
    )


def _pivot(words: Sequence[str], source: Sequence[str]) -> str:
    places = [next((at for at, other in enumerate(source) if same_stem(word, other)), None) for word in words]
    shared = [(word, place) for word, place in zip(words, places, strict=True) if place is not None]
    if len(shared) < _FEWEST_SHARED or len(shared) < len(words):
        return ""
    for at in range(1, len(shared) - 1):
        word, place = shared[at]
        before, after = [p for _, p in shared[:at]], [p for _, p in shared[at + 1 :]]
        if all(other > place for other in before) and any(other < place for other in after):
            return word
    return ""


def _turns_freely(sentence: str) -> bool:
    opening, *_ = [*sentence.split(maxsplit=1), ""]
    return opening.casefold().strip("“\"'„") in _openings() or _is_passive(sentence)


def _is_passive(text: str) -> bool:
    return _passive().search(text) is not None


@cache
def _openings() -> frozenset[str]:
    entry = load("terms")["turning"]
    return frozenset({*entry["nl"], *entry["en"]})


@cache
def _passive() -> re.Pattern[str]:
    entry = load("terms")["passive"]
    return pattern([*entry["nl"], *entry["en"]])
