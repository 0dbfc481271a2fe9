"""The themes at a glance: their texts, and a picture of how they hang together."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr
import numpy as np

from assistant import Assistant
from assistant.answer import Language
from assistant.quoting import question_about
from assistant.ui.markup import Markup, join, tag
from assistant.ui.texts import say
from index.embedding import Vectors
from index.themes import Theme

LONGEST_LABEL = 30
"""Characters of a line of a title beside the picture; a row has room for two lines."""


def themes_tab(assistant: Assistant, language: Language) -> gr.HTML:
    """Add the tab; returns the component whose ``submit`` event carries a question about a theme."""
    chosen = [at for at, theme in enumerate(assistant.themes) if theme.is_titled]
    chosen = chosen or list(range(len(assistant.themes)))
    themes = [assistant.themes[at] for at in chosen]
    vectors = assistant.store.theme_vectors()[chosen]
    with gr.Tab(say(language, "tab_themes"), id="themes"), gr.Row(elem_id="themes"):
        with gr.Column(elem_id="theme-list"):
            texts = gr.HTML(
                _list(themes, language), apply_default_css=False, js_on_load="wireThemes(element, trigger)"
            )
        with gr.Column(elem_id="theme-map"):
            words = join(tag("h2", say(language, "map_title")), tag("p", say(language, "map_note")))
            gr.HTML(words, apply_default_css=False)
            gr.Plot(_heat_map(themes, vectors @ vectors.T, language), show_label=False, container=False)
    return texts


def _list(themes: Sequence[Theme], language: Language) -> Markup:
    entries = [
        tag(
            "li",
            tag("h3", theme.title),
            tag("p", theme.body),
            tag(
                "button",
                say(language, "themes_ask"),
                type="button",
                data_ask=question_about(language, theme),
                aria_label=say(language, "themes_ask_about", title=theme.title),
            ),
        )
        for theme in themes
    ]
    return join(tag("h2", say(language, "themes_intro")), tag("ol", *entries, class_="themes"))


def _heat_map(themes: Sequence[Theme], cosines: Vectors, language: Language) -> Any:
    """Cosine of every pair; a theme with itself is left empty, or nothing else would show.

    Plotly reads a little HTML in labels and hover texts, so titles are escaped.
    """
    import plotly.graph_objects as go

    np.fill_diagonal(cosines, np.nan)
    titles = [escape(theme.title) for theme in themes]
    figure = go.Figure(
        go.Heatmap(
            z=cosines.tolist(),
            x=[str(at) for at in range(1, len(themes) + 1)],
            y=[f"{_label(theme)}  {at}" for at, theme in enumerate(themes, start=1)],
            customdata=[[question_about(language, row)] * len(themes) for row in themes],
            text=[[f"{row} × {column}" for column in titles] for row in titles],
            hovertemplate="%{text}: %{z:.2f}<extra></extra>",
            colorscale=[[0, "#dfe8f3"], [0.5, "#7fa6d3"], [1, "#173f75"]],
            showscale=False,
            xgap=2,
            ygap=2,
        )
    )
    figure.update_layout(
        margin={"l": 0, "r": 0, "t": 24, "b": 0},
        height=max(280, 36 * len(themes) + 40),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode=False,
        font={"family": "system-ui, sans-serif", "size": 12, "color": "#7a8794"},
    )
    figure.update_xaxes(side="top", showgrid=False, fixedrange=True, type="category")
    figure.update_yaxes(autorange="reversed", showgrid=False, fixedrange=True, automargin=True)
    return figure


def _label(theme: Theme) -> str:
    lines = textwrap.wrap(theme.title, LONGEST_LABEL, max_lines=2, placeholder="…")
    return "<br>".join(escape(line) for line in lines)
