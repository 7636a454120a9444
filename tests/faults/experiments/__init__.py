"""The experiments, by what goes wrong."""

from tests.faults.experiments import cluster, crashes, network, order, poison, releases
from tests.faults.experiments.base import EXPERIMENTS

__all__ = ["EXPERIMENTS", "cluster", "crashes", "network", "order", "poison", "releases"]
