"""Makes the course's data sets from scratch: ``python -m data.generation --help``.

Each sub-package is one data set, and is found by that: :mod:`.dataset` says what it has to provide and generates it.
What all share: :mod:`.production` runs seeded chunks of simulation in parallel, :mod:`.generator` starts Pythia,
:mod:`.smearing`, :mod:`.leptons`, :mod:`.isolation`, :mod:`.jets` and :mod:`.missing_momentum` are parts of a detector,
:mod:`.geometry` has its distances, :mod:`.rounding` shortens numbers, :mod:`.writers` and :mod:`.jagged_trees` write
files whose bytes depend on their content only, :mod:`.manifest` describes them, and :mod:`.index` lists the sets in
``data/README.md``.
"""
