"""Bytes that survive a crash: framed log, lock, atomic write; knows neither calls nor runs."""
