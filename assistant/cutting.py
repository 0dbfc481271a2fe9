"""A reply that streams in is cut into sentences, each with the markers that follow it."""

from __future__ import annotations

import re

MARKER = re.compile(r"[\[【]\s*(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\s*[\]】]")
"""One marker: ``[1]``, or several in one pair of brackets: ``[1, 2]``."""

_MARKERS = rf"(?:\s*{MARKER.pattern})*"
_END = re.compile(
    rf"(?P<stop>[.!?…]+[\"”’»)]*){_MARKERS}(?=\s+(?P<next>[^\s\[【]))|[ \t]*(?P<line>\r?\n)\s*(?=[^\s\[【])"
)
_FINISHED = re.compile(rf"(?:[.!?…][\"”’»)]*{_MARKERS}|{MARKER.pattern}[.!?…]?)\s*$")
_ABBREVIATION = re.compile(
    r"(?:\b(?:bijv|bv|ca|circa|dr|drs|e\.g|enz|etc|excl|i\.e|incl|ing|ir|jl|mevr|mr|mrs|ms|nl|no|nr|prof|st|vs|blz|art)"
    r"|(?<!\w)(?:\w\.)*\w)\.$",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^\s*(?:[-*•–]\s+|\d{1,2}[.)]\s+|#{1,6}\s+)")
_THOUGHT, _THOUGHT_END = "<think>", "</think>"


class SentenceCutter:
    """Takes a reply in pieces and gives back each sentence once what follows shows that it has ended.

    A marker behind the full stop belongs to the sentence before it. Thoughts that some models put
    between ``<think>`` tags are no part of the reply.

    Attributes:
        length: Characters taken so far, thoughts left out.
    """

    def __init__(self) -> None:
        self.length = 0
        self._rest = ""
        self._held = ""  # what was said before a thought, while it lasts
        self._thinking = False

    def feed(self, piece: str) -> list[str]:
        """The sentences that ``piece`` completes."""
        before = len(self._said)
        self._rest = self._spoken(self._rest + piece)
        self.length += max(0, len(self._said) - before)
        said, ended, begin = self._said, [], 0
        for match in _END.finditer(said):
            stop = match.end("stop")
            if match.group("line") is None and not _ends(
                said[begin:stop], match.group("next"), is_marked=stop < match.end()
            ):
                continue
            ended.append(said[begin : match.end()])
            begin = match.end()
        if self._thinking:
            self._held = said[begin:]
        else:
            self._rest = said[begin:]
        return [sentence for sentence in map(_bare, ended) if sentence]

    def close(self) -> tuple[str, bool]:
        """What is left ("" for nothing), and whether it is a finished sentence."""
        rest = _bare(self._said)
        self._rest = self._held = ""
        return rest, not rest or _FINISHED.search(rest) is not None

    @property
    def _said(self) -> str:
        return self._held if self._thinking else self._rest

    def _spoken(self, text: str) -> str:
        """``text`` without thoughts; of an open one only as much is kept as its closing tag needs."""
        while True:
            if not self._thinking:
                before, tag, text = text.partition(_THOUGHT)
                if not tag:
                    return before
                self._thinking, self._held = True, before
            _, tag, after = text.partition(_THOUGHT_END)
            if not tag:
                return text[-len(_THOUGHT_END) :]
            self._thinking, text = False, self._held + after
            self._held = ""


def split_markers(sentence: str) -> tuple[str, tuple[int, ...]]:
    """The words of ``sentence`` without markers, and the numbers that the markers name, each once."""
    numbers = [
        int(number) for match in MARKER.finditer(sentence) for number in re.findall(r"\d+", match.group(1))
    ]
    words = re.sub(r"\s+([.,;:!?])", r"\1", MARKER.sub("", sentence))
    return " ".join(words.split()), tuple(dict.fromkeys(numbers))


def _ends(before: str, following: str, is_marked: bool) -> bool:
    """Whether the full stop at the end of ``before`` ends a sentence and no abbreviation.

    A marker behind it says so: "from 3 to 5. [1] Schools" is two sentences.
    """
    if following.islower():
        return False
    return is_marked or not before.endswith(".") or _ABBREVIATION.search(before) is None


def _bare(sentence: str) -> str:
    """Without list marks and emphasis, which the window sets itself."""
    return _BULLET.sub("", sentence).replace("**", "").strip()
