"""Pairs of heavy particles, each of which decays in one of two ways, as ntuples: one a class of the pair.

The path of an event: :mod:`.processes` with :mod:`.spectrum` → :mod:`.simulation` (:mod:`.b_tags`, :mod:`.selection`)
→ :mod:`.kinematics` → :mod:`.dataset`, which writes the files.
"""
