"""A question as someone in a hurry might type it."""

from __future__ import annotations

import random
import re

KEYWORDS, TYPOS, LOWER = 0.08, 0.08, 0.12

_SMALL_WORDS = """
    de het een en van in is op te met voor er aan dat die zijn was waren wordt worden werd werden hoe wat
    wie waar wanneer waarom welk welke hoeveel veel heeft hebben had kan kunnen door bij om uit als naar over
    the a an of in is on to with for there at that which was were are be been how what who where when why
    much many has have had can did do does by from as about der die das ein eine und von ist auf zu mit für
    den dem des war wie wer wo wann warum welche welcher welches hat haben durch bei im"""
_STOPWORDS = frozenset(_SMALL_WORDS.split())


def vary(question: str, language: str, random_numbers: random.Random) -> str:
    """Most questions as they are; some as keywords, with typing errors, or in small letters."""
    chance = random_numbers.random()
    if language in ("nl", "en", "de") and chance < KEYWORDS:
        kept = [word for word in re.findall(r"[\w'-]+", question) if word.lower() not in _STOPWORDS]
        return " ".join(kept).lower() if len(kept) > 1 else question
    if chance < KEYWORDS + TYPOS:
        return _mistyped(question, random_numbers)
    if chance < KEYWORDS + TYPOS + LOWER:
        return question.rstrip("?！？; ").lower()
    return question


def _mistyped(text: str, random_numbers: random.Random) -> str:
    for _ in range(random_numbers.choice((1, 1, 2))):
        at = random_numbers.randrange(1, max(2, len(text) - 1))
        change = random_numbers.choice(("drop", "double", "swap"))
        if change == "drop":
            text = text[:at] + text[at + 1 :]
        elif change == "double":
            text = text[:at] + text[at - 1] + text[at:]
        else:
            text = text[: at - 1] + text[at : at + 1] + text[at - 1 : at] + text[at + 1 :]
    return text
