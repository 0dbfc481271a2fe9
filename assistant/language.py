"""Is a question Dutch or English?"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING

from assistant.answer import Language

if TYPE_CHECKING:
    from lingua import LanguageDetector

SURE = 0.65
"""Confidence below which the language of the conversation (or the document) is kept."""

SURE_OF_FEW_WORDS = 0.8
"""The same for one word or two: "robotica" alone counts as English with .69."""

_FEWEST_WORDS = 3
_ANY_WORDS = "wat is dit"


def warm_up() -> None:
    """Load what is known of the two languages beside whatever comes next; it takes half a second.

    The library reads it at the first short text, and lets other threads run meanwhile.
    """
    threading.Thread(target=detect, args=(_ANY_WORDS, "nl"), daemon=True).start()


@cache
def _detector() -> LanguageDetector:
    import lingua

    pair = (lingua.Language.DUTCH, lingua.Language.ENGLISH)
    return lingua.LanguageDetectorBuilder.from_languages(*pair).build()


def detect(text: str, otherwise: Language) -> Language:
    """The language of ``text``, or ``otherwise`` where it cannot be told.

    Names say nothing about the language of a question ("What is Techniek Tastbaar?"), so words with
    a capital inside the sentence are left out where enough others remain.
    """
    words = text.encode("utf-8", "replace").decode("utf-8").split()  # a lone surrogate has no UTF-8 form
    common = [word for position, word in enumerate(words) if not position or not word[:1].isupper()]
    sample = " ".join(common if len(common) >= _FEWEST_WORDS else words)
    confidences = {
        value.language.iso_code_639_1.name.lower(): value.value
        for value in _detector().compute_language_confidence_values(sample)
    }
    best: Language = "nl" if confidences["nl"] >= confidences["en"] else "en"
    least = SURE if len(sample.split()) >= _FEWEST_WORDS else SURE_OF_FEW_WORDS
    return best if confidences[best] >= least else otherwise
