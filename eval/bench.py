"""What an answer costs beyond what it cannot do without: `python -m eval.bench`.

Ratios of medians from one run, the two sides measured in turn, so that a slow or a busy machine moves both
alike; and what the trained reader adds, in milliseconds.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from assistant import Assistant, Settings
from assistant.settings import PREFIX
from eval.cases import load_cases

WARM_AIM = 1.5
COLD_AIM = 1.25
READER_AIM = 120  # milliseconds

_CASES = Path(__file__).parent / "cases" / "tune.jsonl"
_ROUNDS = 3
_COLD_STARTS = 5


class Warm(NamedTuple):
    """Median seconds in a warm process."""

    with_reader: float
    without: float
    embedding: float


_ASK = "import sys; from assistant.cli import main; sys.exit(main(sys.argv[1:]))"
"""What the command `techniekpact` runs."""

_ASK_AND_LIST_IMPORTS = """
import builtins, sys
plain_import, statements = builtins.__import__, {}

def listing_import(name, globals=None, locals=None, fromlist=(), level=0):
    module = plain_import(name, globals, locals, fromlist, level)
    ours = ("assistant", "index", "reader")
    importer = (globals or {}).get("__name__", "").partition(".")[0]
    imported = name.partition(".")[0]
    if importer in ours and level == 0 and imported not in (*ours, "__future__"):
        names = ", ".join(fromlist or ())
        statements[f"from {name} import {names}" if names else f"import {name}"] = None
    return module

builtins.__import__ = listing_import
from assistant.cli import main
main(sys.argv[1:])
print("; ".join(statements))
"""


def warm_times(with_reader: Assistant, without: Assistant, questions: Sequence[str]) -> Warm:
    """Median seconds of an answer with and without the reader, and of embedding its question alone."""
    embed = without.store.embeddings.query_vectors
    taken = []
    for turn in range(_ROUNDS + 1):
        for question in questions:
            embedding = _seconds(embed, [question])
            times = Warm(_seconds(with_reader.ask, question), _seconds(without.ask, question), embedding)
            if turn:  # the first round fills what is read once
                taken.append(times)
    return Warm(*(statistics.median(column) for column in zip(*taken, strict=True)))


def cold_times(question: str) -> tuple[float, float]:
    """Median seconds of the command `ask` and of a Python that only imports the libraries it imports."""
    ask = ("ask", question)
    imports = _run(_ASK_AND_LIST_IMPORTS, *ask).stdout.splitlines()[-1]
    _run(imports)
    answers, bare = [], []
    for _ in range(_COLD_STARTS):
        bare.append(_seconds(_run, imports))
        answers.append(_seconds(_run, _ASK, *ask))
    return statistics.median(answers), statistics.median(bare)


def main() -> int:
    """Measure quote mode and print what it costs."""
    for setting in ("MODEL", "MODEL_URL", "READER"):
        os.environ.pop(PREFIX + setting, None)
    assistant, without = (Assistant.open(Settings.from_environment(reader=way)) for way in ("on", "off"))
    documents = {theme.document.name for theme in assistant.themes}
    cases = load_cases(_CASES)
    questions = [case.question for case in cases if case.document in documents and not case.history]
    warm = warm_times(assistant, without, questions)
    print(f"{len(questions)} questions, {_ROUNDS} times each, in a warm process:")
    _report("ask without the reader over embedding the question", warm.without, warm.embedding, WARM_AIM)
    added = 1000 * (warm.with_reader - warm.without)
    print(f"  the reader adds  {added:.0f} ms  (aim {READER_AIM})")
    answered = next(question for question in questions if not assistant.ask(question).refused)
    assistant.close()
    without.close()
    answer, bare = cold_times(answered)
    print(f"{_COLD_STARTS} cold starts:")
    _report("ask over importing its libraries", answer, bare, COLD_AIM)
    return 0


def _report(what: str, whole: float, part: float, aim: float) -> None:
    print(f"  {what}  {whole / part:.2f}  (aim {aim}; {whole * 1000:.0f} ms over {part * 1000:.0f} ms)")


def _run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``code`` in a Python of its own.

    Raises:
        subprocess.CalledProcessError: It failed.
    """
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )


def _seconds(step: Callable[..., object], *arguments: object) -> float:
    began = time.perf_counter()
    step(*arguments)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
