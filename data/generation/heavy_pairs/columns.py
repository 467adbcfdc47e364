"""The columns of the heavy pairs, in the order of the file: four-vectors first, then high-level variables."""

from ..dataset import Column


def _float(name: str, unit: str, description: str) -> Column:
    return Column(name, "float32", unit, description)


def _direction(name: str, what: str) -> tuple[Column, ...]:
    return (
        _float(f"{name}_pt", "GeV", f"transverse momentum of {what}"),
        _float(f"{name}_eta", "", f"pseudorapidity of {what}"),
        _float(f"{name}_phi", "rad", f"azimuth of {what}, −π to π"),
    )


def _jet(name: str, what: str) -> tuple[Column, ...]:
    return (*_direction(name, what), _float(f"{name}_mass", "GeV", f"mass of {what}"))


FOUR_VECTORS = (
    *_direction("lep", "the lepton"),
    *_jet("b1", "the harder b-tagged jet"),
    *_jet("b2", "the softer b-tagged jet"),
    *_jet("j1", "the harder of the other two jets"),
    *_jet("j2", "the softer of the other two jets"),
    _float("met_pt", "GeV", "missing transverse momentum (MET)"),
    _float("met_phi", "rad", "azimuth of the MET, −π to π"),
)
HIGH_LEVEL = (
    _float("m_jj", "GeV", "mass of j1 and j2, the candidates for the W that decays to quarks"),
    _float("m_bjj_min", "GeV", "mass of j1, j2 and one b-tagged jet, the smaller of two"),
    _float("m_bjj_max", "GeV", "mass of j1, j2 and one b-tagged jet, the larger of two"),
    _float("m_bl_min", "GeV", "mass of the lepton and one b-tagged jet, the smaller of two"),
    _float("m_bl_max", "GeV", "mass of the lepton and one b-tagged jet, the larger of two"),
    _float("m_bb", "GeV", "mass of the two b-tagged jets"),
    _float("mt_lmet", "GeV", "transverse mass of lepton and MET, √(2 lep_pt met_pt (1 − cos Δφ))"),
    _float("m_eff", "GeV", "effective mass: sum of lep_pt, met_pt and the pT of the four jets"),
    _float("met_share", "", "met_pt over m_eff, 0 to 1"),
    _float("b_share", "", "b1_pt + b2_pt over the sum of the pT of the four jets, 0 to 1"),
    _float("sphericity_t", "", "transverse sphericity of lepton and four jets, 0 (a line) to 1 (a circle)"),
    _float("b_asymmetry", "", "(pT of the b-tagged jet nearer in ΔR to the lepton − that of the other) over their sum"),
    _float("cos_jb", "", "cosine of the angle of j1 and the b-tagged jet farther from the lepton, where j1 + j2 rest"),
    _float("dphi_lmet", "rad", "azimuth of the MET less that of the lepton, −π to π"),
    _float("dphi_bb", "rad", "azimuth of b2 less that of b1, −π to π"),
)
COLUMNS = (*FOUR_VECTORS, *HIGH_LEVEL)
MEASURED = tuple(column.name for column in FOUR_VECTORS)
