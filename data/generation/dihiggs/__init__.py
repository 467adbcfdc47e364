"""Pairs of Higgs bosons, HH → bb̄WW with one lepton, and what looks like them: events with jagged branches.

The amplitude of the signal: :mod:`.loop_integrals` → :mod:`.form_factors` → :mod:`.partonic` → :mod:`.hard_scattering`,
with the densities of :mod:`.gluons` → :mod:`.les_houches`, which Pythia reads.
"""
