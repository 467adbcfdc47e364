"""The course on a JupyterHub: one to try on this machine, what an installed one needs, and a check of it."""
