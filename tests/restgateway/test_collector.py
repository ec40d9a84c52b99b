"""The collector is as it was, whatever happened meanwhile."""

import gc

import pytest

from vnpy_restgateway.collector import collector_paused


@pytest.mark.parametrize("on", [True, False])
def test_the_collector_is_left_as_it_was(on: bool) -> None:
    (gc.enable if on else gc.disable)()
    try:
        with collector_paused():
            assert not gc.isenabled()
            with collector_paused():
                assert not gc.isenabled()
            assert not gc.isenabled()
        assert gc.isenabled() is on
        with pytest.raises(KeyError), collector_paused():
            raise KeyError
        assert gc.isenabled() is on
    finally:
        gc.enable()
