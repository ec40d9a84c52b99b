"""The rehearsal's window in VeighNa Trader, without a screen."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from children import ROOT, python_path

from vnpy_rehearsal.app.engine import page_of

DRIVER: Path = Path(__file__).with_name("rehearsal_driver.py")
LONG: bool = bool(os.environ.get("LONG"))


@pytest.mark.parametrize("language", ["en", "zh_CN"] if LONG else ["zh_CN"])
def test_a_wire_is_broken_from_the_window_while_a_strategy_runs(tmp_path: Path, language: str) -> None:
    """The page shows the market in VeighNa's language, its button cuts the gateway's connections, and the strategy trades on."""
    pytest.importorskip("PySide6.QtWebEngineWidgets", reason="Qt's browser does not load here", exc_type=ImportError)
    (tmp_path / ".vntrader").mkdir()
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "LANGUAGE": language, "QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox --disable-gpu",
        "PYTHONPATH": python_path(ROOT),
    }
    pictures: list[Path] = [tmp_path / "window.png", tmp_path / "trader.png"]
    done = subprocess.run([sys.executable, str(DRIVER), *map(str, pictures)], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=150)
    assert done.returncode == 0, done.stderr + done.stdout
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["shown"] and "BTCUSDT" in seen["page"] and seen["said"] == "" and seen["colours"] > 20
    assert ("EMBEDDED" in seen["at first"]) and ("Connect a gateway" in seen["at first"]) == ("Order book" in seen["page"]) == (language == "en")
    said = "\n".join(seen["log"])
    lost, back = ("connection lost", "Trade API connected") if language == "en" else ("交易接口连接断开", "交易接口连接成功")
    assert said.index(lost) < said.index(back), seen["log"]
    assert "'no address'" in seen["wrong"]
    assert all(picture.stat().st_size > 10_000 for picture in pictures)


@pytest.mark.parametrize(("text", "address"), [
    ("127.0.0.1:8080", "http://127.0.0.1:8080/_mock/"), (" http://host:1/ ", "http://host:1/_mock/"), ("https://host/_mock/", "https://host/_mock/"),
])
def test_what_is_typed_is_an_address(text: str, address: str) -> None:
    assert page_of(text) == address


@pytest.mark.parametrize("text", ["", "ftp://host", "http://", "two words"])
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="address: "):
        page_of(text)
