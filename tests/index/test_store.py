"""The index: current, stale, damaged, interrupted, shared; always the real Chroma and the real model."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from index.documents import parse_document
from index.embedding import ThemeEmbeddings
from index.errors import SetupError
from index.search import ThemeRetriever
from index.store import ThemeStore, open_store

DOCUMENT = parse_document(
    "a.txt", "Titel\n\nGeld: De kosten stegen.\n\nMensen: Er kwamen vrijwilligers bij.\n"
)
CHANGED = parse_document("a.txt", "Titel\n\nGeld: De kosten daalden.\n\nMensen: Er gingen mensen weg.\n")


WEEK_AND_A_DAY = 8 * 86_400


def _builds(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir() if path.is_dir())


def _age(folder: Path) -> None:
    os.utime(folder, (time.time() - WEEK_AND_A_DAY,) * 2)


def test_a_current_index_is_opened_and_not_built_again(tmp_path: Path, embeddings: ThemeEmbeddings) -> None:
    calls: list[int] = []
    open_store([DOCUMENT], embeddings, tmp_path, progress=lambda done, total: calls.append(done)).close()
    assert calls
    calls.clear()
    began = time.perf_counter()
    store = open_store([DOCUMENT], embeddings, tmp_path, progress=lambda done, total: calls.append(done))
    assert not calls and time.perf_counter() - began < 1.0
    assert store.vectorstore.similarity_search("vrijwilligers", k=1)
    store.close()


def test_a_changed_document_is_indexed_anew_beside_the_old(
    tmp_path: Path, embeddings: ThemeEmbeddings
) -> None:
    open_store([DOCUMENT], embeddings, tmp_path).close()
    store = open_store([CHANGED], embeddings, tmp_path)
    assert len(_builds(tmp_path)) == 2
    best = ThemeRetriever(store=store).rank("Wat gebeurde er met de kosten?")[0]
    assert best.theme.text == "Geld: De kosten daalden."
    store.close()


def test_the_space_is_cosine_and_a_theme_is_found_by_meaning(
    tmp_path: Path, embeddings: ThemeEmbeddings
) -> None:
    store = open_store([DOCUMENT], embeddings, tmp_path)
    vector = embeddings.query_vectors(["Hielpen er meer mensen mee?"])[0]
    theme, cosine = store.nearest(vector, 1)[0]
    expected = float(embeddings.passage_vectors([theme.text])[0] @ vector)
    assert theme.title == "Mensen" and cosine == pytest.approx(expected, abs=1e-4)
    store.close()


def test_retriever_gives_langchain_documents_with_offsets(
    tmp_path: Path, embeddings: ThemeEmbeddings
) -> None:
    store = open_store([DOCUMENT], embeddings, tmp_path)
    first, *_ = ThemeRetriever(store=store, k=2).invoke("Hoe zit het met het geld?")
    assert first.metadata["title"] == "Geld"
    assert DOCUMENT.text[first.metadata["start"] : first.metadata["end"]] == first.page_content
    store.close()


@pytest.mark.parametrize("damage", ["database", "rows"])
def test_a_damaged_index_is_rebuilt_with_a_notice(
    tmp_path: Path, embeddings: ThemeEmbeddings, damage: str
) -> None:
    store = open_store([DOCUMENT], embeddings, tmp_path)
    if damage == "rows":
        store.vectorstore.delete(["a.txt#1/0"])
    store.close()
    if damage == "database":
        (tmp_path / _builds(tmp_path)[0] / "chroma.sqlite3").write_bytes(b"not a database" * 100)
    notices: list[str] = []
    store = open_store([DOCUMENT], embeddings, tmp_path, notice=notices.append)
    assert len(notices) == 1 and "damaged" in notices[0]
    assert store.nearest(embeddings.query_vectors(["geld"])[0], 3)
    store.close()
    assert len(_builds(tmp_path)) == 1


def test_an_index_that_cannot_be_opened_now_is_named_and_kept(
    tmp_path: Path, embeddings: ThemeEmbeddings
) -> None:
    open_store([DOCUMENT], embeddings, tmp_path).close()
    builds = _builds(tmp_path)
    database = tmp_path / builds[0] / "chroma.sqlite3"
    database.rename(tmp_path / "sound")
    database.mkdir()  # SQLite says what it says where too many files are open
    with pytest.raises(SetupError, match=r"cannot be opened \(unable to open database file\)"):
        open_store([DOCUMENT], embeddings, tmp_path)
    assert _builds(tmp_path) == builds
    database.rmdir()
    (tmp_path / "sound").rename(database)
    open_store([DOCUMENT], embeddings, tmp_path, progress=lambda *_: pytest.fail("built again")).close()


def test_a_fault_of_our_own_is_not_taken_for_damage(
    tmp_path: Path, embeddings: ThemeEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: object) -> None:
        raise TypeError("ours")

    open_store([DOCUMENT], embeddings, tmp_path).close()
    builds = _builds(tmp_path)
    monkeypatch.setattr(ThemeStore, "nearest", fault)
    with pytest.raises(TypeError, match="ours"):
        open_store([DOCUMENT], embeddings, tmp_path)
    assert _builds(tmp_path) == builds


def test_a_rebuild_leaves_the_open_build_alone_and_is_opened_next(
    tmp_path: Path, embeddings: ThemeEmbeddings
) -> None:
    store = open_store([DOCUMENT], embeddings, tmp_path)
    first = _builds(tmp_path)
    open_store([DOCUMENT], embeddings, tmp_path, rebuild=True).close()
    assert len(_builds(tmp_path)) == 2 and first[0] in _builds(tmp_path)
    assert store.clauses(store.themes)
    open_store([DOCUMENT], embeddings, tmp_path, progress=lambda *_: pytest.fail("built again")).close()
    store.close()


def test_a_build_unused_for_a_week_goes_unless_it_is_open(
    tmp_path: Path, embeddings: ThemeEmbeddings
) -> None:
    store = open_store([DOCUMENT], embeddings, tmp_path)
    old = tmp_path / _builds(tmp_path)[0]
    _age(old)
    program = (
        "from pathlib import Path\n"
        "from index.documents import parse_document; from index.embedding import ThemeEmbeddings\n"
        "from index.store import open_store\n"
        f"document = parse_document('a.txt', {CHANGED.text!r})\n"
        f"open_store([document], ThemeEmbeddings(), Path({str(tmp_path)!r})).close()\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], check=True)
    assert old.exists() and store.clauses(store.themes)
    store.close()
    _age(old)
    open_store([CHANGED], embeddings, tmp_path, rebuild=True).close()
    assert not old.exists()


def test_only_folders_of_our_own_naming_are_removed(tmp_path: Path, embeddings: ThemeEmbeddings) -> None:
    theirs = [tmp_path / name for name in ("building-plans", "photos", f"{'a' * 20}-backup")]
    ours = [tmp_path / name for name in (f"building-{'0' * 32}", f"{'a' * 20}-{'0' * 20}")]
    for folder in theirs + ours:
        folder.mkdir()
        (folder / "chroma.sqlite3").touch()
        _age(folder)
    open_store([DOCUMENT], embeddings, tmp_path).close()
    assert all(folder.exists() for folder in theirs) and not any(folder.exists() for folder in ours)


def test_a_build_that_is_killed_leaves_the_old_index_and_no_rubbish(
    tmp_path: Path, embeddings: ThemeEmbeddings
) -> None:
    open_store([DOCUMENT], embeddings, tmp_path).close()
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from index.documents import parse_document; from index.embedding import ThemeEmbeddings\n"
        "from index.store import open_store\n"
        f"document = parse_document('a.txt', {CHANGED.text!r})\n"
        "die = lambda done, total: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"open_store([document], ThemeEmbeddings(), Path({str(tmp_path)!r}), progress=die)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(_builds(tmp_path)) == 2 and any(name.startswith("building-") for name in _builds(tmp_path))
    open_store([DOCUMENT], embeddings, tmp_path).close()
    open_store([CHANGED], embeddings, tmp_path).close()
    assert not any(name.startswith("building-") for name in _builds(tmp_path))


def test_two_processes_that_build_at_once_both_end_with_a_sound_index(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path\n"
        "from index.documents import parse_document; from index.embedding import ThemeEmbeddings\n"
        "from index.store import open_store\n"
        f"document = parse_document('a.txt', {DOCUMENT.text!r}); model = ThemeEmbeddings()\n"
        f"store = open_store([document], model, Path({str(tmp_path)!r}))\n"
        "print(store.nearest(model.query_vectors(['geld'])[0], 1)[0][0].title)\n"
    )
    command = [sys.executable, "-c", program]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    both = [
        subprocess.Popen(
            command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True, env=environment
        )
        for _ in range(2)
    ]
    assert [process.communicate(timeout=120)[0].strip() for process in both] == ["Geld", "Geld"]
    assert len(_builds(tmp_path)) == 1


def test_an_index_folder_that_cannot_be_written_is_named(tmp_path: Path, embeddings: ThemeEmbeddings) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    with pytest.raises(SetupError, match="cannot be written"):
        open_store([DOCUMENT], embeddings, file / "index")


def test_a_database_that_cannot_be_made_is_named(tmp_path: Path, embeddings: ThemeEmbeddings) -> None:
    deep = tmp_path.joinpath(*["x" * 200] * 4)  # more characters than SQLite takes
    with pytest.raises(SetupError, match=r"cannot be written to .* \(unable to open database file\)"):
        open_store([DOCUMENT], embeddings, deep)


def test_a_url_that_is_none_is_named(embeddings: ThemeEmbeddings) -> None:
    with pytest.raises(SetupError, match=r"Chroma server at http://\[x"):
        open_store([DOCUMENT], embeddings, "http://[x")


def test_a_server_that_is_not_there_is_named(embeddings: ThemeEmbeddings) -> None:
    with pytest.raises(SetupError, match="Chroma server at http://127"):
        open_store([DOCUMENT], embeddings, "http://127.0.0.1:9")


def test_an_unknown_model_is_named_while_offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(SetupError, match="no-such/model"):
        open_store([DOCUMENT], ThemeEmbeddings("no-such/model"), tmp_path)


def test_a_lone_surrogate_and_an_endless_text_have_a_vector(embeddings: ThemeEmbeddings) -> None:
    assert embeddings.query_vectors(["\ud800", "", "x" * 5_000]).shape == (3, 384)
