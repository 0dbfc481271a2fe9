"""The command ``python -m eval``: parse, run, report."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant import Settings
from assistant.model import open_model
from eval import add, compare, gate, reports
from eval.judge import judge
from eval.metrics import measure
from eval.options import parser
from eval.results import Result, score_suites
from eval.rivals import compare_rivals
from eval.run import Run, Times
from eval.suites import BASELINE, FLOORS, SETS, LoadedSuite, Suite, load_suite
from index.embedding import ThemeEmbeddings
from index.errors import SetupError, UserError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

FINE, RED, SETUP_WRONG = 0, 1, 2

JUDGE_SECONDS = 120.0
"""That a verdict may take: nobody waits for it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status: 0 fine, 1 below a floor or regressed, 2 set up wrong."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if words[:1] == ["add"]:
            return add.main(words[1:])
        if words[:1] == ["compare"]:
            return compare.main(words[1:])
        return _score(parser().parse_args(words))
    except UserError as error:
        print(f"eval: {error}", file=sys.stderr)
        return SETUP_WRONG
    except KeyboardInterrupt:
        return 130


def _score(options: argparse.Namespace) -> int:
    began = time.perf_counter()
    suites, floors_file, baseline_file, is_custom = _suites(options)
    floors, baseline = gate.load_floors(floors_file), _baseline(baseline_file, options.update_baseline)
    if is_custom and floors and suites[0].group not in floors:
        raise SetupError(f"{floors_file} has no table [{suites[0].group}], the name of the case file.")
    loaded = _load(suites, options.kind)
    settings = Settings.from_environment(model=options.model, model_url=options.model_url)
    uses_model = bool(settings.model or settings.model_url)
    if options.update_baseline and uses_model:
        raise SetupError(
            "The baseline is of answers without a model. Leave --model and TECHNIEKPACT_MODEL out."
        )
    model = _judging_model(options, settings)
    _make(options.output)
    results = score_suites(loaded, settings, options.workers)
    figures = {
        suite.group: measure([result for result in results if result.group == suite.group])
        for suite in loaded
    }
    floors = {} if options.kind else floors
    changes = None if baseline is None or uses_model else gate.compare(results, baseline, options.kind)
    if options.update_baseline:
        gate.write_baseline(baseline_file, results, baseline, changes.missing if changes else [])
        changes = gate.compare(results, gate.load_baseline(baseline_file) or {}, options.kind)
    troubles = [
        f"no case measures {floor}: that floor guards nothing." for floor in gate.unmeasured(figures, floors)
    ]
    if uses_model and _is_silent(results):
        troubles.append("the model wrote none of the answers: is it running, and is its key right?")
    embeddings = ThemeEmbeddings(settings.embedding)
    run = Run(
        title=_title(options, settings),
        results=results,
        figures=figures,
        floors=floors,
        below=gate.below_floors(figures, floors),
        changes=changes,
        rivals=compare_rivals(results, loaded, embeddings) if options.baselines else {},
        judgement=judge(results, model, options.judge or options.judge_url) if model else None,
        notes=[*_notes(options, floors, changes, results if uses_model else []), *troubles],
        times=_times(results, began, options.workers),
    )
    _report(run, options.output)
    unguarded = not is_custom and not options.kind and not (floors_file.exists() and baseline_file.exists())
    return RED if run.is_red else SETUP_WRONG if unguarded or troubles else FINE


def _baseline(path: Path, is_made_anew: bool) -> gate.Baseline | None:
    """The baseline; one that cannot be read is none where it is made anew."""
    try:
        return gate.load_baseline(path)
    except SetupError:
        if not is_made_anew:
            raise
        return None


def _is_silent(results: Sequence[Result]) -> bool:
    """Whether a model could have written answers and wrote none."""
    cited = [result.answer for result in results if result.answer.citations]
    return bool(cited) and all(answer.mode == "quote" for answer in cited)


def _judging_model(options: argparse.Namespace, settings: Settings) -> BaseChatModel | None:
    """Opened before anything is asked, so that a name that cannot be meant ends the run at once."""
    if not options.judge and not options.judge_url:
        return None
    name, url = options.judge or "", options.judge_url or ""
    return open_model(replace(settings, model=name, model_url=url, model_timeout=JUDGE_SECONDS))


def _suites(options: argparse.Namespace) -> tuple[Sequence[Suite], Path, Path, bool]:
    if (options.documents is None) != (options.cases is None):
        raise SetupError("--documents and --cases go together: a folder of documents, and the cases on them.")
    if options.cases is None:
        return SETS[options.set], FLOORS, BASELINE, False
    folder = options.cases.parent
    suite = Suite(options.cases.stem, options.cases, options.documents)
    return [suite], folder / FLOORS.name, folder / BASELINE.name, True


def _load(suites: Sequence[Suite], kinds: Sequence[str]) -> list[LoadedSuite]:
    loaded = [load_suite(suite) for suite in suites]
    seen: dict[str, Path] = {}
    for suite, cases in zip(suites, loaded, strict=True):
        for case in cases.cases:
            if case.id in seen:
                raise SetupError(
                    f"The id {case.id!r} is used in {seen[case.id]} and in "
                    f"{suite.cases}. Give one of them another."
                )
            seen[case.id] = suite.cases
    if not kinds:
        return loaded
    chosen = [replace(suite, cases=[case for case in suite.cases if case.kind in kinds]) for suite in loaded]
    chosen = [suite for suite in chosen if suite.cases]
    if not chosen:
        raise SetupError(f"There is no case of kind {' or '.join(kinds)}.")
    return chosen


def _title(options: argparse.Namespace, settings: Settings) -> str:
    name = options.cases.name if options.cases else f"set {options.set}"
    kinds = f", kind {' and '.join(options.kind)}" if options.kind else ""
    written_by = settings.model or settings.model_url
    return f"{name}{kinds}" + (f", written by {written_by}" if written_by else "")


def _notes(
    options: argparse.Namespace, floors: gate.Floors, changes: gate.Changes | None, written: Sequence[Result]
) -> list[str]:
    notes = []
    if options.kind:
        notes.append("floors are for whole sets and do not apply to single kinds.")
    elif not floors:
        notes.append("there are no floors.")
    if written:
        by_model = sum(result.answer.mode == "model" for result in written)
        notes.append(
            f"the model wrote {by_model} of {len(written)} answers; the others are quotes and refusals."
        )
        notes.append("the baseline is of answers without a model and does not apply.")
    elif changes is None:
        notes.append(
            "there is no baseline, so no single case is guarded: look, then run with --update-baseline."
        )
    if options.update_baseline:
        notes.append("this run is the baseline now.")
    return notes


def _times(results: Sequence[Result], began: float, workers: int) -> Times:
    latencies = [result.answer.elapsed_ms for result in results]
    p50, p95 = np.percentile(latencies, [50, 95])
    return Times(
        measured=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(time.perf_counter() - began, 1),
        p50_ms=round(float(p50), 1),
        p95_ms=round(float(p95), 1),
        workers=workers,
        peak_memory_mb=_peak_memory_mb(),
    )


def _peak_memory_mb() -> float | None:
    try:
        import resource
    except ImportError:  # Windows has none
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)


def _make(folder: Path) -> None:
    """Make the folder of the reports, before anything is asked.

    Raises:
        SetupError: It cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> SetupError:
    return SetupError(
        f"The reports cannot be written to {folder} ({error.strerror}). Name another folder with --output."
    )


def _report(run: Run, folder: Path) -> None:
    reports.print_tables(run)
    try:
        reports.write_json(run, folder / "eval.json")
        reports.write_junit(run, folder / "eval.xml")
        reports.write_markdown(run, folder / "eval.md")
        reports.write_page(run, folder / "eval.html")
    except OSError as error:
        raise _unwritable(folder, error) from error
    print(f"Reports: {', '.join(str(folder / f'eval.{kind}') for kind in ('html', 'md', 'json', 'xml'))}")
