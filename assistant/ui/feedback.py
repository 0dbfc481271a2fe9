"""Thumbs up and down, as lines of JSON in a local file that the eval can turn into cases."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from assistant.ui.turns import Turn, Verdict, history


class FeedbackFile:
    """A file of verdicts; of several lines about one question after the same turns the last one counts.

    Attributes:
        path: Where it is; made at the first verdict.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def add(self, before: Sequence[Turn], turn: Turn, verdict: Verdict) -> None:
        """Write one line: what was asked after what, what came of it, and the verdict ("" takes one back).

        A theme's number says nothing without its document: of an answer from several documents the line
        names the first, and the themes of that one.

        Raises:
            OSError: The file cannot be written.
        """
        document = turn.sources[0].document if turn.sources else None
        line = {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "question": turn.question,
            "history": history(before),
            "language": turn.language,
            "mode": turn.mode,
            "outcome": turn.outcome,
            "themes": [source.theme for source in turn.sources if source.document == document],
            "document": document,
            "verdict": verdict,
        }
        with self._lock:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
