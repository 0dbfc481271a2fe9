"""The LangChain runnable that makes an answer of a question."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import CallbackManagerForChainRun
from langchain_core.runnables import Runnable, RunnableConfig

from assistant import grounding, quoting
from assistant.answer import Answer, Mode, Sentence
from assistant.conversation import WHOLE_KINDS, History, Kind, Request, understand
from assistant.coordination import both_asked
from assistant.language import detect
from assistant.prototypes import Prototypes
from assistant.reading import read, read_together
from assistant.rewriting import rewrite
from assistant.settings import LONGEST_QUESTION
from assistant.wording import say
from assistant.writing import write
from index.errors import QuestionError
from index.search import Hit, ThemeRetriever
from index.themes import Theme

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from assistant.checking import SentenceChecker
    from reader.model import Reader

CHANGED_SUBJECT = 0.045
"""A follow-up whose own words score another theme by so much higher is about that theme.

Right theme first at .02, .045, .06 and without: .85, .93, .89, .89 of the 27 follow-ups of the tuning cases,
and .94, .95, .94, .79 of 141 in ``eval/tuning/conversations.jsonl`` whose first question was understood; of
37 of these that name another subject in few words ("And for parents?") 1.0, .92, .84, .24.
"""

_SUGGESTIONS = 3
_REWRITING = 0.3  # share of the time limit that the rewriting of a follow-up may take
_NEAREST = 2
_LANGUAGE_SAMPLE = 1_000


@dataclass(frozen=True)
class Question:
    """What the chain is invoked with.

    Attributes:
        text: The question.
        history: The turns so far, oldest first.
        mode: "quote" to answer in quotes although there is a model; None for the assistant's own mode.
    """

    text: str
    history: History = field(default=())
    mode: Mode | None = None


@dataclass(frozen=True)
class Writer:
    """A language model, and what its sentences are held against.

    Attributes:
        model: The chat model.
        checker: Lets through only what the cited passages carry.
        timeout: Seconds that a whole answer may take.
    """

    model: BaseChatModel
    checker: SentenceChecker
    timeout: float


class AnswerChain(Runnable[Question, Answer]):
    """Question in, Answer out; ``stream`` yields growing Answers, the last of them complete.

    Args:
        retriever: The search over the open index.
        reader: The trained reader, or None to do without.
        writer: What writes answers in prose, or None to answer in quotes.
        prototypes: Those of another chain over the same index; None reads them from it.

    Attributes:
        prototypes: What a question is compared with to tell its kind.
        default_language: The document's own, for questions too short to tell.
    """

    def __init__(
        self,
        retriever: ThemeRetriever,
        reader: Reader | None = None,
        writer: Writer | None = None,
        prototypes: Prototypes | None = None,
    ) -> None:
        self.retriever = retriever
        self._writer = writer
        self._reader = reader
        self.prototypes = prototypes or Prototypes.read(retriever.store)
        self.calibration = grounding.calibration(with_reader=reader is not None)
        self.default_language = detect(retriever.store.themes[0].document.text[:_LANGUAGE_SAMPLE], "nl")

    def invoke(self, input: Question, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """The whole answer.

        Raises:
            QuestionError: The question is empty or too long.
        """
        return self._call_with_config(self._last, input, config, **kwargs)

    def stream(
        self, input: Question, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Answer]:
        """Growing answers, sentence by sentence."""
        yield from self._transform_stream_with_config(iter([input]), self._answers, config, **kwargs)

    async def astream(
        self, input: Question, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[Answer]:
        """``stream`` without blocking the event loop: each step runs in a thread."""
        answers = self.stream(input, config, **kwargs)
        while (answer := await asyncio.to_thread(next, answers, None)) is not None:
            yield answer

    def examine(
        self, question: str, history: History = ()
    ) -> tuple[Request, tuple[Hit, ...], dict[str, float]]:
        """How a question is read, how the themes score for it, and the signals of grounding."""
        request, hits = self._ranked(question, history)
        hits = read(self._reader, request, hits)
        return request, hits, grounding.signals(request, hits, self.prototypes)

    def _ranked(self, question: str, history: History = ()) -> tuple[Request, tuple[Hit, ...]]:
        """How a question is read, and the themes as the search ranks them."""
        store = self.retriever.store
        request = understand(
            _checked(question), history, store.embeddings, self.prototypes, self.default_language
        )
        hits = self.retriever.rank(request.text, request.vector)
        if request.alone:
            request, hits = self._changed_subject(request.alone, hits) or (request, hits)
        if request.kind in WHOLE_KINDS and not self._whole(request.kind, hits[0].theme):
            request = replace(request, kind="theme")
        return request, hits

    def groundings(self, questions: Sequence[str]) -> list[float]:
        """The scores, 0 to 1, by which questions are answered or refused; faster than one by one.

        Where the first few themes leave doubt no more are read, so a score may be a little too low.
        """
        asked = [self._ranked(question) for question in questions]
        return [
            self._calibration_of(hits).score(grounding.signals(request, hits, self.prototypes))
            for (request, _), hits in zip(asked, read_together(self._reader, asked), strict=True)
        ]

    def bearing(self, question: str) -> tuple[Request, list[tuple[Hit, float]]]:
        """Each ranked theme with the score of the document without the better ones; never rising."""
        request, hits, _ = self.examine(question)
        scores: list[float] = []
        for at in range(len(hits)):
            score = self.calibration.score(grounding.signals(request, hits[at:], self.prototypes))
            scores.append(min([score, *scores[-1:]]))
        return request, list(zip(hits, scores, strict=True))

    def _changed_subject(self, alone: Request, hits: Sequence[Hit]) -> tuple[Request, tuple[Hit, ...]] | None:
        """A follow-up read by itself, where that leads by far to another theme than the turn before does."""
        by_itself = self.retriever.rank(alone.text, alone.vector)
        scores = {hit.theme.id: hit.score for hit in by_itself}
        led_to = scores.get(hits[0].theme.id, by_itself[-1].score)
        return (alone, by_itself) if by_itself[0].score - led_to > CHANGED_SUBJECT else None

    def _calibration_of(self, hits: Sequence[Hit]) -> grounding.Calibration:
        """What was fitted for hits that the reader read, or for those that it did not."""
        was_read = any(hit.reading is not None for hit in hits)
        return self.calibration if was_read else grounding.calibration(with_reader=False)

    def _answers(
        self, inputs: Iterator[Question], run_manager: CallbackManagerForChainRun, config: RunnableConfig
    ) -> Iterator[Answer]:
        for question in inputs:
            yield from self._grow(question, config)

    def _last(
        self, question: Question, run_manager: CallbackManagerForChainRun, config: RunnableConfig
    ) -> Answer:
        *_, last = self._grow(question, config)
        return last

    def _grow(self, question: Question, config: RunnableConfig) -> Iterator[Answer]:
        began = time.perf_counter()
        writer = None if question.mode == "quote" else self._writer
        request, hits, signals = self.examine(question.text, question.history)
        score = self._calibration_of(hits).score(signals)
        answer = Answer(request.question, request.language, "quote", "refused", hits=hits, grounding=score)
        for step in self._compose(request, answer, question.history, writer, config):
            yield replace(step, elapsed_ms=(time.perf_counter() - began) * 1_000)

    def _compose(
        self,
        request: Request,
        answer: Answer,
        history: History,
        writer: Writer | None,
        config: RunnableConfig,
    ) -> Iterator[Answer]:
        if request.kind == "greeting":
            yield _greeting(answer, history)
            return
        if request.kind != "theme":
            passages = self._whole(request.kind, answer.hits[0].theme)
            whole = replace(answer, outcome="answered", grounding=1.0, hits=())
            yield from _quoted(whole, "list" if request.kind == "list" else "whole", passages)
            return
        answer = replace(answer, outcome=self._calibration_of(answer.hits).outcome(answer.grounding))
        if answer.refused:
            yield _refusal(answer)
            return
        carrying = self._carrying(request, answer.hits)
        if writer:
            yield from self._write(request, answer, carrying, history, writer, config)
        else:
            yield from _quote(answer, carrying, request.follows)

    def _carrying(self, request: Request, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """The hits whose themes answer together; most often one."""
        several = () if request.follows else both_asked(request.text, hits, self.retriever.rank)
        return several or grounding.carrying(hits, self._calibration_of(hits).several_within)

    def _write(
        self,
        request: Request,
        answer: Answer,
        carrying: Sequence[Hit],
        history: History,
        writer: Writer,
        config: RunnableConfig,
    ) -> Iterator[Answer]:
        """Answer in prose; where the model has nothing sound to say, in quotes.

        The model is given the passages that would be quoted, and no more: from further ones it writes what
        is true and answers nothing. That it finds no answer refuses nothing: of 60 test cases a small model
        so refused two that the document answers and none that it leaves open. A follow-up that it rewrites is
        what it then answers; the search stays with the question as asked, which it never misreads.
        """
        asked, language, limit = request.text, request.language, writer.timeout
        if request.follows:
            for_rewriting = limit * _REWRITING
            limit -= for_rewriting
            rewritten = rewrite(request.question, history, writer.model, language, for_rewriting, config)
            asked = rewritten or asked
        themes = [hit.theme for hit in carrying]
        drafts = write(asked, language, themes, writer.model, writer.checker, limit, config)
        reserve = (Sentence(say(request.language, "related"), "own"),) if answer.outcome == "related" else ()
        for draft in drafts:
            sentences = (*reserve, *draft.sentences)
            written = replace(answer, mode="model", sentences=sentences, citations=draft.citations)
            if draft.status == "writing":
                yield written
            elif draft.status == "written":
                written = replace(written, notice=draft.notice)
                yield _with_suggestions(written, [citation.theme for citation in draft.citations])
            else:
                yield from _quote(replace(answer, notice=draft.notice), carrying, request.follows)

    def _whole(self, kind: Kind, nearest: Theme) -> list[quoting.Passage]:
        """Passages about the document of the nearest theme as a whole."""
        themes = [theme for theme in self.retriever.store.themes if theme.document == nearest.document]
        return quoting.whole_passages(kind, themes)


def _quote(answer: Answer, carrying: Sequence[Hit], follows: bool) -> Iterator[Answer]:
    """Answer with the passages that carry it."""
    answer = _with_suggestions(answer, [hit.theme for hit in carrying])
    yield from _quoted(answer, answer.outcome, [quoting.passage_of(hit, follows) for hit in carrying])


def _quoted(answer: Answer, lead_in: str, passages: Sequence[quoting.Passage]) -> Iterator[Answer]:
    """The lead-in, then the passages one by one with their citations."""
    sentences, citations = quoting.quote(answer.language, lead_in, passages)
    for count in range(1, len(sentences) + 1):
        shown = {number for sentence in sentences[:count] for number in sentence.citations}
        cited = tuple(citation for citation in citations if citation.number in shown)
        suggestions = answer.suggestions if count == len(sentences) else ()
        yield replace(answer, sentences=sentences[:count], citations=cited, suggestions=suggestions)


def _greeting(answer: Answer, history: History) -> Answer:
    """What can be asked; in a conversation it is thanks, most often."""
    name = "greeting_again" if history else "greeting"
    text = say(answer.language, name, title=answer.hits[0].theme.document.title)
    return replace(answer, outcome="greeting", sentences=(Sentence(text, "own"),), grounding=1.0, hits=())


def _refusal(answer: Answer) -> Answer:
    """Say that the document is silent, and what it does speak of."""
    nearest = [hit.theme for hit in _titled(answer.hits)[:_NEAREST]]
    return _with_suggestions(replace(answer, sentences=quoting.refuse(answer.language, nearest)), [])


def _with_suggestions(answer: Answer, cited: Sequence[Theme]) -> Answer:
    """Offer questions about the nearest themes that are not cited already."""
    others = _titled([hit for hit in answer.hits if hit.theme not in cited])[:_SUGGESTIONS]
    questions = tuple(quoting.question_about(answer.language, hit.theme) for hit in others)
    return replace(answer, suggestions=questions)


def _titled(hits: Sequence[Hit]) -> Sequence[Hit]:
    """The hits whose themes have a title of their own; all of them where none has."""
    return [hit for hit in hits if hit.theme.is_titled] or hits


def _checked(question: str) -> str:
    text = question.strip().encode("utf-8", "replace").decode("utf-8")
    if not text:
        raise QuestionError(say("nl", "question_empty") + " / " + say("en", "question_empty"))
    if len(text) > LONGEST_QUESTION:
        values = {"length": len(text), "limit": LONGEST_QUESTION}
        raise QuestionError(
            say("nl", "question_long", **values) + " / " + say("en", "question_long", **values)
        )
    return text
