"""The search for light stops with one lepton: tables of three signals and their backgrounds.

The path of an event: :mod:`.processes` → :mod:`.simulation` (:mod:`.hard_process`, :mod:`.particles`,
:mod:`.leptons`, :mod:`.b_tags`, :mod:`.selection`) → :mod:`.weights` → :mod:`.dataset`, which writes the tables.
"""
