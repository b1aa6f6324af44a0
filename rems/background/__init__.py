"""Other makers' public reports (FAERS): background to read, never cases of ours; no clock runs on them."""
