"""What an answer costs beyond what it cannot do without: `python -m eval.bench`.

Both figures are ratios of medians from one run, the two sides measured in turn, so that a slow or a
busy machine moves both alike.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant import Assistant
from assistant.settings import PREFIX
from eval.cases import load_cases

WARM_AIM = 1.5
COLD_AIM = 1.25

_CASES = Path(__file__).parent / "cases" / "tune.jsonl"
_ROUNDS = 3
_COLD_STARTS = 5

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


def warm_times(assistant: Assistant, questions: Sequence[str]) -> tuple[float, float]:
    """Median seconds of an answer and of embedding its question alone, in this process."""
    embed = assistant.store.embeddings.query_vectors
    answers, embeddings = [], []
    for turn in range(_ROUNDS + 1):
        for question in questions:
            embedding, answer = _seconds(embed, [question]), _seconds(assistant.ask, question)
            if turn:  # the first round fills what is read once
                embeddings.append(embedding)
                answers.append(answer)
    return statistics.median(answers), statistics.median(embeddings)


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
    """Measure quote mode and print both ratios."""
    for setting in ("MODEL", "MODEL_URL"):
        os.environ.pop(PREFIX + setting, None)
    assistant = Assistant.open()
    documents = {theme.document.name for theme in assistant.themes}
    cases = load_cases(_CASES)
    questions = [case.question for case in cases if case.document in documents and not case.history]
    answer, embedding = warm_times(assistant, questions)
    print(f"{len(questions)} questions, {_ROUNDS} times each, in a warm process:")
    _report("ask over embedding the question", answer, embedding, WARM_AIM)
    answered = next(question for question in questions if not assistant.ask(question).refused)
    assistant.close()
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
