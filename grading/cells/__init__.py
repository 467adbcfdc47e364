"""The cells and files of a submission: read, repaired, and shown again as feedback."""
