"""Large PDFs for auditors and sponsors."""
