"""Pairs of Higgs bosons, HH → bb̄WW with one lepton, and what looks like them: events with jagged branches.

The amplitude of the signal: :mod:`.loop_integrals` → :mod:`.form_factors` → :mod:`.partonic` → :mod:`.hard_scattering`,
with the densities of :mod:`.gluons` → :mod:`.les_houches`, which Pythia reads.

The path of an event: :mod:`.processes` → :mod:`.simulation` (:mod:`.hard_process`, :mod:`.particles`, :mod:`.leptons`,
:mod:`.detector`, :mod:`.selection`) → :mod:`.dataset`, which writes the files.
"""
