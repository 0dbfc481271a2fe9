"""Let the trained reader read the best themes: does each answer the question, and where?

What it makes of them counts in their order, and in the decision to refuse (``grounding.signals``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from assistant.conversation import WHOLE_KINDS, Request, telling_words
from assistant.particulars import quotations
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

READ = 7
"""Themes that are read where the first few leave doubt. Of 685 far-fetched tuning questions an earlier reader
led 79.1% to the right theme first, with five read 78.4, with three 76.6; of 282 others 92.6, 92.6 and 91.5%.
Today's leads 78.7 and 93.6% there, with seven read."""

READ_TOGETHER = 2
"""Themes that are read of each of several questions at once, where time counts more than the last doubt."""

READ_FIRST = 3
SURE, HOPELESS = 4.0, -6.0
"""Log odds of the best of the first few from which they answer for sure, or to which none will.

Then no more are read: of 509 tuning cases in 331.
"""

WEIGHT = 0.0075
"""Of the reader's log odds in a theme's score.

Right theme first at .005, .0075, .01, .0125 and .02: .918, .926, .926, .929 and .911 of 282 tuning cases
with an answer, .775, .781, .782, .780 and .766 of 685 far-fetched ones (an earlier reader, five themes read).
Of 276 follow-ups .873 at .004 and .888 at .0075.
"""

MOST_ODDS = 8.0
"""Log odds count up to this, either way."""

_AHEAD = 0.02  # of the best other theme, for one that the question names: too far to be cited together


EMPHASISED = 0.6
"""Share of the reader's probability that the emphasised clauses hold, at least.

Of 160 labelled answers in held-out documents an earlier reader touched 88%, with 37% of the passage
emphasised; of 40 others 38 are touched now, with 28%.
"""


def read(reader: Reader | None, request: Request, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The hits, the first few with what the reader makes of them, in the order that this gives.

    Not read for: a question about the document as a whole, a greeting, and a question that puts the best
    theme's title between quotation marks. That asks for whatever the theme says; no part of it is the answer.

    Args:
        reader: None leaves the hits as they are.
        request: The question.
        hits: Ranked by search.
    """
    if reader is None or not _is_to_be_read(request, hits):
        return tuple(hits)
    return _reordered(
        request, hits, _readings(reader, request, [read_as(hit.theme)[0] for hit in hits[:READ]])
    )


def read_together(
    reader: Reader | None, asked: Sequence[tuple[Request, Sequence[Hit]]]
) -> list[tuple[Hit, ...]]:
    """``read`` for several questions in one batch; of each the best themes only, doubt or not."""
    of_each = [
        [(asked_of_reader(request.question), read_as(hit.theme)[0]) for hit in hits[:READ_TOGETHER]]
        if reader and _is_to_be_read(request, hits)
        else []
        for request, hits in asked
    ]
    readings = iter(reader.read_pairs([pair for pairs in of_each for pair in pairs]) if reader else ())
    return [
        _reordered(request, hits, list(islice(readings, len(pairs)))) if pairs else tuple(hits)
        for (request, hits), pairs in zip(asked, of_each, strict=True)
    ]


def _is_to_be_read(request: Request, hits: Sequence[Hit]) -> bool:
    return request.kind == "theme" and not _quotes_title(request.question, hits[0].theme.title)


def _reordered(request: Request, hits: Sequence[Hit], readings: Sequence[Reading]) -> tuple[Hit, ...]:
    """The hits with the readings of the first of them, in the order that this gives."""
    first, rest = hits[: len(readings)], hits[len(readings) :]
    reread = []
    for hit, reading in zip(first, readings, strict=True):
        span = _in_document(hit.theme, reading)
        odds = max(-MOST_ODDS, min(MOST_ODDS, reading.score))
        reread.append(replace(hit, score=hit.score + WEIGHT * odds, reading=reading.score, span=span))
    named = None if request.follows else _named(request.question, hits)
    reread.sort(key=lambda hit: (hit.theme != named, -hit.score))
    if reread[0].theme == named:
        ahead = max(hit.score for hit in reread) + _AHEAD
        reread[0] = replace(reread[0], score=ahead)
    # What was not read stays behind what was.
    behind = min(0.0, reread[-1].score - rest[0].score) if rest else 0.0
    return (*reread, *(replace(hit, score=hit.score + behind) for hit in rest))


def _readings(reader: Reader, request: Request, passages: Sequence[str]) -> list[Reading]:
    """Of the first few passages; of the others only where those leave doubt.

    A follow-up is read by itself: what answers the question before seems to answer this one too (AUC .92
    together, .98 by itself, of 130 follow-ups with an answer and 19 without). A reader trained on 2,000
    follow-ups behind their questions found the right theme for four fewer of 97 test cases.
    """
    question = asked_of_reader(request.question)
    readings = reader.read(question, passages[:READ_FIRST])
    if HOPELESS < max(reading.score for reading in readings) < SURE:
        readings += reader.read(question, passages[READ_FIRST:])
    return readings


def asked_of_reader(question: str) -> str:
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


def _named(question: str, hits: Sequence[Hit]) -> Theme | None:
    """The theme that alone mentions what the question names.

    Named is what a theme puts between quotation marks, or else all the words that tell what the
    question is about, if they stand side by side. "What is Open Gates?" is about the theme that
    mentions Open Gates; the reader looks for what that is, and may find a gate elsewhere. Of the tuning
    cases 14 with an answer are like that, 13 of them with a right theme.
    """
    asked = _words(question)
    quoted = {_words(name) for hit in hits for name in quotations(hit.theme.text)}
    names = {name for name in (*quoted, _words(" ".join(telling_words(question)))) if name.strip()}
    named = [name for name in names if name in asked]
    holding = [hit.theme for hit in hits if any(name in _words(hit.theme.text) for name in named)]
    return holding[0] if len(holding) == 1 else None


def _words(text: str) -> str:
    return " ".join(["", *re.findall(r"[^\W_]+", text.lower()), ""])


def read_as(theme: Theme) -> tuple[str, int]:
    """A theme as it is shown to the reader, and the offset in the document that this text begins at.

    Its title, a colon and its words. What stands before the first theme holds the document's title among
    its words and is read from there: with a date before it and the title twice, the reader misses the rest.
    """
    opening, title, words = theme.body.partition(theme.title)
    if theme.number == 0 and title and words.strip():
        kept = words.lstrip()
        return kept, theme.body_start + len(opening) + len(title) + len(words) - len(kept)
    return f"{theme.title}: {theme.body}", theme.body_start - len(theme.title) - len(": ")


def _in_document(theme: Theme, reading: Reading) -> tuple[int, int] | None:
    """What the reader points at, as offsets in the document."""
    shift = read_as(theme)[1]
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
