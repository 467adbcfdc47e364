"""Kernels forked from a process that has the libraries loaded: a `box.launching.Starter` that nothing else imports."""
