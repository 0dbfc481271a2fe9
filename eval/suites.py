"""Which cases are scored on which documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.cases import Case, check_themes, load_cases
from index.documents import Document, read_documents
from index.themes import Theme, cut

ROOT = Path(__file__).resolve().parent
FLOORS = ROOT / "floors.toml"
BASELINE = ROOT / "baseline.json"


@dataclass(frozen=True)
class Suite:
    """A case file and the folder of the documents that it asks about.

    Attributes:
        group: Name of the group that its figures stand under.
        cases: The case file.
        documents: The folder.
    """

    group: str
    cases: Path
    documents: Path


_SEEDS = ROOT.parent / "seeds"
MAIN = Suite("main document", ROOT / "cases" / "test.jsonl", _SEEDS)
OTHER = Suite("other documents", ROOT / "cases" / "documents.jsonl", ROOT / "documents")
EVERYDAY = Suite("everyday", ROOT / "cases" / "everyday.jsonl", _SEEDS)
TUNE = Suite("tuning", ROOT / "cases" / "tune.jsonl", _SEEDS)
TUNE_DOCUMENTS = Suite("tuning documents", ROOT / "tuning" / "cases.jsonl", ROOT / "tuning" / "documents")

SETS: Mapping[str, tuple[Suite, ...]] = {
    "test": (MAIN, OTHER, EVERYDAY),
    "tune": (TUNE,),
    "tune-documents": (TUNE_DOCUMENTS,),
    "everyday": (EVERYDAY,),
    "all": (MAIN, OTHER, EVERYDAY, TUNE, TUNE_DOCUMENTS),
}


@dataclass(frozen=True)
class Source:
    """A document as the eval itself reads and cuts it, apart from what the assistant says it holds.

    Attributes:
        path: The file.
        document: Its text.
        themes: Its themes by number.
    """

    path: Path
    document: Document
    themes: Mapping[int, Theme]


@dataclass(frozen=True)
class LoadedSuite:
    """The cases and documents of a suite."""

    group: str
    cases: Sequence[Case]
    sources: Mapping[str, Source]


def load_suite(suite: Suite) -> LoadedSuite:
    """Read the cases and the documents of ``suite`` and check them against each other.

    Raises:
        SetupError: A file cannot be read, a case is malformed, or names what does not exist.
    """
    sources = {}
    for document in read_documents(suite.documents):
        themes = {theme.number: theme for theme in cut(document)}
        sources[document.name] = Source(suite.documents / document.name, document, themes)
    cases = load_cases(suite.cases)
    check_themes(cases, {name: list(source.themes) for name, source in sources.items()}, suite.cases)
    return LoadedSuite(suite.group, cases, sources)
