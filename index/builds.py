"""The builds of an index as folders: their names, which is the newest, who holds one, which may go.

A build that is open anywhere is held by a lock on a file in its folder, and one that is held is never
removed. Opening and removing exclude each other by ``remove.lock``, so none goes while it is being opened.
"""

from __future__ import annotations

import os
import re
import shutil
import time
import uuid
from contextlib import suppress
from itertools import count
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

_UNUSED_AFTER_DAYS = 7
_LONGEST_REMOVAL_SECONDS = 30
"""How long opening waits for another process that removes builds."""

_BUILD = re.compile(r"[0-9a-f]{20}-[0-9]{20}")
_SCRATCH = re.compile(r"building-[0-9a-f]{32}")


def fresh(root: Path, name: str) -> Path:
    """The path of a new build of the index ``name``."""
    return root / f"{name}-{time.time_ns():020d}"


def scratch(root: Path) -> Path:
    """A path to build at, before the build is whole."""
    return root / f"building-{uuid.uuid4().hex}"


def newest(root: Path, name: str) -> Path | None:
    """The latest whole build of the index ``name``.

    Each has a path of its own: another thread or process may still be reading the build before.
    """
    with suppress(OSError):
        found = (path for path in root.glob(f"{name}-*") if _BUILD.fullmatch(path.name) and path.is_dir())
        return max(found, default=None)
    return None


def hold(folder: Path) -> BaseFileLock | None:
    """Keep every process from removing ``folder`` until the lock is released; None where none can be had.

    Each holder locks a file of its own, the first that is free: not every system has a lock that
    readers share. The locks of a process that ends are let go of by the system.
    """
    removal = FileLock(folder.parent / "remove.lock", timeout=_LONGEST_REMOVAL_SECONDS)
    with suppress(OSError, NotImplementedError), removal:
        os.utime(folder)
        for number in count():
            lock = FileLock(folder / f"open-{number}.lock", timeout=0, thread_local=False)
            with suppress(Timeout):
                lock.acquire()
                return lock
    return None


def remove_unused(root: Path, current: Path, damaged: Path | None) -> None:
    """Remove what a crash left behind and builds that are damaged or that nobody opened for a week.

    To be called by one process at a time. What does not have a name as given here is not touched.

    Raises:
        OSError: ``root`` cannot be read or written.
    """
    limit = time.time() - _UNUSED_AFTER_DAYS * 86_400
    with FileLock(root / "remove.lock"):
        for path in root.iterdir():
            left_behind = _SCRATCH.fullmatch(path.name)
            unused = _BUILD.fullmatch(path.name) and (path == damaged or path.stat().st_mtime < limit)
            if path.is_dir() and path != current and (left_behind or (unused and not _is_held(path))):
                shutil.rmtree(path, ignore_errors=True)


def _is_held(folder: Path) -> bool:
    try:
        for path in folder.glob("open-*.lock"):
            with FileLock(path, timeout=0):
                pass
    except OSError:  # a Timeout is one
        return True
    return False
