"""What the service counts, in the text form of Prometheus (prometheus.io/docs/instrumenting/exposition_formats)."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

JOB_SECONDS = (1, 5, 15, 60, 300, 900, 3600, 14400)
"""The bounds of the histogram of proving times: from a test's run to a block."""

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """One server's, in a registry of its own. No label is made of what a client writes."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        made = self._registry
        self.requests = Counter("limpid_requests", "Answered requests.", ["route", "status"], registry=made)
        self.refused = Counter("limpid_refused", "Requests refused at the door.", ["code"], registry=made)
        self.accepted = Counter("limpid_jobs_accepted", "Jobs put into the queue.", ["guest"], registry=made)
        self.finished = Counter("limpid_jobs_finished", "Jobs that ended.", ["guest", "state"], registry=made)
        self.deaths = Counter("limpid_prover_deaths", "Provers that died in a job.", registry=made)
        self.proving_seconds = Histogram(
            "limpid_proving_seconds", "Time of one proof.", ["guest"], buckets=JOB_SECONDS, registry=made
        )
        self.verdicts = Counter("limpid_verdicts", "Proofs verified.", ["guest", "verdict"], registry=made)

    def watch(self, name: str, text: str, value: Callable[[], float]) -> None:
        """Shows a number that is found out when somebody looks."""
        Gauge(name, text, registry=self._registry).set_function(value)

    def page(self) -> bytes:
        """All of it."""
        return generate_latest(self._registry)
