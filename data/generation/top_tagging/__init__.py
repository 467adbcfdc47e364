"""The top-tagging jets: large jets of top quarks, and QCD jets that look like them.

The path of a jet: :mod:`.processes` → :mod:`.events` (:mod:`.parton_jets`) → :mod:`.detector` (:mod:`.tracks`,
:mod:`.calorimeter`) → :mod:`.selection` (:mod:`.matching`) → :mod:`.storage`. :mod:`.simulation` does this for one
chunk, :mod:`.jets` mixes the classes, :mod:`.dataset` writes the files. :func:`.fresh_jets.generate_jets` makes fresh
jets for whoever needs some.
"""
