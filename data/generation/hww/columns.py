"""The columns of the H→WW ntuples, in the order of the file."""

from ..dataset import Column
from .weights import LEPTON_CUT, LEPTON_SCALE_FACTOR


def _lepton(number: int, which: str) -> tuple[Column, ...]:
    return (
        Column(f"pt{number}", "float32", "GeV", f"transverse momentum of the {which} lepton"),
        Column(f"eta{number}", "float32", "", f"pseudorapidity of the {which} lepton"),
        Column(f"phi{number}", "float32", "rad", f"azimuth of the {which} lepton, −π to π"),
        Column(f"pdgId{number}", "int32", "", f"kind of the {which} lepton: 11 e⁻, −11 e⁺, 13 µ⁻, −13 µ⁺"),
    )


def _jet(number: int, which: str) -> tuple[Column, ...]:
    absent = f"−9999 if njet < {number}"
    return (
        Column(f"jetpt{number}", "float32", "GeV", f"transverse momentum of the {which} jet; {absent}"),
        Column(f"jeteta{number}", "float32", "", f"pseudorapidity of the {which} jet; {absent}"),
        Column(f"jetphi{number}", "float32", "rad", f"azimuth of the {which} jet; {absent}"),
        Column(f"jetmass{number}", "float32", "GeV", f"mass of the {which} jet; {absent}"),
    )


COLUMNS = (
    *_lepton(1, "leading"),
    *_lepton(2, "trailing"),
    Column("ptll", "float32", "GeV", "transverse momentum of the dilepton"),
    Column("mll", "float32", "GeV", "invariant mass of the dilepton"),
    Column("drll", "float32", "", "distance of the leptons, √(Δη² + Δφ²)"),
    Column("dphill", "float32", "rad", "azimuthal angle between the leptons, 0 to π"),
    Column("PuppiMET_pt", "float32", "GeV", "missing transverse momentum (MET)"),
    Column("PuppiMET_phi", "float32", "rad", "azimuth of the MET, −π to π"),
    Column("mth", "float32", "GeV", "transverse mass of dilepton and MET, √(2 ptll MET (1 − cos Δφ))"),
    Column("mtw1", "float32", "GeV", "transverse mass of leading lepton and MET"),
    Column("mtw2", "float32", "GeV", "transverse mass of trailing lepton and MET"),
    Column("uperp", "float32", "GeV", "size of the hadronic recoil perpendicular to the dilepton pT; never negative"),
    Column("upara", "float32", "GeV", "hadronic recoil along the dilepton pT; negative where opposite the dilepton"),
    Column("ptTOT_cut", "float32", "GeV", "transverse momentum of dilepton, MET and all selected jets together"),
    Column("mTOT_cut", "float32", "GeV", "mass of dilepton, MET (massless, pz = 0) and all selected jets together"),
    Column("njet", "int32", "", "number of selected jets"),
    *_jet(1, "leading"),
    *_jet(2, "second"),
    Column("event", "int64", "", "number of the event among the generated ones of the file, from 1; increasing"),
    Column("XSWeight", "float32", "fb", "cross-section / number of generated events × 1000: yield per event in 1 fb⁻¹"),
    Column("SFweight2l", "float32", "", "trigger efficiency × pile-up weight"),
    Column(LEPTON_SCALE_FACTOR, "float32", "", "product of the leptons' efficiency scale factors"),
    Column(LEPTON_CUT, "float32", "", "1 if both leptons pass the tight cut, else 0"),
    Column("GenLepMatch2l", "float32", "", "1 if both leptons match prompt generated ones, else 0"),
    Column("METFilter_MC", "float32", "", "0 if the filter against calorimeter noise removes the event, else 1"),
)
