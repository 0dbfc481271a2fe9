"""The trained weights on disk: safetensors, matrices in 8 bits, with a checksum in the file's metadata."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from reader.errors import ReaderUnavailable

WEIGHTS = Path(__file__).with_name("reader.safetensors")

FORMAT = "reader-3"
_SCALE = ".scale"


def save(state: Mapping[str, Tensor], path: Path, about: Mapping[str, str]) -> None:
    """Write ``state``: each row of a matrix as int8 with one float32 scale, the rest in half precision."""
    tensors: dict[str, Tensor] = {}
    for name, value in state.items():
        if value.ndim == 2:
            scale = value.abs().amax(1, keepdim=True).clamp_min(1e-8) / 127
            tensors[name] = (value / scale).round().to(torch.int8)
            tensors[name + _SCALE] = scale.float()
        else:
            tensors[name] = value.half()
    tensors = {name: value.contiguous() for name, value in tensors.items()}
    save_file(tensors, path, {**about, "format": FORMAT, "sha256": _checksum(tensors)})
    path.chmod(0o644)


def load(path: Path) -> dict[str, Tensor]:
    """The state in float32.

    Raises:
        ReaderUnavailable: The file is missing, damaged, or of another format.
    """
    remedy = "Restore it from the project, or train it again with python -m reader.train."
    if not path.is_file():
        raise ReaderUnavailable(f"The reader's weights {path.name} are missing. {remedy}")
    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata() or {}
            tensors: dict[str, Tensor] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise ReaderUnavailable(
            f"The reader's weights {path.name} cannot be read ({error}). {remedy}"
        ) from error
    if about.get("format") != FORMAT:
        raise ReaderUnavailable(f"The reader's weights {path.name} are not of format {FORMAT}. {remedy}")
    if about.get("sha256") != _checksum(tensors):
        raise ReaderUnavailable(
            f"The reader's weights {path.name} are damaged: the checksum differs. {remedy}"
        )
    return {
        name: value.float() * tensors[name + _SCALE] if value.dtype == torch.int8 else value.float()
        for name, value in tensors.items()
        if not name.endswith(_SCALE)
    }


def _checksum(tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(f"{name} {tuple(tensors[name].shape)}".encode())
        digest.update(tensors[name].numpy().tobytes())
    return digest.hexdigest()
