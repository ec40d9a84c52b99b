"""
What a request is charged to: ``/api`` has one request weight an address (rest-api.md, "LIMITS"); every endpoint of ``/sapi`` has a
count of its own a minute, 12,000 by address or 180,000 by account, whichever its document names (Wallet documents, "Limits").
"""

from typing import Protocol

from .errors import ApiError
from .limits import MINUTE, Limits

WEIGHT_HEADER: str = "X-MBX-USED-WEIGHT"
WEIGHT_1M_HEADER: str = "X-MBX-USED-WEIGHT-1M"
BY_IP: str = "IP"
BY_UID: str = "UID"
SAPI_MAXIMUM: dict[str, int] = {BY_IP: 12_000, BY_UID: 180_000}
SAPI_HEADERS: dict[str, str] = {BY_IP: "X-SAPI-USED-IP-WEIGHT-1M", BY_UID: "X-SAPI-USED-UID-WEIGHT-1M"}


class Meter(Protocol):
    def charge(self, ip: str, account: str, weight: int, now: int) -> int:
        """Book one request, microseconds; the weight used this minute is returned. Raises 429 (-1003) past the limit, 418 for who is banned."""

    def used(self, ip: str, account: str) -> int: ...

    def headers(self, used: int) -> dict[str, str]: ...


class ApiMeter:
    def __init__(self, limits: Limits) -> None:
        self.limits: Limits = limits

    def charge(self, ip: str, account: str, weight: int, now: int) -> int:
        return self.limits.charge(ip, weight, now)

    def used(self, ip: str, account: str) -> int:
        return self.limits.used_weight(ip)

    def headers(self, used: int) -> dict[str, str]:
        text: str = str(used)
        return {WEIGHT_HEADER: text, WEIGHT_1M_HEADER: text}


class SapiMeter:
    """One endpoint's. Bans are those of the whole host, and too many 429 answers here earn one."""

    def __init__(self, limits: Limits, counted: str) -> None:
        self.limits: Limits = limits
        self.counted: str = counted
        self._minute: int = -1
        self._used: dict[str, int] = {}

    def charge(self, ip: str, account: str, weight: int, now: int) -> int:
        self.limits.check_ban(ip, now)
        if now // MINUTE != self._minute:
            self._minute = now // MINUTE
            self._used.clear()
        who: str = ip if self.counted == BY_IP else account
        used: int = self._used.get(who, 0) + weight
        maximum: int = SAPI_MAXIMUM[self.counted]
        if used > maximum:
            raise self.limits.refuse(ip, now, ApiError(
                -1003, f"Too much request weight used; current limit is {maximum} request weight per 1 MINUTE.",
                retry_at=(self._minute + 1) * MINUTE,
            ))
        self._used[who] = used
        return used

    def used(self, ip: str, account: str) -> int:
        return self._used.get(ip if self.counted == BY_IP else account, 0)

    def headers(self, used: int) -> dict[str, str]:
        return {SAPI_HEADERS[self.counted]: str(used)}
