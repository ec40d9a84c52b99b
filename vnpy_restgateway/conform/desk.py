"""Moved to vnpy_rehearsal.conform.harness; here for scripts that were written before."""

import importlib

Desk = importlib.import_module("vnpy_rehearsal.conform.harness").GatewayHarness
