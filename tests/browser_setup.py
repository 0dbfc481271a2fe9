"""Where the browser tests find a browser, and how one gets there: `python tests/browser_setup.py`."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find_browser() -> str | None:
    """The path of a Chromium or Chrome: the system's, else the one that Playwright fetched."""
    for command in _COMMANDS:
        if path := shutil.which(command):
            return path
    return next((str(path) for path in (_MAC, _fetched_path()) if path.exists()), None)


def _fetched_path() -> Path:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def _install_browser() -> None:
    """Debian's own for its root; Playwright's build for everyone else.

    Raises:
        subprocess.CalledProcessError: Neither could be had.
    """
    if _is_debian() and os.geteuid() == 0:
        print("Installing Debian's chromium for the browser tests.", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "check": True}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "install", "-qq", "-y", "chromium"], env=environment, **quiet)
    else:
        print("Fetching Playwright's chromium for the browser tests.", flush=True)
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def _is_debian() -> bool:
    try:
        return platform.freedesktop_os_release()["ID"] == "debian"
    except OSError:
        return False


if __name__ == "__main__":
    try:
        if not find_browser():
            _install_browser()
    except subprocess.CalledProcessError as failure:
        sys.exit(f"No browser for the tests ({failure}): install chromium or Chrome and try again.")
