"""Kernels forked from a process that has the libraries loaded. Nothing else leans on it."""
