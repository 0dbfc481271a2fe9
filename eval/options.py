"""The options of ``python -m eval``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from eval.cases import KINDS
from eval.suites import SETS


def parser() -> argparse.ArgumentParser:
    """Everything that can be asked of a run."""
    options = argparse.ArgumentParser(
        prog="python -m eval",
        description="Score the assistant on cases with known answers.",
        epilog="python -m eval add --help: make a case of a question. "
        "python -m eval compare --help: two runs, case by case. "
        "Exit status: 0 fine, 1 below a floor or a case got worse, 2 set up wrong.",
    )
    options.add_argument(
        "--set", choices=SETS, default="test", help="which cases (default test: all that were not tuned on)"
    )
    options.add_argument(
        "--documents", type=Path, metavar="FOLDER", help="other documents to score, with --cases"
    )
    options.add_argument(
        "--cases",
        type=Path,
        metavar="FILE",
        help="cases on --documents; floors.toml and baseline.json beside it count",
    )
    options.add_argument(
        "--kind",
        choices=KINDS,
        action="append",
        default=[],
        help="only cases of this kind (may be repeated; floors then do not apply)",
    )
    options.add_argument(
        "--model",
        metavar="PROVIDER:NAME",
        help="have a language model write the answers (the baseline then does not apply)",
    )
    options.add_argument("--model-url", metavar="URL", help="its OpenAI-compatible endpoint")
    options.add_argument("--baselines", action="store_true", help="rank with simpler methods beside ours")
    options.add_argument(
        "--judge", metavar="PROVIDER:NAME", help="have a language model judge the answers too; never gating"
    )
    options.add_argument("--judge-url", metavar="URL", help="the judging model's OpenAI-compatible endpoint")
    options.add_argument(
        "--workers",
        type=_positive,
        default=min(2, os.cpu_count() or 1),
        metavar="N",
        help="questions at a time (default %(default)s)",
    )
    options.add_argument(
        "--output",
        type=Path,
        default=Path("reports"),
        metavar="FOLDER",
        help="where the reports go (default %(default)s)",
    )
    options.add_argument(
        "--update-baseline",
        action="store_true",
        help="take this run as the baseline, after you looked at what changed",
    )
    return options


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)
