"""Jupyter servers and a browser, for tests that do what people do in them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.processes import HANGS

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def jupyter(module: str, folder: Path, home: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """The address of a Jupyter server that serves a folder, in its own configuration and without a password."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {"ServerApp.port": port, "IdentityProvider.token": "", "ServerApp.allow_root": True}
    places = {f"JUPYTER_{name}_DIR": str(home / name) for name in ("RUNTIME", "CONFIG", "DATA")}
    process = subprocess.Popen(
        [sys.executable, "-m", module, "--no-browser", *(f"--{name}={value}" for name, value in options.items())],
        cwd=folder,
        env={**os.environ, **places, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/api")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=HANGS)


def _wait_for(address: str) -> None:
    end = time.monotonic() + HANGS
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=2)
        except OSError:
            time.sleep(0.25)
        else:
            return
    pytest.fail("the Jupyter server did not start")


@contextmanager
def chromium() -> Iterator[Any]:
    """Playwright's browser; the test is skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright (pip install '.[dev]')")
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        pytest.skip("needs a browser: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def new_page(browser: Any, **options: Any) -> Any:
    """A page of a browser, on which a wait is over early only where something hangs."""
    page = browser.new_page(**options)
    page.set_default_timeout(1000 * HANGS)
    return page
