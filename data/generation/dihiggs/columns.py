"""The branches of the di-Higgs files: collections, of which an event has any number of entries, and single values."""

from dataclasses import replace

from ..dataset import Column

JET_FIELDS = (
    Column("Jet_pt", "float32", "GeV", "transverse momentum of each jet, hardest first"),
    Column("Jet_eta", "float32", "", "pseudorapidity of each jet"),
    Column("Jet_phi", "float32", "rad", "azimuth of each jet, −π to π"),
    Column("Jet_mass", "float32", "GeV", "mass of each jet"),
    Column("Jet_btag", "float32", "", "b-tag discriminant of each jet, 0 to 1"),
    Column("Jet_hadronFlavour", "int32", "", "truth: 5 with a b hadron in the jet, else 4 with a c hadron, else 0"),
)
LEPTON_FIELDS = (
    Column("Lepton_pt", "float32", "GeV", "transverse momentum of each electron or muon, hardest first"),
    Column("Lepton_eta", "float32", "", "pseudorapidity of each lepton"),
    Column("Lepton_phi", "float32", "rad", "azimuth of each lepton, −π to π"),
    Column("Lepton_iso", "float32", "", "sum of the pT around each lepton (ΔR < 0.3) over its own pT"),
    Column("Lepton_pdgId", "int32", "", "11 and 13 for e⁻ and µ⁻, −11 and −13 for e⁺ and µ⁺"),
)
COLLECTIONS = {"Jet": JET_FIELDS, "Lepton": LEPTON_FIELDS}
MET_COLUMNS = (
    Column("MET_pt", "float32", "GeV", "missing transverse momentum (MET)"),
    Column("MET_phi", "float32", "rad", "azimuth of the missing transverse momentum, −π to π"),
)
WEIGHT = Column("weight", "float32", "fb", "events expected in 1/fb that the event stands for")
TRUTH = (
    Column("GenHH_mass", "float32", "GeV", "truth: mass of the pair of Higgs bosons"),
    Column("GenHH_cosTheta", "float32", "", "truth: cosine of H → bb̄'s angle to the first gluon, in the pair's frame"),
)
WEIGHT_TERMS = (
    Column("weight_triangle", "float32", "fb", "what κλ² multiplies in the weight at another self-coupling"),
    Column("weight_interference", "float32", "fb", "what κλ multiplies in the weight at another self-coupling"),
    Column("weight_box", "float32", "fb", "what is left of the weight at κλ = 0"),
)
COUNTERS = tuple(
    Column(f"n{name}", "int32", "", f"number of {meaning}")
    for name, meaning in (("Jet", "jets"), ("Lepton", "electrons and muons"))
)
FLAT = (*MET_COLUMNS, WEIGHT)
SIGNAL_ONLY = (*TRUTH, *WEIGHT_TERMS)
COLUMNS = (
    COUNTERS[0],
    *JET_FIELDS,
    COUNTERS[1],
    *LEPTON_FIELDS,
    *FLAT,
    *(replace(column, description=f"{column.description} (files of HH only)") for column in SIGNAL_ONLY),
)
