"""Themes and their clauses as vectors in Chroma: build, open, know when stale.

Every index is named after its fingerprint, a digest of everything that shaped it. To look whether a
current one exists is to look for that name; a stale one simply has another. A build happens under a
name of its own and is renamed in one step when it is whole, so a crash at any moment leaves what was
there, and two processes that build at once each end with a sound index.
"""

from __future__ import annotations

import re
import shutil
import threading
import uuid
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from filelock import BaseFileLock, FileLock

from index import builds
from index import themes as cutting
from index.documents import Document
from index.embedding import ThemeEmbeddings, Vectors
from index.errors import SetupError
from index.rows import LONGEST_PIECE, Companion, Row, embed, fingerprint, rows_of
from index.themes import Theme

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection
    from langchain_chroma import Chroma

_COLLECTION = "themes"
_BATCH = 64
_STARTING = threading.Lock()
"""Chroma lets a second thread have a client of the same path before it has started."""

_REASON = re.compile(r"\(code: (?P<code>\d+)\) (?P<words>.+)|(?P<files>Too many open files)")
"""What SQLite or the system says, within the message of an error of Chroma's engine."""
_SQLITE_DAMAGE = {1, 11, 26}
"""SQLite's result codes for a table that is gone, a malformed file and one that is no database."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Clauses:
    """The clauses of one theme: offsets into its document and unit vectors, shape (n, dimensions)."""

    spans: tuple[tuple[int, int], ...]
    vectors: Vectors


class ThemeStore:
    """An open index.

    Attributes:
        themes: Every theme of every document, in order.
        embeddings: The model that made the vectors.
        vectorstore: LangChain's view of the collection.
    """

    def __init__(
        self,
        collection: Collection,
        client: ClientAPI,
        themes: Sequence[Theme],
        embeddings: ThemeEmbeddings,
        hold: BaseFileLock | None = None,
    ) -> None:
        from langchain_chroma import Chroma

        self.themes = tuple(themes)
        self.embeddings = embeddings
        self.vectorstore: Chroma = Chroma(
            client=client,
            collection_name=collection.name,
            embedding_function=embeddings,
            create_collection_if_not_exists=False,
        )
        self._client = client
        self._hold = hold
        self._collection = collection
        self._by_id = {theme.id: theme for theme in self.themes}
        self._most_pieces = max(len(cutting.pieces(theme, LONGEST_PIECE)) for theme in self.themes)
        self._clauses: dict[str, Clauses] = {}

    def nearest(self, vector: Vectors, k: int) -> list[tuple[Theme, float]]:
        """The ``k`` themes nearest to a unit vector with their cosine, nearest first."""
        rows = self.vectorstore.similarity_search_by_vector_with_relevance_scores(
            vector.tolist(), k=min(k * self._most_pieces, self._collection_size), filter={"kind": "theme"}
        )
        cosines: dict[str, float] = {}
        for document, distance in rows:
            cosines.setdefault(document.metadata["theme"], 1.0 - distance)
        return [(self._by_id[identity], cosine) for identity, cosine in list(cosines.items())[:k]]

    def clauses(self, themes: Sequence[Theme]) -> list[Clauses]:
        """The clauses of each theme; read from Chroma once, then from memory."""
        missing = [theme.id for theme in themes if theme.id not in self._clauses]
        if missing:
            rows = self._collection.get(
                where=_of_themes("clause", missing),
                include=["embeddings", "metadatas"],
            )
            self._clauses.update(_group_clauses(missing, rows))
        return [self._clauses[theme.id] for theme in themes]

    def companions(self, group: str) -> tuple[list[str], Vectors]:
        """Texts and vectors of the companions of ``group``, in the order given at the build."""
        rows = self._collection.get(
            where={"$and": [{"kind": "companion"}, {"group": group}]},
            include=["embeddings", "documents", "metadatas"],
        )
        order = sorted(range(len(rows["ids"])), key=lambda row: rows["metadatas"][row]["order"])  # type: ignore
        texts = [rows["documents"][row] for row in order]  # type: ignore[index]
        return texts, np.asarray(rows["embeddings"], dtype=np.float32)[order]

    def theme_vectors(self) -> Vectors:
        """One unit vector a theme, in the order of ``themes``."""
        return self.vectors(self.themes)

    def vectors(self, themes: Sequence[Theme]) -> Vectors:
        """Unit vectors of ``themes``, shape (n, dimensions); a theme in pieces is their mean."""
        rows = self._collection.get(
            where=_of_themes("theme", [theme.id for theme in themes]),
            include=["embeddings", "metadatas"],
        )
        sums: dict[str, Vectors] = {}
        for metadata, vector in zip(rows["metadatas"] or [], np.asarray(rows["embeddings"]), strict=True):
            identity = str(metadata["theme"])
            sums[identity] = sums[identity] + vector if identity in sums else vector
        matrix = np.stack([sums[theme.id] for theme in themes]).astype(np.float32)
        return np.asarray(matrix / np.linalg.norm(matrix, axis=1, keepdims=True), dtype=np.float32)

    def close(self) -> None:
        """Let go of the database."""
        self._client.close()  # type: ignore[attr-defined]
        if self._hold:
            self._hold.release()

    @property
    def _collection_size(self) -> int:
        return len(self.themes) * self._most_pieces


def open_store(
    documents: Sequence[Document],
    embeddings: ThemeEmbeddings,
    location: Path | str,
    *,
    companions: Iterable[Companion] = (),
    progress: Progress = lambda done, total: None,
    notice: Callable[[str], None] = lambda line: None,
    rebuild: bool = False,
) -> ThemeStore:
    """Open the index of ``documents`` at ``location``, after building it where it is missing or stale.

    Args:
        documents: What is indexed.
        embeddings: The model.
        location: A folder, or the URL of a Chroma server.
        companions: Texts to be kept beside the themes.
        progress: Called with texts embedded so far and in all while building.
        notice: Called with one line when a damaged index is replaced.
        rebuild: Build even where a current one exists.

    Raises:
        SetupError: The folder cannot be written, the index in it cannot be opened, the server does not
            answer, or the model is missing.
    """
    themes = cutting.cut_all(documents)
    rows = rows_of(themes, companions)
    name = fingerprint(rows, embeddings)
    if isinstance(location, str) and location.startswith(("http://", "https://")):
        return _open_server(location, name, themes, rows, embeddings, progress, rebuild)
    return _open_folder(Path(location), name, themes, rows, embeddings, progress, notice, rebuild)


def _open_folder(
    root: Path,
    name: str,
    themes: Sequence[Theme],
    rows: Sequence[Row],
    embeddings: ThemeEmbeddings,
    progress: Progress,
    notice: Callable[[str], None],
    rebuild: bool,
) -> ThemeStore:
    from chromadb.errors import ChromaError

    old, damaged = builds.newest(root, name), None
    if old and not rebuild:
        store = _open_whole(old, themes, rows, embeddings)
        if store is not None:
            return store
        notice(f"The index in {old} was damaged; it is rebuilt.")
        damaged = old
    try:
        root.mkdir(parents=True, exist_ok=True)
        with FileLock(root / "build.lock"):
            folder = builds.newest(root, name)
            if folder is None or folder == old:
                folder = _build_folder(root, name, rows, embeddings, progress)
            builds.remove_unused(root, folder, damaged)
    except (OSError, NotImplementedError, ChromaError) as error:
        raise SetupError(
            f"The index cannot be written to {root} ({_reason(error)}). "
            "Make the folder writable, or name another with --index or TECHNIEKPACT_INDEX."
        ) from error
    store = _open_whole(folder, themes, rows, embeddings)
    if store is None:
        raise SetupError(f"The index in {folder} cannot be read back. Remove the folder and try again.")
    return store


def _build_folder(
    root: Path, name: str, rows: Sequence[Row], embeddings: ThemeEmbeddings, progress: Progress
) -> Path:
    """Build aside and swap in by renaming."""
    scratch, folder = builds.scratch(root), builds.fresh(root, name)
    try:
        client = _folder_client(scratch)
        try:
            _fill(client, _COLLECTION, rows, embeddings, progress)
        finally:
            client.close()  # type: ignore[attr-defined]
        scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder


def _open_whole(
    folder: Path, themes: Sequence[Theme], rows: Sequence[Row], embeddings: ThemeEmbeddings
) -> ThemeStore | None:
    """The index in ``folder``, or None where it is damaged: it must hold exactly the expected rows.

    Raises:
        SetupError: It may well be sound but cannot be opened: it is locked, not to be written, or too many
            files are open.
    """
    hold, client, whole = builds.hold(folder), None, None
    try:
        client = _folder_client(folder)
        collection = client.get_collection(_COLLECTION, embedding_function=None)
        found = collection.get(include=["embeddings"])
        if (
            set(found["ids"]) == {row.id for row in rows}
            and np.isfinite(np.asarray(found["embeddings"])).all()
        ):
            store = ThemeStore(collection, client, themes, embeddings, hold)
            store.nearest(np.asarray(found["embeddings"])[0], 1)
            whole = store
    except BaseException as error:
        if _is_refusal(error):
            raise SetupError(
                f"The index in {folder} cannot be opened ({_reason(error)}). Make the folder writable "
                "and close other programs that use it, or name another with --index or TECHNIEKPACT_INDEX."
            ) from error
        if not _is_damage(error):
            raise
    finally:
        if whole is None:
            if client is not None:
                with suppress(Exception):
                    client.close()  # type: ignore[attr-defined]
            if hold:
                hold.release()
    return whole


def _is_refusal(error: BaseException) -> bool:
    """Whether the system or SQLite would not open files that may be sound."""
    said = _REASON.search(str(error)) if _is_damage(error) else None
    if said is None:
        return isinstance(error, OSError)
    return said["code"] is None or int(said["code"]) % 256 not in _SQLITE_DAMAGE


def _is_damage(error: BaseException) -> bool:
    """Whether ``error`` is what Chroma raises for files it cannot read; its engine panics on some of them."""
    from chromadb.errors import ChromaError

    return isinstance(error, ChromaError | ValueError | KeyError) or type(error).__name__ == "PanicException"


def _reason(error: BaseException) -> str:
    """In a few words, why the system, SQLite or Chroma refused."""
    said = _REASON.search(str(error))
    if said:
        return said["words"] or said["files"]
    return getattr(error, "strerror", None) or type(error).__name__


def _folder_client(folder: Path) -> ClientAPI:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    with _STARTING:
        try:
            return chromadb.PersistentClient(path=str(folder), settings=settings)
        except AttributeError:  # a path that failed before fails once more; only then does Chroma forget it
            return chromadb.PersistentClient(path=str(folder), settings=settings)


def _open_server(
    url: str,
    name: str,
    themes: Sequence[Theme],
    rows: Sequence[Row],
    embeddings: ThemeEmbeddings,
    progress: Progress,
    rebuild: bool,
) -> ThemeStore:
    import chromadb
    from chromadb.config import Settings
    from chromadb.errors import ChromaError

    try:
        address = urlsplit(url)
        client = chromadb.HttpClient(
            host=address.hostname or "localhost",
            port=address.port or (443 if address.scheme == "https" else 80),
            ssl=address.scheme == "https",
            settings=Settings(anonymized_telemetry=False),
        )
        target = f"{_COLLECTION}-{name}"
        existing = {collection.name for collection in client.list_collections()}
        if rebuild or target not in existing:
            scratch = _fill(client, f"building-{uuid.uuid4().hex}", rows, embeddings, progress)
            if target in existing:
                client.delete_collection(target)
            try:
                scratch.modify(name=target)
            except ChromaError:  # another process was first: its collection is the same
                client.delete_collection(scratch.name)
        collection = client.get_collection(target, embedding_function=None)
    except (ChromaError, ValueError, OSError) as error:
        raise SetupError(
            f"The Chroma server at {url} does not answer as it should ({type(error).__name__}). "
            "Start it, or unset TECHNIEKPACT_CHROMA_URL to use a folder."
        ) from error
    return ThemeStore(collection, client, themes, embeddings)


def _fill(
    client: ClientAPI, name: str, rows: Sequence[Row], embeddings: ThemeEmbeddings, progress: Progress
) -> Collection:
    collection = client.create_collection(
        name, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
    )
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        collection.add(
            ids=[row.id for row in batch],
            embeddings=embed(batch, embeddings),
            documents=[row.text for row in batch],
            metadatas=[row.metadata for row in batch],
        )
        progress(min(start + _BATCH, len(rows)), len(rows))
    return collection


def _of_themes(kind: str, identities: Sequence[str]) -> Any:
    """Chroma's filter for the rows of a kind that belong to some themes."""
    return {"$and": [{"kind": kind}, {"theme": {"$in": list(identities)}}]}


def _group_clauses(identities: Sequence[str], rows: Any) -> dict[str, Clauses]:
    grouped: dict[str, list[tuple[int, int, Vectors]]] = {identity: [] for identity in identities}
    for metadata, vector in zip(rows["metadatas"], rows["embeddings"], strict=True):
        grouped[metadata["theme"]].append((metadata["start"], metadata["end"], vector))
    result = {}
    for identity, found in grouped.items():
        found.sort(key=lambda row: row[:2])
        vectors = np.array([vector for _, _, vector in found], dtype=np.float32)
        result[identity] = Clauses(tuple((start, end) for start, end, _ in found), vectors)
    return result
