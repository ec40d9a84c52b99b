"""The page under /_mock/ in a real browser: what is clicked there happens to a gateway."""

from collections.abc import Iterator

import pytest
from vnpy.trader.constant import Status

from mockexchange import MockExchange
from mockexchange.core.commands import PlaceOrder
from mockexchange.core.numbers import SCALE

from .binance_cases import BINANCE
from .browser import PHONE, Browser, chromium
from .harness import Case, Desk
from .hashex_cases import CASES as HASHEX_CASES

HASHEX: Case = HASHEX_CASES[0]
LOW: float = 39_000.0           # the market opens at 40000


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    """One for all tests."""
    with chromium() as found:
        yield found


@pytest.fixture
def browser(window: Browser) -> Iterator[Browser]:
    """The window; a test in which the page has logged an error fails."""
    window.complaints()
    yield window
    found = window.complaints()
    window.run("localStorage.clear(); sessionStorage.clear()")
    window.driver.get("about:blank")
    assert not found


@pytest.fixture(scope="module")
def quiet() -> Iterator[MockExchange]:
    """A venue in whose market nothing happens."""
    with MockExchange("binance", feed="none") as found:
        yield found


@pytest.fixture(params=[BINANCE, HASHEX], ids=["binance", "hashex"])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A gateway that is connected to a venue."""
    case: Case = request.param
    with case.open_venue() as venue:
        found = Desk(case, venue)
        try:
            yield found.ready()
        finally:
            found.close()


def test_what_is_clicked_there_happens_to_a_gateway(browser: Browser, desk: Desk) -> None:
    """A fault bites its order, the market comes to its price, its connections are dropped, the venue restarts under it."""
    venue, label = desk.venue, desk.case.order_label
    browser.open(venue)

    assert "No fault is armed" in browser.text("#armed")
    browser.choose("#preset", "Order: connection reset")
    assert "the connection is cut" in browser.text("#arm")
    browser.click("#arm-fault")
    browser.wait_text("#armed", "bit 0×, 1 left")
    orderid = desk.send("BUY", LOW, 0.25)
    browser.wait_text("#armed", "bit 1×, spent")
    assert [(fault["action"], fault["match"]) for fault in venue.faults.list() if fault["bitten"]] == [("reset", label)]
    assert desk.wait_status(orderid, Status.NOTTRADED).traded == 0, "the gateway has found the order that the venue had taken"
    browser.click("#tabs [data-tab=requests]")
    browser.wait(lambda: [row for row in browser.text("#requests").splitlines() if label in row and "reset" in row], "the request that was bitten")
    browser.click("#disarm-all")
    browser.wait_text("#armed", "No fault is armed")
    assert not venue.faults.list()

    browser.click("#tabs [data-tab=orders]")
    browser.wait_text("#orders", "39,000")
    for taken in ("#ladder .bid", "#chart"):
        browser.type("#price", "")
        browser.click(taken)
        price = browser.wait(lambda: browser.run("return document.querySelector('#price').value"), "the price that was clicked")
        assert 39_000 < float(price) < 41_000
    browser.type("#price", "38,900")
    browser.click("#price-here")
    assert desk.wait_status(orderid, Status.ALLTRADED).traded == 0.25
    browser.wait_text("#toasts", "BTCUSDT is at 38,900.")
    browser.wait(lambda: browser.run("return mockPage.chart.fills.length") == 1, "the fill in the chart")
    assert browser.run("return mockPage.chart.markers.markers().map((one) => [one.shape, one.text])") == [["arrowUp", "0.25"]]
    browser.click("#tabs [data-tab=journal]")
    browser.wait_text("#journal", "0.25 BTCUSDT @ 39,000")
    browser.wait(lambda: browser.text("#last").startswith("38,"), "the price")

    browser.click("#drop-streams")
    dropped = browser.wait_text("#toasts", "Connections cut: ")
    assert int(dropped.partition("Connections cut: ")[2].split()[0]) >= 1
    browser.run("window.before = mockPage.stream.socket")
    browser.type("#down", "0")
    browser.click("#restart")
    browser.wait(lambda: browser.run("return mockPage.stream.socket !== window.before && mockPage.stream.greeted"), "the restart")
    orderid = desk.send("BUY", LOW - 1000, 0.1)
    desk.wait_status(orderid, Status.NOTTRADED)
    browser.click("#tabs [data-tab=orders]")
    browser.wait_text("#orders", "38,000")
    desk.assert_truth()


def test_key_ban_and_symbol(browser: Browser, quiet: MockExchange) -> None:
    browser.open(quiet)
    browser.click("#revoke")
    browser.wait_text("#chips", "mock-key: key revoked")
    assert quiet.state()["revoked"] == ["mock-key"]
    browser.wait_text("#revoke", "Make it good again")
    browser.click("#revoke")
    browser.wait(lambda: not quiet.state()["revoked"], "the key")
    browser.click("#ban")
    browser.wait_text("#chips", "banned until")
    assert quiet.state()["banned_until"]
    browser.wait_text("#ban", "End the ban")
    browser.click("#ban")
    browser.wait(lambda: not quiet.state()["banned_until"], "the end of the ban")
    browser.click("#halt")
    browser.wait_text("#chips", "BTCUSDT HALT")
    browser.wait_text("#halt", "Resume trading")
    browser.click("#halt")
    browser.wait(lambda: quiet.state()["symbols"]["BTCUSDT"]["status"] == "TRADING", "trading")
    browser.type("#price", "12x")
    browser.click("#price-here")
    browser.wait_text("#toasts", "price: not a decimal number: '12x'")


def test_the_clock_is_advanced(browser: Browser) -> None:
    with MockExchange("qmt", clock="manual=1700000000000") as venue:
        browser.open(venue)
        assert "manual clock" in browser.text("#clock-kind") and not browser.driver.find_elements("css selector", "#ban")
        before = browser.text("#clock")
        browser.click("#advance-60")
        browser.wait(lambda: venue.state()["now"] == 1_700_000_060_000, "a minute")
        browser.wait(lambda: browser.run("return mockPage.header.state.stands_at") == 1_700_000_060_000, "the minute on the page")
        minute = browser.run("return new Date(1700000060000).getMinutes()")
        browser.wait(lambda: browser.text("#clock") != before and f":{minute:02d}:" in browser.text("#clock"), "another time on the page")


def test_a_fault_made_by_hand_and_one_that_is_no_fault(browser: Browser, quiet: MockExchange) -> None:
    browser.open(quiet)
    browser.choose("#preset", "")
    browser.type("#match", "POST /nowhere")
    browser.choose("#action", "status")
    browser.choose("#stage", "before_engine")
    browser.type("[data-field=status]", "99")
    browser.click("#arm-fault")
    browser.wait_text("#toasts", "status: 99 is not within 200 .. 599")
    browser.type("[data-field=status]", "418")
    browser.type("[data-field=headers]", '{"Retry-After": 7}')
    browser.type("#times", "3")
    browser.click("#arm-fault")
    browser.wait_text("#armed", "bit 0×, 3 left")
    fault = quiet.faults.list()[0]
    assert (fault["status"], fault["headers"], fault["times"], fault["body"] if "body" in fault else "") == (418, {"Retry-After": 7}, 3, "")
    assert "fits no label of the binance dialect" in browser.text("#armed")
    browser.click("#armed [aria-label=Disarm]")
    browser.wait_text("#armed", "No fault is armed")


def test_names_of_clients_are_text(browser: Browser, quiet: MockExchange) -> None:
    browser.open(quiet)
    name = "<img src=x onerror=document.body.remove()>"
    quiet.run(lambda each: each.apply(PlaceOrder(
        account="mock-key", symbol="BTCUSDT", side="BUY", type="LIMIT", quantity=SCALE // 10, price=39_000 * SCALE, client_order_id=name
    )))
    browser.click("#tabs [data-tab=orders]")
    browser.wait_text("#orders", name)
    browser.click("#tabs [data-tab=journal]")
    browser.wait_text("#journal", name)
    assert not browser.driver.find_elements("css selector", "#page img")


def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Browser) -> None:
    for dialect, languages, words in (("binance", "en-US,en", "Make it happen"), ("futu", "zh-CN,zh;q=0.9", "操作")):
        with MockExchange(dialect) as venue:
            venue.faults.add(match="PUSH *", stage="on_push", action="silence", must_bite=False)
            browser.open(venue, size=PHONE, languages=languages)
            assert words in browser.text(".controls")
            browser.click("#by-hand summary")
            for tab in ("accounts", "orders", "journal", "requests"):
                browser.click(f"#tabs [data-tab={tab}]")
                assert browser.run("return document.documentElement.scrollWidth") == PHONE[0], tab
            assert browser.run("return [...document.querySelectorAll('button, select')].filter((one) => one.offsetWidth && one.getBoundingClientRect().right > innerWidth && !one.closest('.rows, .switch')).length") == 0


def test_in_chinese_by_the_switch_and_by_the_browser_s_language(browser: Browser) -> None:
    with MockExchange("webtrader") as venue:
        browser.open(venue, languages="zh-CN,zh;q=0.9")
        assert browser.run("return [document.documentElement.lang, document.title]") == ["zh-CN", "webtrader · 模拟交易所"]
        assert "委托：应答丢失" in browser.text("#preset") and "盘口" in browser.text(".book")
        shown = browser.text()
        assert not [words for words in ("Order book", "Price here", "Arm", "Disarm", "Accounts", "Spread", "Free") if words in shown]
        browser.choose("#language", "en")
        browser.wait_text(".book", "Order book")
        browser.wait_shown()
        browser.choose("#language", "zh_CN")
        browser.wait_text(".book", "盘口")
        browser.wait_shown()


def test_a_token_is_asked_for_and_is_nowhere_to_be_seen(browser: Browser) -> None:
    with MockExchange("binance", feed="none", control_token="open sesame") as venue:
        browser.visit(venue, "/")
        browser.type("#token", "wrong")
        browser.click("#token-ok")
        browser.wait_text("#ask-token", "This token is wrong.")
        browser.type("#token", "open sesame")
        browser.click("#token-ok")
        browser.wait_shown()
        browser.click("#revoke")
        browser.wait(lambda: venue.state()["revoked"] == ["mock-key"], "what is clicked is done")
        assert browser.run("return [location.href, JSON.stringify(localStorage), document.cookie]") == [venue.page, "{}", ""]
        browser.run("sessionStorage.clear()")
        browser.driver.get("about:blank")
        browser.open(venue, "/_mock/#token=open%20sesame")
        assert browser.run("return location.href") == venue.page
        asked = browser.run("return performance.getEntriesByType('resource').map((one) => one.name)")
        assert len(asked) > 15 and all(one.startswith(venue.rest) and "sesame" not in one for one in asked), "all comes from the venue"
