"""Where the documents of HashEx and its siblings disagree, or say nothing: what this venue does (docs/hashex_dialect.md)."""

from dataclasses import dataclass

from ...options import choice, number

DAY_MS: int = 86_400_000


@dataclass(slots=True)
class HashExOptions:
    """
    The defaults are the words of the seed document (docs/hashex_dialect.md); the sections are those of the spec digest.

    - ``text_key``: the name of the envelope's text (1.2)
    - ``market_buy``: what ``totalAmount`` of a MARKET BUY counts, base or quote (3.8.1)
    - ``create_delay_ms``: how long a new order stays hidden from detail, list, history, deal and cancel (3.8)
    - ``ticker_paths``: which paths of the single ticker exist (3.5)
    - ``symbol_configs``: whether ``symbol/configs`` exists (3.3)
    - ``client_order_id``: whether it is echoed; if not it is ignored and in no answer
    - ``order_fields``: order and deal rows with the seed's fields, or with those of the sibling documents too (3.12 - 3.15)
    - ``batch_answers``: batch answers as a list of envelopes, or bare: ids of a create, ``true`` of a cancel (3.10, 3.11)
    - ``unknown_order``: detail of an order that is not there: code -1, or code 0 with ``data`` null (3.12)
    - ``refusals``: a business refusal is the answer, or an accepted order that turns out REJECTED (3.8, 4.1)
    - ``window_ms``: how far a timestamp may be off (2.6), in real time where the venue's goes faster
    - ``timestamps``: whether a timestamp must be the venue's time, or any will do
    - ``heartbeat_ms``: a socket that sends no text ping for this long is closed (5.2)
    - ``token_ms``: how long a socket token lives (3.17), in real time where the venue's goes faster
    - ``hosts``: the addresses that signed requests may come from, empty: any (code 1012)
    """

    text_key: str = choice("message", "msg")
    market_buy: str = choice("base", "quote")
    create_delay_ms: int = number(0, 0, 60_000)
    ticker_paths: str = choice("both", "ticker", "trend")
    symbol_configs: bool = True
    client_order_id: bool = True
    order_fields: str = choice("seed", "sibling")
    batch_answers: str = choice("objects", "bare")
    unknown_order: str = choice("error", "null")
    refusals: str = choice("answer", "later")
    window_ms: int = number(10_000, 100, DAY_MS)
    timestamps: str = choice("venue", "any")
    heartbeat_ms: int = number(60_000, 50, DAY_MS)
    token_ms: int = number(60_000, 0, DAY_MS)
    hosts: tuple[str, ...] = ()
