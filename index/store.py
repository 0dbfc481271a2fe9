"""Themes and their clauses as vectors in Chroma: build, open, know when stale.

Every index is named after its fingerprint, a digest of everything that shaped it. To look whether a
current one exists is to look for that name; a stale one simply has another. A build happens under a
name of its own and is renamed in one step when it is whole, so a crash at any moment leaves what was
there, and two processes that build at once each end with a sound index.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from index import themes as cutting
from index.documents import Document
from index.embedding import ThemeEmbeddings, Vectors
from index.errors import SetupError
from index.themes import Theme

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection
    from langchain_chroma import Chroma

LAYOUT = 1
"""Part of the fingerprint: raise it when what is stored changes."""

LONGEST_PIECE = 1_600
"""Characters: about 400 tokens of Dutch, under the 512 that multilingual-e5-small reads."""

BACKGROUND = "background"
"""Group of the generic questions that search measures a theme's popularity by."""

_BACKGROUND_FILE = Path(__file__).parent / "background.txt"
_COLLECTION = "themes"
_BATCH = 64
_UNUSED_AFTER_DAYS = 7

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Companion:
    """A text whose vector the caller wants kept beside the themes, so that opening needs no model.

    Attributes:
        group: A name to find it by.
        text: The text.
        is_query: Whether it is embedded as a question or as a passage.
    """

    group: str
    text: str
    is_query: bool = False


@dataclass(frozen=True)
class _Row:
    id: str
    text: str
    is_query: bool
    metadata: dict[str, str | int]


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
        self, collection: Collection, client: ClientAPI, themes: Sequence[Theme], embeddings: ThemeEmbeddings
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
                where={"$and": [{"kind": "clause"}, {"theme": {"$in": missing}}]},
                include=["embeddings", "metadatas"],
            )
            self._clauses.update(_group_clauses(missing, rows))
        return [self._clauses[theme.id] for theme in themes]

    def companions(self, group: str) -> tuple[list[str], Vectors]:
        """Texts and vectors of the companions of ``group``, in the order given at the build."""
        rows = self._collection.get(
            where={"$and": [{"kind": "companion"}, {"group": group}]}, include=["embeddings", "documents", "metadatas"]
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
            where={"$and": [{"kind": "theme"}, {"theme": {"$in": [theme.id for theme in themes]}}]},
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
        SetupError: The folder cannot be written, the server does not answer, or the model is missing.
    """
    themes = cutting.cut_all(documents)
    background = [Companion(BACKGROUND, line, True) for line in _BACKGROUND_FILE.read_text("utf-8").splitlines()]
    rows = _rows(themes, [*background, *companions])
    name = _fingerprint(rows, embeddings)
    if isinstance(location, str) and location.startswith(("http://", "https://")):
        return _open_server(location, name, themes, rows, embeddings, progress, rebuild)
    return _open_folder(Path(location), name, themes, rows, embeddings, progress, notice, rebuild)


def _open_folder(
    root: Path,
    name: str,
    themes: Sequence[Theme],
    rows: Sequence[_Row],
    embeddings: ThemeEmbeddings,
    progress: Progress,
    notice: Callable[[str], None],
    rebuild: bool,
) -> ThemeStore:
    folder = root / name
    if folder.is_dir() and not rebuild:
        store = _open_whole(folder, themes, rows, embeddings)
        if store is not None:
            with suppress(OSError):
                os.utime(folder)
            return store
        notice(f"The index in {folder} was damaged; it is rebuilt.")
        rebuild = True
    from filelock import FileLock

    try:
        root.mkdir(parents=True, exist_ok=True)
        with FileLock(root / "build.lock"):
            if rebuild or not folder.is_dir():
                _build_folder(root, folder, rows, embeddings, progress)
            _remove_unused(root, folder)
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise SetupError(
            f"The index cannot be written to {root} ({reason}). "
            "Make the folder writable, or name another with --index or TECHNIEKPACT_INDEX."
        ) from error
    store = _open_whole(folder, themes, rows, embeddings)
    if store is None:
        raise SetupError(f"The index in {folder} cannot be read back. Remove the folder and try again.")
    return store


def _build_folder(
    root: Path, folder: Path, rows: Sequence[_Row], embeddings: ThemeEmbeddings, progress: Progress
) -> None:
    """Build beside and swap in by renaming; what stood there before is removed last."""
    scratch = root / f"building-{uuid.uuid4().hex}"
    try:
        client = _folder_client(scratch)
        try:
            _fill(client, _COLLECTION, rows, embeddings, progress)
        finally:
            client.close()  # type: ignore[attr-defined]
        aside = root / f"replaced-{uuid.uuid4().hex}"
        if folder.exists():
            folder.rename(aside)
        scratch.rename(folder)
        shutil.rmtree(aside, ignore_errors=True)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _remove_unused(root: Path, current: Path) -> None:
    """Remove what a crash left behind and indexes that nobody opened for a week."""
    limit = time.time() - _UNUSED_AFTER_DAYS * 86_400
    for path in root.iterdir():
        left_behind = path.name.startswith(("building-", "replaced-"))
        if path.is_dir() and path != current and (left_behind or path.stat().st_mtime < limit):
            if left_behind or (path / "chroma.sqlite3").exists():
                shutil.rmtree(path, ignore_errors=True)


def _open_whole(
    folder: Path, themes: Sequence[Theme], rows: Sequence[_Row], embeddings: ThemeEmbeddings
) -> ThemeStore | None:
    """The index in ``folder``, or None where it is damaged: it must hold exactly the expected rows."""
    import chromadb.errors

    client = None
    try:
        client = _folder_client(folder)
        collection = client.get_collection(_COLLECTION, embedding_function=None)
        found = collection.get(include=["embeddings"])
        if set(found["ids"]) == {row.id for row in rows} and np.isfinite(np.asarray(found["embeddings"])).all():
            store = ThemeStore(collection, client, themes, embeddings)
            store.nearest(np.asarray(found["embeddings"])[0], 1)
            return store
    except (chromadb.errors.ChromaError, ValueError, KeyError, OSError, BaseException) as error:
        if not _is_damage(error):
            raise
    if client is not None:
        with suppress(Exception):
            client.close()  # type: ignore[attr-defined]
    return None


def _is_damage(error: BaseException) -> bool:
    """Whether ``error`` comes from unreadable files; Chroma's engine panics on some of them."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _folder_client(folder: Path) -> ClientAPI:
    import chromadb

    return chromadb.PersistentClient(path=str(folder), settings=chromadb.Settings(anonymized_telemetry=False))


def _open_server(
    url: str,
    name: str,
    themes: Sequence[Theme],
    rows: Sequence[_Row],
    embeddings: ThemeEmbeddings,
    progress: Progress,
    rebuild: bool,
) -> ThemeStore:
    import chromadb
    from chromadb.errors import ChromaError

    address = urlsplit(url)
    try:
        client = chromadb.HttpClient(
            host=address.hostname or "localhost",
            port=address.port or (443 if address.scheme == "https" else 80),
            ssl=address.scheme == "https",
            settings=chromadb.Settings(anonymized_telemetry=False),
        )
        target = f"{_COLLECTION}-{name}"
        existing = {collection.name for collection in client.list_collections()}
        if rebuild and target in existing:
            client.delete_collection(target)
        if rebuild or target not in existing:
            scratch = _fill(client, f"building-{uuid.uuid4().hex}", rows, embeddings, progress)
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
    client: ClientAPI, name: str, rows: Sequence[_Row], embeddings: ThemeEmbeddings, progress: Progress
) -> Collection:
    collection = client.create_collection(
        name, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
    )
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        collection.add(
            ids=[row.id for row in batch],
            embeddings=_embed(batch, embeddings),  # type: ignore[arg-type]
            documents=[row.text for row in batch],
            metadatas=[row.metadata for row in batch],
        )
        progress(min(start + _BATCH, len(rows)), len(rows))
    return collection


def _embed(rows: Sequence[_Row], embeddings: ThemeEmbeddings) -> Vectors:
    vectors: dict[str, Any] = {}
    for is_query, embed in ((True, embeddings.query_vectors), (False, embeddings.passage_vectors)):
        chosen = [row for row in rows if row.is_query == is_query]
        if chosen:
            vectors.update(zip((row.id for row in chosen), embed([row.text for row in chosen]), strict=True))
    return np.stack([vectors[row.id] for row in rows])


def _rows(themes: Sequence[Theme], companions: Iterable[Companion]) -> list[_Row]:
    rows = []
    for theme in themes:
        text, common = theme.document.text, {"theme": theme.id, "number": theme.number, "title": theme.title}
        for order, (start, end) in enumerate(cutting.pieces(theme, LONGEST_PIECE)):
            metadata = {**common, "kind": "theme", "start": start, "end": end}
            rows.append(_Row(f"{theme.id}/{order}", text[start:end], False, metadata))
        for order, (start, end) in enumerate(cutting.clauses(text, theme.body_start, theme.end)):
            metadata = {**common, "kind": "clause", "start": start, "end": end}
            titled = f"{theme.title}: {text[start:end]}"
            rows.append(_Row(f"{theme.id}/clause/{order}", titled, False, metadata))
    for order, companion in enumerate(companions):
        metadata = {"kind": "companion", "group": companion.group, "order": order}
        rows.append(_Row(f"companion/{order}", companion.text, companion.is_query, metadata))
    return rows


def _fingerprint(rows: Sequence[_Row], embeddings: ThemeEmbeddings) -> str:
    """A digest of the texts as they are embedded (and so of seeds and cutting) and of the model."""
    digest = hashlib.sha256(f"{LAYOUT}|{cutting.VERSION}|{embeddings.fingerprint}".encode())
    for row in rows:
        digest.update(f"\0{row.id}\0{row.is_query}\0{row.text}\0{sorted(row.metadata.items())}".encode())
    return digest.hexdigest()[:20]


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
