"""Dated facts that findings read; every upper floor may append."""
