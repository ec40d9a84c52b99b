"""The window of examples/veighna_trader, without a screen."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets", reason="Qt does not load here", exc_type=ImportError)

ROOT: Path = Path(__file__).parents[2]
LONG: bool = bool(os.environ.get("LONG"))
DRIVER: Path = Path(__file__).with_name("trader_driver.py")


@pytest.mark.parametrize("language", ["en", "zh_CN"] if LONG else ["zh_CN"])
def test_window(tmp_path: Path, language: str) -> None:
    shutil.copytree(ROOT / "examples/veighna_trader", tmp_path / "example", ignore=shutil.ignore_patterns(".vntrader"))
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "LANGUAGE": language}
    done = subprocess.run(
        [sys.executable, str(DRIVER), str(tmp_path / "example/run.py")],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=40,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["masked MOCKBINANCE"] == ["API Secret (Password 密码)"]
    assert seen["masked HASHEX"] == ["Secret Key (Password 密码)"]
    assert seen["masked QMTREST"] == ["Secret Key (Password 密码)"]
    assert seen["masked FUTUOPEND"] == ["Token (Password 密码)", "Trade Password (密码)"]
    assert seen["masked WEBTRADER"] == ["Password (密码)"]
    assert seen["contracts"] == 4
    assert seen["name"] == "BTCUSDT"
    assert seen["orders"] == [["NOTTRADED", 0.01, 0], ["ALLTRADED", 0.01, 0.01]]
    assert seen["cta"] == ["CtaManager"]
