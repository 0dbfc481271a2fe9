"""The assistant over one folder of documents: open it, ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from assistant import quoting
from assistant.answer import Answer, Language, Mode
from assistant.briefing import Briefing
from assistant.briefing_making import make_briefing
from assistant.chain import AnswerChain, Question, Writer
from assistant.checking import SentenceChecker
from assistant.conversation import History
from assistant.model import open_model
from assistant.prototypes import companions
from assistant.settings import Settings
from index.documents import read_documents
from index.embedding import ThemeEmbeddings
from index.search import ThemeRetriever
from index.store import Progress, ThemeStore, open_store
from index.themes import Theme

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from reader.model import Reader

_EXAMPLES = 4


class Assistant:
    """The assistant over one folder of documents.

    Attributes:
        settings: What it was opened with.
        store: The open index.
        has_model: Whether a language model writes the answers.
        chain: The LangChain runnable behind ``ask`` and ``stream``.
    """

    def __init__(
        self,
        settings: Settings,
        store: ThemeStore,
        reader: Reader | None = None,
        model: BaseChatModel | None = None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.has_model = model is not None
        writer = Writer(model, SentenceChecker(store.embeddings), settings.model_timeout) if model else None
        retriever = ThemeRetriever(store=store)
        self.chain = AnswerChain(retriever, reader, writer)
        # A topic is no question: nothing for the reader to find.
        self._topics = AnswerChain(retriever, prototypes=self.chain.prototypes)

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
        model = open_model(settings) if settings.model or settings.model_url else None
        documents = read_documents(settings.seeds)
        embeddings = ThemeEmbeddings(settings.embedding)
        store = open_store(
            documents,
            embeddings,
            settings.chroma_url or settings.index,
            companions=companions(documents, embeddings.fingerprint),
            progress=progress,
            notice=notice,
            rebuild=rebuild,
        )
        reader = _reader(notice) if settings.reader else None
        return cls(settings, store, reader, model)

    @property
    def themes(self) -> tuple[Theme, ...]:
        """Every theme of every document, in order."""
        return self.store.themes

    def examples(self, language: Language) -> tuple[str, ...]:
        """Questions to begin with, spread over the themes."""
        themes = [theme for theme in self.themes if theme.is_titled] or list(self.themes)
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

    def brief(
        self,
        topic: str,
        themes: Sequence[Theme] | None = None,
        meeting_with: str = "",
        today: date | None = None,
        language: Language | None = None,
    ) -> Briefing:
        """One page on ``topic``, or on ``themes``; see ``make_briefing``."""
        return make_briefing(self._topics, self.chain, topic, themes, meeting_with, today, language)

    def close(self) -> None:
        """Let go of the index."""
        self.store.close()


def _reader(notice: Callable[[str], None]) -> Reader | None:
    """The trained reader, or None with a line that says why."""
    from reader.errors import ReaderUnavailable
    from reader.model import Reader

    try:
        return Reader.load()
    except ReaderUnavailable as error:
        notice(f"{error} Answers are given without the reader.")
        return None
