"""A language model's opinion of the answers: does each rest on the passages it cites? Never gating.

A short prompt of ours, not ragas: installed beside this project's requirements, ragas 0.4.3 takes
langchain-openai back from 1.7 to 1.1 and openai from 3 to 1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tqdm import tqdm

from eval.results import Result
from prompts import as_data, messages

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_VERDICT = re.compile(r"\b(yes|no)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Judgement:
    """What the model said.

    Attributes:
        model: Which model.
        faithful: Ids of the cases of which it found every sentence carried.
        unfaithful: Ids of those of which it did not.
        unclear: Ids of those on which it said neither yes nor no.
        trouble: Why it did not get to the end; "" where it did.
    """

    model: str
    faithful: Sequence[str]
    unfaithful: Sequence[str]
    unclear: Sequence[str]
    trouble: str

    @property
    def summary(self) -> str:
        """The opinion in one line."""
        clear = len(self.faithful) + len(self.unfaithful)
        share = f"{len(self.faithful) / clear:.1%}" if clear else "none"
        trouble = f"; it stopped there: {self.trouble}" if self.trouble else ""
        unclear = f"; unclear: {len(self.unclear)}{trouble}"
        return f"{share} of {clear} answers found faithful by {self.model}{unclear}"


def judge(results: Sequence[Result], model: BaseChatModel, name: str) -> Judgement:
    """Have ``model`` judge every answer that cites something; a model that fails ends it, not the run."""
    verdicts: dict[str, list[str]] = {"yes": [], "no": [], "": []}
    trouble = ""
    judged = [result for result in results if result.answer.citations]
    for result in tqdm(judged, unit="answer", desc="Judging", disable=None, leave=False):
        passages = "\n".join(f"[{citation.number}] {citation.quote}" for citation in result.answer.citations)
        prompt = messages("judge", "en", passages=as_data(passages), answer=as_data(result.answer.text))
        try:
            found = _VERDICT.search(model.invoke(prompt).text)
        except Exception as error:  # each provider's library raises errors of its own
            trouble = f"{type(error).__name__} on {result.case.id}"
            break
        verdicts[found.group().lower() if found else ""].append(result.case.id)
    return Judgement(name, verdicts["yes"], verdicts["no"], verdicts[""], trouble)
