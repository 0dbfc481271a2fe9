"""How the window looks: Gradio's plainest theme with the system's fonts, and the style sheet."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

_FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")

THEME = gr.themes.Base(font=_FONTS, font_mono=("ui-monospace", "monospace"))

CSS = "".join((Path(__file__).parent / name).read_text("utf-8") for name in ("page.css", "briefing.css"))

ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
  <rect width="16" height="16" rx="3" fill="#1f5192"/>
  <path d="M4 5h8M4 8h8M4 11h5" stroke="#fff" stroke-width="1.5"/>
</svg>"""
