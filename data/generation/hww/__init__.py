"""The H→WW ntuples: gluon fusion H→WW→ℓνℓν and two Drell-Yan samples.

The path of an event: :mod:`.processes` → :mod:`.simulation` (:mod:`.leptons`, :mod:`.detector`, :mod:`.selection`) →
:mod:`.kinematics` and :mod:`.weights` → :mod:`.dataset`, which writes the files.
"""
