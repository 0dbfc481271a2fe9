"""A language model's opinion of the answers: does each rest on the passages it cites? Never gating.

A short prompt of ours, not ragas: installed beside this project's requirements, ragas 0.4.3 takes
langchain-openai back to 1.1 and openai from 3 to 1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tqdm import tqdm

from assistant import Settings
from eval.results import Result
from index.errors import SetupError
from prompts import as_data, messages

_VERDICT = re.compile(r"\b(yes|no)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Judgement:
    """What the model said.

    Attributes:
        model: Which model.
        faithful: Ids of the cases of which it found every sentence carried.
        unfaithful: Ids of those of which it did not.
        unclear: Ids of those on which it said neither yes nor no.
    """

    model: str
    faithful: Sequence[str]
    unfaithful: Sequence[str]
    unclear: Sequence[str]

    @property
    def summary(self) -> str:
        """The opinion in one line."""
        clear = len(self.faithful) + len(self.unfaithful)
        share = f"{len(self.faithful) / clear:.1%}" if clear else "none"
        return f"{share} of {clear} answers found faithful by {self.model}; unclear: {len(self.unclear)}"


def judge(results: Sequence[Result], settings: Settings) -> Judgement:
    """Have the model of ``settings`` judge every answer that cites something.

    Raises:
        SetupError: No model is named, or it does not answer.
    """
    model = _model(settings)
    verdicts: dict[str, list[str]] = {"yes": [], "no": [], "": []}
    judged = [result for result in results if result.answer.citations]
    for result in tqdm(judged, unit="answer", desc="Judging", disable=None, leave=False):
        passages = "\n".join(f"[{citation.number}] {citation.quote}" for citation in result.answer.citations)
        prompt = messages("judge", "en", passages=as_data(passages), answer=as_data(result.answer.text))
        try:
            reply = model.invoke(prompt)
        except Exception as error:
            # Each provider's library raises errors of its own; all of them mean that there is no verdict.
            raise SetupError(
                f"The judging model did not answer ({type(error).__name__}: {error})."
            ) from error
        found = _VERDICT.search(reply.text)
        verdicts[found.group().lower() if found else ""].append(result.case.id)
    return Judgement(settings.model, verdicts["yes"], verdicts["no"], verdicts[""])


def _model(settings: Settings) -> Any:
    from langchain.chat_models import init_chat_model

    if not settings.model:
        raise SetupError("--judge needs a model: name one, as in --judge openai:gpt-4.1-mini.")
    options: dict[str, Any] = {"temperature": 0, "timeout": settings.model_timeout}
    if settings.model_url:
        options["base_url"] = settings.model_url
    try:
        return init_chat_model(settings.model, **options)
    except (ImportError, ValueError) as error:
        raise SetupError(f"The judging model {settings.model} cannot be used ({error}).") from error
