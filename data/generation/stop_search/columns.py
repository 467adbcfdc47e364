"""The columns of the stop search tables, in the published order, and to how many decimals each is written."""

from ..dataset import Column

VARIABLE_COLUMNS = (
    Column("LepChg", "int64", "e", "charge of the lepton"),
    Column("LepPt", "float64", "GeV", "transverse momentum of the lepton"),
    Column("LepEta", "float64", "", "pseudorapidity of the lepton"),
    Column("Dxy", "float64", "cm", "transverse impact parameter of the lepton, with its sign"),
    Column("Dz", "float64", "cm", "longitudinal impact parameter of the lepton, with its sign"),
    Column("RelIso", "float64", "", "sum of the pT around the lepton (ΔR < 0.3) over its own pT"),
    Column("Met", "float64", "GeV", "missing transverse momentum (MET)"),
    Column("mt", "float64", "GeV", "transverse mass of lepton and MET, √(2 LepPt Met (1 − cos Δφ))"),
    Column("Njet", "int64", "", "number of jets"),
    Column("Jet1Pt", "float64", "GeV", "transverse momentum of the leading jet"),
    Column("Jet2Pt", "float64", "GeV", "transverse momentum of the second jet; 0 if Njet < 2"),
    Column("HT", "float64", "GeV", "sum of the transverse momenta of all jets"),
    Column("NbLoose", "int64", "", "number of jets with a b-tag discriminant above the loose working point"),
    Column("JetHBpt", "float64", "GeV", "transverse momentum of the jet with the highest b-tag discriminant"),
    Column("JetHBCSV", "float64", "", "the highest b-tag discriminant of a jet, 0 to 1"),
    Column(
        "JetB2pt",
        "float64",
        "GeV",
        "transverse momentum of the jet with the second highest discriminant; 0 if Njet < 2",
    ),
    Column(
        "DrJetHBLep", "float64", "", "distance √(Δη² + Δφ²) of the lepton and the jet with the highest discriminant"
    ),
)
VARIABLES = tuple(column.name for column in VARIABLE_COLUMNS)
COLUMNS = (
    *VARIABLE_COLUMNS,
    Column("weight", "float64", "pb", "cross-section × scale factors / number of generated events"),
    Column("process", "str", "", "name of the simulated sample, with the ending .root"),
)
DECIMALS = {
    "LepPt": 2,
    "LepEta": 2,
    "Dxy": 5,
    "Dz": 4,
    "RelIso": 3,
    "Met": 1,
    "mt": 1,
    "Jet1Pt": 1,
    "Jet2Pt": 1,
    "HT": 1,
    "JetHBpt": 1,
    "JetHBCSV": 3,
    "JetB2pt": 1,
    "DrJetHBLep": 2,
}
WEIGHT_DIGITS = 4
