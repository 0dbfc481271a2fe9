"""The LangChain runnable that makes an answer of a question, and the Assistant around it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import Runnable, RunnableConfig

from assistant import grounding, quoting
from assistant.answer import Answer, Language, Mode, Sentence
from assistant.conversation import History, Kind, Request, understand
from assistant.language import detect
from assistant.prototypes import Prototypes, companions
from assistant.reading import read
from assistant.settings import LONGEST_QUESTION, Settings
from assistant.wording import say
from index.documents import read_documents
from index.embedding import ThemeEmbeddings
from index.errors import QuestionError
from index.search import Hit, ThemeRetriever
from index.store import Progress, ThemeStore, open_store
from index.themes import Theme

if TYPE_CHECKING:
    from reader.model import Reader

_EXAMPLES = 4
_SUGGESTIONS = 3
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


class AnswerChain(Runnable[Question, Answer]):
    """Question in, Answer out; ``stream`` yields growing Answers, the last of them complete.

    Args:
        retriever: The search over the open index.
        reader: The trained reader, or None to do without.
    """

    def __init__(self, retriever: ThemeRetriever, reader: Reader | None = None) -> None:
        self.retriever = retriever
        self._reader = reader
        self._prototypes = Prototypes.read(retriever.store)
        self._calibration = grounding.calibration(with_reader=reader is not None)
        self._default = detect(retriever.store.themes[0].document.text[:_LANGUAGE_SAMPLE], "nl")

    def invoke(self, input: Question, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """The whole answer.

        Raises:
            QuestionError: The question is empty or too long.
        """
        return self._call_with_config(self._last, input, config, **kwargs)

    def stream(self, input: Question, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Answer]:
        """Growing answers, sentence by sentence."""
        yield from self._transform_stream_with_config(iter([input]), self._answers, config, **kwargs)

    async def astream(
        self, input: Question, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[Answer]:
        """``stream`` without blocking the event loop: each step runs in a thread."""
        answers = self.stream(input, config, **kwargs)
        while (answer := await asyncio.to_thread(next, answers, None)) is not None:
            yield answer

    def examine(self, question: str, history: History = ()) -> tuple[Request, tuple[Hit, ...], dict[str, float]]:
        """How a question is read, how the themes score for it, and the signals of grounding."""
        store = self.retriever.store
        request = understand(_checked(question), history, store.embeddings, self._prototypes, self._default)
        hits = self.retriever.rank(request.text, request.vector)
        hits = read(self._reader, request, hits, self._calibration.reader_weight)
        return request, hits, grounding.signals(request, hits, self._prototypes)

    def _answers(self, inputs: Iterator[Question]) -> Iterator[Answer]:
        for question in inputs:
            yield from self._grow(question)

    def _last(self, question: Question) -> Answer:
        *_, last = self._grow(question)
        return last

    def _grow(self, question: Question) -> Iterator[Answer]:
        began = time.perf_counter()
        request, hits, signals = self.examine(question.text, question.history)
        probability = self._calibration.probability(signals)
        answer = Answer(question.text, request.language, "quote", "refused", hits=hits, grounding=probability)
        for step in self._compose(request, answer):
            yield replace(step, elapsed_ms=(time.perf_counter() - began) * 1_000)

    def _compose(self, request: Request, answer: Answer) -> Iterator[Answer]:
        language, hits = answer.language, answer.hits
        if request.kind == "greeting":
            greeting = say(language, "greeting", title=hits[0].theme.document.title)
            yield replace(answer, outcome="greeting", sentences=(Sentence(greeting, "own"),), grounding=1.0)
            return
        if request.kind != "theme":
            passages = self._whole(request.kind, hits[0].theme)
            if passages:
                yield from _quoted(replace(answer, outcome="answered", grounding=1.0), "whole", passages)
                return
            answer = replace(answer, grounding=0.0)
        outcome = self._calibration.outcome(answer.grounding)
        if outcome == "refused":
            yield replace(
                answer,
                sentences=quoting.refuse(language, [hit.theme for hit in _titled(hits)[:_NEAREST]]),
                suggestions=_questions(language, hits),
            )
            return
        carrying = grounding.carrying(hits, self._calibration.several_within)
        others = _questions(language, [hit for hit in hits if hit not in carrying])
        passages = [quoting.passage_of(hit) for hit in carrying]
        yield from _quoted(replace(answer, outcome=outcome, suggestions=others), outcome, passages)

    def _whole(self, kind: Kind, nearest: Theme) -> list[quoting.Passage]:
        """Passages about the document of the nearest theme as a whole."""
        themes = [theme for theme in self.retriever.store.themes if theme.document == nearest.document]
        return quoting.whole_passages(kind, themes)


def _quoted(answer: Answer, lead_in: str, passages: Sequence[quoting.Passage]) -> Iterator[Answer]:
    """The lead-in, then the passages one by one with their citations."""
    sentences, citations = quoting.quote(answer.language, lead_in, passages)
    for count in range(1, len(sentences) + 1):
        shown = {number for sentence in sentences[:count] for number in sentence.citations}
        cited = tuple(citation for citation in citations if citation.number in shown)
        suggestions = answer.suggestions if count == len(sentences) else ()
        yield replace(answer, sentences=sentences[:count], citations=cited, suggestions=suggestions)


def _titled(hits: Sequence[Hit]) -> Sequence[Hit]:
    """The hits whose themes have a title of their own; all of them where none has."""
    return [hit for hit in hits if quoting.is_titled(hit.theme)] or hits


def _questions(language: Language, hits: Sequence[Hit]) -> tuple[str, ...]:
    return tuple(quoting.question_about(language, hit.theme) for hit in _titled(hits)[:_SUGGESTIONS])


class Assistant:
    """The assistant over one folder of documents.

    Attributes:
        settings: What it was opened with.
        store: The open index.
        chain: The LangChain runnable behind ``ask`` and ``stream``.
    """

    def __init__(self, settings: Settings, store: ThemeStore, reader: Reader | None = None) -> None:
        self.settings = settings
        self.store = store
        self.chain = AnswerChain(ThemeRetriever(store=store), reader)

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        *,
        progress: Progress = lambda done, total: None,
        notice: Callable[[str], None] = lambda line: None,
        rebuild: bool = False,
    ) -> Assistant:
        """Open the index, after building it where it is missing or stale.

        Args:
            settings: Taken from the environment where None.
            progress: Called with texts embedded so far and in all while the index is built.
            notice: Called with one line when a damaged index is replaced or the reader is missing.
            rebuild: Build the index even where a current one exists.

        Raises:
            SetupError: Something the user can put right; the message says what.
        """
        settings = settings or Settings.from_environment()
        documents = read_documents(settings.seeds)
        store = open_store(
            documents,
            ThemeEmbeddings(settings.embedding),
            settings.chroma_url or settings.index,
            companions=companions(documents),
            progress=progress,
            notice=notice,
            rebuild=rebuild,
        )
        return cls(settings, store, _reader(notice) if settings.reader else None)

    @property
    def themes(self) -> tuple[Theme, ...]:
        """Every theme of every document, in order."""
        return self.store.themes

    @property
    def has_model(self) -> bool:
        """Whether a language model is set."""
        return bool(self.settings.model or self.settings.model_url)

    def examples(self, language: Language) -> tuple[str, ...]:
        """Questions to begin with, spread over the themes."""
        themes = [theme for theme in self.themes if quoting.is_titled(theme)] or list(self.themes)
        step = max(1, len(themes) // _EXAMPLES)
        return tuple(quoting.question_about(language, theme) for theme in themes[::step][:_EXAMPLES])

    def ask(self, question: str, history: History = (), mode: Mode | None = None) -> Answer:
        """Answer ``question``.

        Args:
            question: In Dutch or English, at most ``LONGEST_QUESTION`` characters.
            history: The turns so far, oldest first, each with "role" and "content".
            mode: "quote" to have quotes although a model is set.

        Raises:
            QuestionError: The question is empty or too long.
        """
        return self.chain.invoke(Question(question, history, mode))

    def stream(self, question: str, history: History = (), mode: Mode | None = None) -> Iterator[Answer]:
        """Growing answers to ``question``; the last is the one that ``ask`` returns."""
        return self.chain.stream(Question(question, history, mode))

    def close(self) -> None:
        """Let go of the index."""
        self.store.close()


def _checked(question: str) -> str:
    text = question.strip()
    if not text:
        raise QuestionError(say("nl", "question_empty") + " / " + say("en", "question_empty"))
    if len(text) > LONGEST_QUESTION:
        values = {"length": len(text), "limit": LONGEST_QUESTION}
        raise QuestionError(say("nl", "question_long", **values) + " / " + say("en", "question_long", **values))
    return text



def _reader(notice: Callable[[str], None]) -> Reader | None:
    """The trained reader, or None with a line that says why."""
    from reader.errors import ReaderUnavailable
    from reader.model import Reader

    try:
        return Reader.load()
    except ReaderUnavailable as error:
        notice(f"{error} Answers are given without the reader.")
        return None
