"""Every test has an index, a feedback file and settings of its own; the embedding model is the real one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import Assistant, Settings
from index.embedding import ThemeEmbeddings

SEEDS = Path(__file__).parents[1] / "seeds"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wanted = {"TECHNIEKPACT_MODEL_URL"} if request.node.get_closest_marker("model") else set()
    for name in [name for name in os.environ if name.startswith("TECHNIEKPACT_")]:
        if name not in wanted:
            monkeypatch.delenv(name)
    monkeypatch.setenv("TECHNIEKPACT_FEEDBACK", str(tmp_path / "feedback.jsonl"))


@pytest.fixture(scope="session")
def embeddings() -> ThemeEmbeddings:
    return ThemeEmbeddings()


@pytest.fixture(scope="session")
def built_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the seeds are indexed once for the whole run."""
    return tmp_path_factory.mktemp("index")


@pytest.fixture(scope="session")
def assistant(built_index: Path) -> Iterator[Assistant]:
    opened = Assistant.open(Settings(seeds=SEEDS, index=built_index))
    yield opened
    opened.close()
