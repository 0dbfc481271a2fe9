"""Answer with a language model, sentence by checked sentence."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from assistant.answer import Citation, Language, Sentence
from assistant.checking import SentenceChecker, Verdict
from assistant.cutting import SentenceCutter
from assistant.streaming import ModelFault, ReplyStream
from assistant.wording import say
from index.themes import Theme
from prompts import SILENT, as_data, messages

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import RunnableConfig

LONGEST_REPLY = 4_000
"""Characters; four short sentences take about 500, and beyond this a model is rambling."""

CIRCLING = 3
"""Times that a model says the same before it counts as going round in circles."""

_LOG = logging.getLogger(__name__)

Status = Literal["writing", "written", "failed"]


@dataclass(frozen=True)
class Draft:
    """An answer of a language model as far as it has got.

    Attributes:
        status: "writing"; then, in the last draft, "written" (show it) or "failed" (answer in quotes, and
            show ``notice``).
        sentences: The sentences that passed every check, in order.
        citations: The passages that these cite, renumbered from 1 in the order of first use.
        dropped: The sentences that did not pass, each with its reason.
        fault: What went wrong where it failed: a name as in ``ModelFault``; else "".
        notice: One line for the reader: why quotes step in, or how many sentences were left out; else "".
    """

    status: Status = "writing"
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    dropped: tuple[Verdict, ...] = ()
    fault: str = ""
    notice: str = ""

    @property
    def reasons(self) -> Counter[str]:
        """How many sentences were dropped for which reason."""
        return Counter(verdict.reason for verdict in self.dropped)


def write(
    question: str,
    language: Language,
    passages: Sequence[Theme],
    model: BaseChatModel,
    checker: SentenceChecker,
    timeout: float,
    config: RunnableConfig | None = None,
) -> Iterator[Draft]:
    """Growing drafts of an answer; the ``status`` of the last says what became of it.

    No failure of the model is raised: a failed draft names it, with a line for the reader.

    Args:
        question: One that stands on its own.
        language: To answer in.
        passages: The themes that may be cited, best first.
        model: As ``open_model`` gives it.
        checker: One for the life of the assistant.
        timeout: Seconds for the whole of it.
        config: LangChain's, so that the call shows up under the chain's in a trace.
    """
    draft = Draft()
    stream = ReplyStream(model, _prompt(question, language, passages), timeout, config)
    try:
        for grown in _checked(stream, language, passages, checker):
            draft = grown
            if draft.status == "writing":
                yield draft
    except ModelFault as fault:
        draft = _failed(draft, language, fault)
    finally:
        stream.close()
    for verdict in draft.dropped:
        _LOG.debug("Left out (%s: %s): %s", verdict.reason, verdict.detail, verdict.text)
    yield draft


def _prompt(question: str, language: Language, passages: Sequence[Theme]) -> list[tuple[str, str]]:
    blocks = [_block(language, number, theme) for number, theme in enumerate(passages, start=1)]
    return messages("answer", language, passages="\n".join(blocks), question=as_data(question))


def _block(language: Language, number: int, theme: Theme) -> str:
    """A passage between its tags; its title stands apart, or a small model answers with the title."""
    counted, titled = {"nl": ("nummer", "titel"), "en": ("number", "title")}[language]
    title = as_data(theme.title).replace('"', "'")
    opening = (
        f'<passage {counted}="{number}" {titled}="{title}">'
        if theme.is_titled
        else (f'<passage {counted}="{number}">')
    )
    return f"{opening}\n{as_data(theme.body)}\n</passage>"


def _checked(
    stream: ReplyStream, language: Language, passages: Sequence[Theme], checker: SentenceChecker
) -> Iterator[Draft]:
    """Drafts that grow with each sentence; the last has its status.

    Raises:
        ModelFault: The reply, or what is left of it, is not to be used.
    """
    checks = checker.against(passages, language)
    checks.prepare()
    draft = Draft()
    cutter = SentenceCutter()
    for sentence in _sentences(stream, cutter):
        draft = _with(draft, checks.check(sentence), passages)
        stream.check_time()
        yield draft
    rest, finished = cutter.close()
    if _is_silence(rest) and not draft.sentences:
        raise ModelFault("silent")
    if rest and not finished and not stream.finish_reason:
        raise ModelFault("broken")
    if rest and not _is_silence(rest):
        draft = _with(draft, checks.check(rest) if finished else Verdict(rest, (), "unfinished"), passages)
        stream.check_time()
    if not draft.sentences:
        raise _Nothing(draft)
    yield replace(draft, status="written", notice=_left_out(language, len(draft.dropped)))


def _sentences(stream: ReplyStream, cutter: SentenceCutter) -> Iterator[str]:
    """The reply's sentences as they end, each once; a reply that goes round in circles ends there.

    Raises:
        ModelFault: The reply is too long, or ``stream`` fails.
    """
    heard: Counter[str] = Counter()
    for piece in stream:
        ended = cutter.feed(piece)
        if cutter.length > LONGEST_REPLY:
            raise ModelFault("long", str(LONGEST_REPLY))
        for sentence in ended:
            heard[sentence] += 1
            if heard[sentence] == CIRCLING:
                cutter.close()
                return
            if heard[sentence] == 1:
                yield sentence


def _left_out(language: Language, count: int) -> str:
    if not count:
        return ""
    return say(language, "model_left_out_one") if count == 1 else say(language, "model_left_out", count=count)


class _Nothing(ModelFault):
    """No sentence is left; the commonest reason names the fault."""

    def __init__(self, draft: Draft) -> None:
        reasons = draft.reasons.most_common(1)
        names = {"unmarked": "unmarked", "language": "language"}
        super().__init__(names.get(reasons[0][0], "dropped") if reasons else "empty", str(len(draft.dropped)))
        self.draft = draft


def _failed(draft: Draft, language: Language, fault: ModelFault) -> Draft:
    if isinstance(fault, _Nothing):
        draft = fault.draft
    notice = say(language, f"model_fault_{fault.name}", detail=fault.detail)
    _LOG.info("The language model's answer is not used: %s", fault)
    return replace(draft, status="failed", fault=fault.name, notice=notice)


def _with(draft: Draft, verdict: Verdict, passages: Sequence[Theme]) -> Draft:
    """``draft`` with one more sentence, among those to show or those dropped."""
    if not verdict.reason and any(_same(verdict.text, sentence.text) for sentence in draft.sentences):
        verdict = replace(verdict, reason="repeated")
    if verdict.reason:
        return replace(draft, dropped=(*draft.dropped, verdict))
    citations = list(draft.citations)
    numbers = []
    for passage in verdict.passages:
        theme = passages[passage - 1]
        citation = next((known for known in citations if known.theme == theme), None)
        if citation is None:
            citation = Citation(len(citations) + 1, theme, theme.quote_start, theme.end)
            citations.append(citation)
        numbers.append(citation.number)
    sentence = Sentence(verdict.text, "prose", tuple(numbers))
    return replace(draft, sentences=(*draft.sentences, sentence), citations=tuple(citations))


def _same(text: str, other: str) -> bool:
    return re.findall(r"\w+", text.casefold()) == re.findall(r"\w+", other.casefold())


def _is_silence(reply: str) -> bool:
    return "".join(re.findall(r"\w+", reply)).casefold() in {word.casefold() for word in SILENT.values()}
