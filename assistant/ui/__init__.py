"""The chat window: one page, in Dutch and in English, made with Gradio."""

from assistant.ui.app import build_app, serve

__all__ = ["build_app", "serve"]
