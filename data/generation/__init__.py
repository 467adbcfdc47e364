"""Makes the course's data sets from scratch with Pythia 8: ``python -m data.generation --help``.

Modules at this level know nothing of a particular data set: :mod:`.production` runs seeded chunks of simulation in
parallel, :mod:`.files` writes files whose bytes depend on their content only. Each data set is a sub-package beside
them: :mod:`.hww` makes the H→WW ntuples, :mod:`.top_tagging` the jets for top tagging.
"""
