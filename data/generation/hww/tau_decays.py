"""τ leptons that decay to e or µ only, and how often they would by themselves."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pythia8mc


def force_leptonic_tau_decays(pythia: "pythia8mc.Pythia") -> None:
    """Leave open only the channels τ→eνν and τ→µνν, in their natural proportion."""
    for channel in _tau_channels(pythia):
        channel.onMode(1 if _is_leptonic(channel) else 0)


def leptonic_tau_fraction(pythia: "pythia8mc.Pythia") -> float:
    """Branching fraction of τ→eνν and τ→µνν together in Pythia's particle data."""
    channels = _tau_channels(pythia)
    return sum(c.bRatio() for c in channels if _is_leptonic(c)) / sum(c.bRatio() for c in channels)


def _tau_channels(pythia: "pythia8mc.Pythia") -> list:
    tau = pythia.particleData.findParticle(15)
    return [tau.channel(i) for i in range(tau.sizeChannels())]


def _is_leptonic(channel) -> bool:
    return any(abs(channel.product(i)) in (11, 13) for i in range(channel.multiplicity()))
