"""Verbatim spans of a theme that are short enough for where they go."""

from __future__ import annotations

from index.themes import Theme, clauses, sentences


def excerpt(theme: Theme, around: tuple[int, int], longest: int) -> tuple[int, int]:
    """Offsets of the theme's words: all of them, or as many whole sentences around a span as fit.

    Args:
        theme: The theme; its title is left out where it has words of its own.
        around: Offsets of what matters most.
        longest: Characters. A sentence that is longer by itself is cut to its clause, and a clause
            that is longer still after a word.
    """
    begin = theme.body_start if theme.body_start < theme.end else theme.start
    if theme.end - begin <= longest:
        return begin, theme.end
    text = theme.document.text
    spans = sentences(text, begin, theme.end)
    at = next((order for order, (_, end) in enumerate(spans) if end > around[0]), 0)
    if spans[at][1] - spans[at][0] > longest:
        return _part(text, spans[at], around, longest)
    first = last = at
    while True:
        if last + 1 < len(spans) and spans[last + 1][1] - spans[first][0] <= longest:
            last += 1
        elif first and spans[last][1] - spans[first - 1][0] <= longest:
            first -= 1
        else:
            return spans[first][0], spans[last][1]


def sentence_around(theme: Theme, around: tuple[int, int], longest: int) -> tuple[int, int]:
    """Offsets of the one sentence that holds ``around``."""
    begin = theme.body_start if theme.body_start < theme.end else theme.start
    spans = sentences(theme.document.text, begin, theme.end)
    span = next((span for span in spans if span[1] > around[0]), spans[0])
    if span[1] - span[0] <= longest:
        return span
    return _part(theme.document.text, span, around, longest)


def _part(text: str, sentence: tuple[int, int], around: tuple[int, int], longest: int) -> tuple[int, int]:
    parts = clauses(text, *sentence)
    start, end = next((part for part in parts if part[1] > around[0]), sentence)
    if end - start <= longest:
        return start, end
    space = text.rfind(" ", start + longest // 2, start + longest)
    return start, space if space > 0 else start + longest
