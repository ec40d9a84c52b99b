"""Where the QTE document leaves something open: what this venue does (docs/qte_dialect.md)."""

from dataclasses import dataclass

from ...options import choice


@dataclass(slots=True)
class QteOptions:
    """
    The defaults are the words of the seed document; the sections are those of the spec digest.

    - ``errors``: ``{"code","msg"}`` where the seed shows it and ``{"error"}`` everywhere else, or one of the two always (1.3)
    - ``order_fields``: whether GET order and open_orders also have ``executedQty`` and ``time``, or just the fields of
      the POST answer (U38: the seed's samples break off after ``orderId``)
    - ``cancelled``: how the status of a cancelled order is spelled (U11)
    """

    errors: str = choice("mixed", "error", "code")
    order_fields: str = choice("full", "short")
    cancelled: str = choice("CANCELLED", "CANCELED")
