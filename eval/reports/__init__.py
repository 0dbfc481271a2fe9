"""What a run found, for people and for machines: terminal, JSON, JUnit XML, Markdown, HTML."""

from eval.reports.evidence import write_json
from eval.reports.junit import write_junit
from eval.reports.markdown import write_markdown
from eval.reports.page import write_page
from eval.reports.table import print_tables

__all__ = ["print_tables", "write_json", "write_junit", "write_markdown", "write_page"]
