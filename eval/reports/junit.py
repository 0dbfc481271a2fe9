"""The JUnit report: what stops a change is a failure, a case that was wrong before is skipped."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from eval.gate import Changes
from eval.results import Result
from eval.run import Run, reasons

_NOT_IN_XML = {code: "\N{REPLACEMENT CHARACTER}" for code in range(32) if code not in (9, 10, 13)}


def write_junit(run: Run, path: Path) -> None:
    """Write ``run`` as CI systems read tests."""
    root = Element("testsuites", name="eval")
    for group in run.figures:
        suite = SubElement(root, "testsuite", name=group)
        for result in run.results:
            if result.group == group:
                _add_case(suite, result, run.changes or Changes())
    _add_missing(root, run.changes or Changes())
    _add_floors(root, run)
    for suite in root:
        suite.set("tests", str(len(suite)))
        for outcome in ("failure", "skipped"):
            suite.set(
                f"{outcome}s" if outcome == "failure" else outcome, str(len(suite.findall(f"*/{outcome}")))
            )
    indent(root)
    ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _add_case(suite: Element, result: Result, changes: Changes) -> None:
    case = SubElement(
        suite,
        "testcase",
        classname=f"{result.group}.{result.case.kind}",
        name=_clean(f"{result.case.id} {result.case.question}"),
        time=f"{result.answer.elapsed_ms / 1_000:.3f}",
    )
    worse = {wrong.case.id: checks for wrong, checks in changes.grave}
    altered = {changed.case.id for changed in changes.altered}
    if result.case.id in worse:
        _add(case, "failure", f"got worse: {reasons(result, worse[result.case.id])}")
    elif result.case.id in altered:
        _add(case, "failure", "the case is not what it was when the baseline was made")
    elif not result.is_right:
        _add(case, "skipped", f"wrong, and no reason to stop: {reasons(result)}")


def _add_missing(root: Element, changes: Changes) -> None:
    suite = SubElement(root, "testsuite", name="missing cases")
    for identity in changes.missing:
        case = SubElement(suite, "testcase", classname="missing cases", name=identity)
        _add(case, "failure", "in the baseline, not among the cases")


def _add_floors(root: Element, run: Run) -> None:
    suite = SubElement(root, "testsuite", name="floors")
    for group, figures in run.figures.items():
        for figure in figures:
            floor, state = run.floor(group, figure)
            if floor:
                case = SubElement(suite, "testcase", classname=f"floors.{group}", name=figure.metric.title)
                if state != "ok":
                    _add(case, "failure", f"{figure.value:.1%} (n={figure.n}); the floor is {floor}")


def _add(case: Element, outcome: str, message: str) -> None:
    SubElement(case, outcome, message=_clean(message))


def _clean(text: str) -> str:
    return text.translate(_NOT_IN_XML)
