"""Requirement findings, certification and certificates."""
