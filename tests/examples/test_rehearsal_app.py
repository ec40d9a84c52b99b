"""The rehearsal's window in VeighNa Trader, without a screen."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vnpy_rehearsal.app.engine import page_of

pytest.importorskip("PySide6.QtWebEngineWidgets", reason="Qt's browser does not load here", exc_type=ImportError)

DRIVER: Path = Path(__file__).with_name("rehearsal_driver.py")
LONG: bool = bool(os.environ.get("LONG"))


@pytest.mark.parametrize("language", ["en", "zh_CN"] if LONG else ["zh_CN"])
def test_the_page_is_shown(tmp_path: Path, language: str) -> None:
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "LANGUAGE": language, "QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox --disable-gpu",
    }
    picture: Path = tmp_path / "window.png"
    done = subprocess.run([sys.executable, str(DRIVER), str(picture)], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr + done.stdout
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["shown"] and "40," in seen["page"] and seen["said"] == ""
    assert ("EMBEDDED" in seen["at first"]) and ("Connect a gateway" in seen["at first"]) == (language == "en")
    assert "'no address'" in seen["wrong"]
    assert picture.stat().st_size > 10_000


@pytest.mark.parametrize(("text", "address"), [
    ("127.0.0.1:8080", "http://127.0.0.1:8080/_mock/"), (" http://host:1/ ", "http://host:1/_mock/"), ("https://host/_mock/", "https://host/_mock/"),
])
def test_what_is_typed_is_an_address(text: str, address: str) -> None:
    assert page_of(text) == address


@pytest.mark.parametrize("text", ["", "ftp://host", "http://", "two words"])
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="address: "):
        page_of(text)
