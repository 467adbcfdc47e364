"""The columns of the H→WW ntuples, in the order of the file."""

from ..files import Branch
from .weights import LEPTON_CUT, LEPTON_SCALE_FACTOR


def _lepton(number: int, which: str) -> tuple[Branch, ...]:
    return (
        Branch(f"pt{number}", "float32", "GeV", f"transverse momentum of the {which} lepton"),
        Branch(f"eta{number}", "float32", "", f"pseudorapidity of the {which} lepton"),
        Branch(f"phi{number}", "float32", "rad", f"azimuth of the {which} lepton, −π to π"),
        Branch(f"pdgId{number}", "int32", "", f"kind of the {which} lepton: 11 e⁻, −11 e⁺, 13 µ⁻, −13 µ⁺"),
    )


def _jet(number: int, which: str) -> tuple[Branch, ...]:
    absent = f"−9999 if njet < {number}"
    return (
        Branch(f"jetpt{number}", "float32", "GeV", f"transverse momentum of the {which} jet; {absent}"),
        Branch(f"jeteta{number}", "float32", "", f"pseudorapidity of the {which} jet; {absent}"),
        Branch(f"jetphi{number}", "float32", "rad", f"azimuth of the {which} jet; {absent}"),
        Branch(f"jetmass{number}", "float32", "GeV", f"mass of the {which} jet; {absent}"),
    )


BRANCHES = (
    *_lepton(1, "leading"),
    *_lepton(2, "trailing"),
    Branch("ptll", "float32", "GeV", "transverse momentum of the dilepton"),
    Branch("mll", "float32", "GeV", "invariant mass of the dilepton"),
    Branch("drll", "float32", "", "distance of the leptons, √(Δη² + Δφ²)"),
    Branch("dphill", "float32", "rad", "azimuthal angle between the leptons, 0 to π"),
    Branch("PuppiMET_pt", "float32", "GeV", "missing transverse momentum (MET)"),
    Branch("PuppiMET_phi", "float32", "rad", "azimuth of the MET, −π to π"),
    Branch("mth", "float32", "GeV", "transverse mass of dilepton and MET, √(2 ptll MET (1 − cos Δφ))"),
    Branch("mtw1", "float32", "GeV", "transverse mass of leading lepton and MET"),
    Branch("mtw2", "float32", "GeV", "transverse mass of trailing lepton and MET"),
    Branch("uperp", "float32", "GeV", "size of the hadronic recoil perpendicular to the dilepton pT; never negative"),
    Branch("upara", "float32", "GeV", "hadronic recoil along the dilepton pT; negative where opposite the dilepton"),
    Branch("ptTOT_cut", "float32", "GeV", "transverse momentum of dilepton, MET and all selected jets together"),
    Branch("mTOT_cut", "float32", "GeV", "mass of dilepton, MET (massless, pz = 0) and all selected jets together"),
    Branch("njet", "int32", "", "number of selected jets"),
    *_jet(1, "leading"),
    *_jet(2, "second"),
    Branch("event", "int64", "", "number of the event among the generated ones of the file, from 1; increasing"),
    Branch("XSWeight", "float32", "fb", "cross-section / number of generated events × 1000: yield per event in 1 fb⁻¹"),
    Branch("SFweight2l", "float32", "", "trigger efficiency × pile-up weight"),
    Branch(LEPTON_SCALE_FACTOR, "float32", "", "product of the leptons' efficiency scale factors"),
    Branch(LEPTON_CUT, "float32", "", "1 if both leptons pass the tight cut, else 0"),
    Branch("GenLepMatch2l", "float32", "", "1 if both leptons match prompt generated ones, else 0"),
    Branch("METFilter_MC", "float32", "", "0 if the filter against calorimeter noise removes the event, else 1"),
)
