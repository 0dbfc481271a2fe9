"""Open the language model that the settings name, through LangChain."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from assistant.settings import Settings
from index.errors import SetupError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

MOST_TOKENS = 600
"""Of one reply; the prompt asks for four short sentences, which take about 150."""

_UNNAMED = "default"
"""Sent where an endpoint is given without a model's name and does not say what it serves."""

_LISTING_SECONDS = 3.0
_PACKAGE = re.compile(r"pip install ([\w-]+)")


def open_model(settings: Settings) -> BaseChatModel:
    """The chat model of ``settings.model`` and ``settings.model_url``; it is not yet asked anything.

    An address is that of an OpenAI-compatible endpoint; without a name it is asked which model it
    serves, and a key is optional there. Keys are read by the provider's own package from the
    provider's own environment variable, and no message here repeats what a provider's package says.

    Raises:
        SetupError: The provider is unknown, or its package or its key is missing.
    """
    from langchain.chat_models import init_chat_model
    from pydantic import ValidationError

    options: dict[str, object] = {
        "timeout": settings.model_timeout,
        "max_retries": 0,  # the answer in quotes is a better second try than a longer wait
        "max_tokens": MOST_TOKENS,
    }
    name = settings.model
    if settings.model_url:
        key = os.environ.get("OPENAI_API_KEY") or "none"
        address = _with_version(settings.model_url)
        name = name.removeprefix("openai:") or _served(address, key)
        options |= {"model_provider": "openai", "base_url": address, "api_key": key, "temperature": 0.0}
    try:
        model: BaseChatModel = init_chat_model(name, **options)  # type: ignore[call-overload]
    except ImportError as error:
        found = _PACKAGE.search(str(error))
        package = found.group(1) if found else "langchain-" + name.partition(":")[0].replace("_", "-")
        raise SetupError(
            f"The model {name!r} needs a package that is not installed. "
            f"Run: {sys.executable} -m pip install {package}"
        ) from None
    except Exception as error:  # each provider's package has an exception of its own for a missing key
        if isinstance(error, ValueError) and not isinstance(error, ValidationError):
            raise SetupError(
                f"The model {name!r} names no provider that is known. Give provider:name (--model, --judge "
                "or TECHNIEKPACT_MODEL), such as openai:gpt-5-mini, mistralai:mistral-small-latest or "
                "ollama:llama3.2, or the address of an OpenAI-compatible endpoint (--model-url, --judge-url "
                "or TECHNIEKPACT_MODEL_URL)."
            ) from None
        raise SetupError(
            f"The model {name!r} cannot be opened ({type(error).__name__}). Most often the provider's key is "
            "missing: set the environment variable that the provider's documentation names."
        ) from None
    return model


def _with_version(address: str) -> str:
    """The address as the client needs it: a bare host serves its interface under ``/v1``.

    Raises:
        SetupError: It is no http address.
    """
    try:
        parts = urlsplit(address)
        can_be_called = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets without their fellow, a port that is no number
        can_be_called = False
    if not can_be_called:
        raise SetupError(
            "The model's address (--model-url, --judge-url or TECHNIEKPACT_MODEL_URL) cannot be read. "
            "Give one such as http://127.0.0.1:8080/v1."
        )
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") or "/v1"))


def _served(address: str, key: str) -> str:
    """The first model that the endpoint lists.

    Where it does not answer or lists none, a stand-in: servers of one model take any name, and one
    that is not up yet is reported at the first question, where the quotes step in.
    """
    import httpx

    try:
        reply = httpx.get(
            f"{address}/models", headers={"Authorization": f"Bearer {key}"}, timeout=_LISTING_SECONDS
        )
        return str(reply.raise_for_status().json()["data"][0]["id"])
    except (httpx.HTTPError, ValueError, LookupError, TypeError):
        return _UNNAMED
