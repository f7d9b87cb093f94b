"""Many runs at once: processes of this machine with joblib, or a Ray cluster. Results come as they end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from bots.agents.provenance import installed
from worlds.errors import WorldError

ROOT = Path(__file__).resolve().parents[1]
CLUSTER = "requirements/cluster.txt"

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """`jobs`: processes here; `cluster`: address of a Ray cluster, "local" for one of this machine, "" for none."""

    jobs: int = 1
    cluster: str = ""

    def check(self) -> None:
        """Raise WorldError where Ray is wanted and not there."""
        if self.cluster and installed("ray") is None:
            raise WorldError(f"--cluster needs Ray: pip install -r {CLUSTER}")

    def spread(self, work: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """What `work` makes of each task, in the order in which they end."""
        self.check()
        if self.cluster:
            yield from _on_ray(work, tasks, self.cluster)
            return
        from joblib import Parallel, delayed

        run = Parallel(n_jobs=self.jobs, return_as="generator_unordered")
        yield from run(delayed(work)(task) for task in tasks)


def _on_ray(work: Callable[[Task], Result], tasks: Iterable[Task], address: str) -> Iterator[Result]:
    import ray

    options: dict[str, Any] = {"include_dashboard": False} if address == "local" else {}
    try:
        ray.init(address=address, runtime_env={"env_vars": {"PYTHONPATH": str(ROOT)}}, log_to_driver=False, **options)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise WorldError(f"--cluster {address}: no Ray cluster answers there ({error}).") from None
    try:
        remote: Callable[..., Any] = ray.remote(work).remote
        running = [remote(task) for task in tasks]
        while running:
            done, running = ray.wait(running)
            yield from ray.get(done)
    finally:
        ray.shutdown()
