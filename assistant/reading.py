"""Let the trained reader read the best themes: does each answer the question, and where?

What it makes of them counts in their order, and in the decision to refuse (``grounding.signals``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.conversation import WHOLE_KINDS, Request, telling_words
from assistant.prototypes import words_of
from index.search import Hit
from index.themes import Theme, clauses

if TYPE_CHECKING:
    from reader.model import Reader, Reading

_ABOUT = re.compile(r"\b(?:over|about)\s+(\S.*?)[\s?.!]*$", re.IGNORECASE)
_ASKS_MORE = re.compile(
    r"\b(?:wie|wiens|wanneer|waar|waarom|hoe\w*|welke?|who|whose|whom|when|where|why|how|which)\b",
    re.IGNORECASE,
)

READ = 5
"""Themes that are read; the right one is among them in 99% of the tuning cases. Seven gain nothing there."""

READ_FIRST = 3
SURE, HOPELESS = 2.0, -4.0
"""Log odds of the best of the first few from which they answer for sure, or to which none will.

Then no more are read: in 55% of the 364 tuning cases that people might ask, with the same right themes, false
refusals (3.3%) and refusals as with SURE alone; at -3 one fewer is refused.
"""

WEIGHT = 0.005
"""Of the reader's log odds in a theme's score.

Right theme first at 0, .003, .005, .01: .926, .926, .916, .905 on the tuning cases of the main document
(n=95, no follow-ups), .908, .933, .933, .925 on eight others (n=120), .663, .695, .722, .722 on far-fetched
questions to seventeen (n=688); among three .979, .989, .989, .989, then .983, .983, .983, .992, then .843,
.863, .865, .868.
"""

MOST_ODDS = 6.0
"""Log odds count up to this, either way."""


EMPHASISED = 0.6
"""Share of the reader's probability that the emphasised clauses hold, at least.

Of the labelled answers (n=160, in held-out documents) 88% are touched, and 37% of the passage is emphasised;
the clauses that the likeliest span touches: 83% and 33%.
"""


def read(reader: Reader | None, request: Request, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The hits, the first few with what the reader makes of them, in the order that this gives.

    Not read for: a question about the document as a whole, a greeting, and a question that puts the best
    theme's title between quotation marks. That asks for whatever the theme says; no part of it is the answer.
    The reading of a follow-up says whether there is an answer, not which theme it is about: the order stays.

    Args:
        reader: None leaves the hits as they are.
        request: The question.
        hits: Ranked by search.
    """
    if reader is None or request.kind != "theme" or _quotes_title(request.text, hits[0].theme.title):
        return tuple(hits)
    readings = _readings(reader, request, [_passage(hit.theme) for hit in hits[:READ]])
    first, rest = hits[: len(readings)], hits[len(readings) :]
    reread = []
    weight = 0.0 if request.follows else WEIGHT
    for hit, reading in zip(first, readings, strict=True):
        span = _in_document(hit.theme, reading)
        odds = max(-MOST_ODDS, min(MOST_ODDS, reading.score))
        reread.append(replace(hit, score=hit.score + weight * odds, reading=reading.score, span=span))
    reread.sort(key=lambda hit: -hit.score)
    # What was not read stays behind what was.
    behind = min(0.0, reread[-1].score - rest[0].score) if rest else 0.0
    return (*reread, *(replace(hit, score=hit.score + behind) for hit in rest))


def _readings(reader: Reader, request: Request, passages: Sequence[str]) -> list[Reading]:
    """Of the first few passages; of the others only where those leave doubt.

    A follow-up is read with the question before it and also by itself, and the mean counts: what answers the
    question before seems to answer this one too (AUC .93 together, .96 by itself and .98 the mean, of 127
    follow-ups with an answer and 19 without).
    """
    if request.follows:
        joined, alone = (reader.read(question, passages) for question in (request.text, request.question))
        return [
            replace(one, score=(one.score + other.score) / 2)
            for one, other in zip(joined, alone, strict=True)
        ]
    question = _asked(request.text)
    readings = reader.read(question, passages[:READ_FIRST])
    if HOPELESS < max(reading.score for reading in readings) < SURE:
        readings += reader.read(question, passages[READ_FIRST:])
    return readings


def _asked(question: str) -> str:
    """What the reader is asked: of "What does the document say about X?" only X.

    The reader finds the answer to X as keywords, and to the whole question most often none. "Who wrote about
    X?" asks for more than X and stays as it is.
    """
    about = _ABOUT.search(question)
    if about is None:
        return question
    frame = question[: about.start()]
    says_no_more = set(telling_words(frame)) <= words_of(WHOLE_KINDS) and not _ASKS_MORE.search(frame)
    return about.group(1) if says_no_more else question


def _quotes_title(question: str, title: str) -> bool:
    return bool(title) and re.search(rf"[\"'“„‘«]{re.escape(title)}[\"'”’»]", question) is not None


def _passage(theme: Theme) -> str:
    return f"{theme.title}: {theme.body}"


def _in_document(theme: Theme, reading: Reading) -> tuple[int, int] | None:
    """What the reader points at in ``_passage``, as offsets in the document."""
    shift = theme.body_start - len(theme.title) - len(": ")
    edges = [(start + shift, end + shift, share) for start, end, share in reading.edges]
    return emphasised(theme.document.text, (theme.body_start, theme.end), edges)


def emphasised(
    text: str, body: tuple[int, int], edges: Sequence[tuple[int, int, float]]
) -> tuple[int, int] | None:
    """The clauses side by side in which the answer most likely begins and ends; None where none is likely.

    Clauses rather than words: half a sentence reads badly, and the reader is surer of the clause.

    Args:
        text: Of the document.
        body: Offsets of the theme's own words.
        edges: As ``Reading.edges``, with offsets in the document.
    """
    spans = clauses(text, *body)
    shares = [sum(e[2] for e in edges if e[0] < end and e[1] > start) for start, end in spans]
    if not any(shares):
        return None
    first = last = max(range(len(spans)), key=shares.__getitem__)
    while sum(shares[first : last + 1]) < EMPHASISED * sum(shares):
        before = shares[first - 1] if first else -1.0
        after = shares[last + 1] if last + 1 < len(shares) else -1.0
        if before > after:
            first -= 1
        else:
            last += 1
    return spans[first][0], spans[last][1]
