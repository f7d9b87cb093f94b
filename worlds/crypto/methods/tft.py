"""A small temporal fusion transformer in torch, behind an extra of its own: `requirements/tft.txt`.

After Lim et al. (2021): each input passes a gated residual network and a learned selection, an LSTM reads the window,
attention looks back over it, and three heads give quantiles, trained by the pinball loss. All coins share one network,
each with a vector of its own. It is fitted on past rows alone, and anew once a quarter.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from worlds.crypto.data.bars import Array
from worlds.crypto.features.shared import Shared
from worlds.crypto.methods.outlook import Outlook, regressors, scale, scaled_targets, unknown
from worlds.crypto.methods.registry import register
from worlds.crypto.methods.walking import walk
from worlds.crypto.needs import need

# options of pip, as the method's own message gives them
EXTRA = "requirements/tft.txt --extra-index-url https://download.pytorch.org/whl/cpu"
QUANTILES = (0.05, 0.5, 0.95)
REFIT, WINDOW = 540, 1080
LENGTH, HIDDEN, BATCH, EPOCHS, RATE = 18, 8, 128, 5, 1e-2
SEED = 11


@register("researcher", "tft", extra=EXTRA, module="torch")
def tft(shared: Shared, horizon: int) -> Outlook:
    """A small temporal fusion transformer (torch), all coins together, refitted every quarter."""
    torch = need("torch", EXTRA)
    torch.set_num_threads(1)  # sums in one order
    inputs, targets = regressors(shared), scaled_targets(shared, horizon)
    made = unknown(targets.shape)
    for known, served in walk(len(inputs), REFIT, WINDOW):
        past = slice(max(known.start, LENGTH - 1), known.stop - horizon)
        # chance of its own, so that nothing else that draws from torch is disturbed
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(SEED)
            network = _trained(torch, *_examples(inputs, targets, past), coins=inputs.shape[1])
        windows, _, coin = _examples(inputs, targets, served)
        answer = np.sort(_answers(torch, network, windows, coin), axis=1)
        for of, values in zip((made.low, made.mean, made.high), answer.T, strict=True):
            of[served] = values.reshape(-1, inputs.shape[1])
    size = scale(shared, horizon)
    return Outlook(made.mean * size, made.low * size, made.high * size)


def _examples(inputs: Array, targets: Array, rows: slice) -> tuple[Array, Array, Array]:
    """Windows (N, LENGTH, K) that end at each of `rows` for each coin, what followed (N,), and which coin (N,)."""
    ends, coins = np.arange(rows.start, rows.stop), inputs.shape[1]
    back = np.maximum(ends[:, None] - np.arange(LENGTH - 1, -1, -1), 0)
    windows = np.moveaxis(inputs[back], 2, 1).reshape(-1, LENGTH, inputs.shape[2])
    return windows, targets[ends].reshape(-1), np.tile(np.arange(coins), len(ends))


def _trained(torch: Any, windows: Array, followed: Array, coin: Array, coins: int) -> Any:
    good = ~np.isnan(followed)
    x, y, which = (torch.tensor(part[good]) for part in (windows.astype(np.float32), followed, coin))
    network = _network(torch, windows.shape[2], coins)
    learner = torch.optim.Adam(network.parameters(), lr=RATE, weight_decay=1e-3)
    levels = torch.tensor(QUANTILES)
    for _ in range(EPOCHS):
        for part in torch.randperm(len(y)).split(BATCH):
            missed = y[part, None].float() - network(x[part], which[part])
            loss = torch.maximum(levels * missed, (levels - 1) * missed).mean()
            learner.zero_grad()
            loss.backward()
            learner.step()
    return network.eval()


def _answers(torch: Any, network: Any, windows: Array, coin: Array) -> Array:
    """(N, 3), in batches of one size: a row's rounding shall not depend on how many rows there are."""
    count, missing = len(coin), -len(coin) % BATCH
    filled = np.concatenate([windows, np.zeros((missing, *windows.shape[1:]))]).astype(np.float32)
    which = np.concatenate([coin, np.zeros(missing, coin.dtype)])
    with torch.no_grad():
        parts = [
            network(torch.tensor(filled[at : at + BATCH]), torch.tensor(which[at : at + BATCH])).numpy()
            for at in range(0, count + missing, BATCH)
        ]
    return np.concatenate(parts)[:count].astype(float)


def _network(torch: Any, wide: int, coins: int) -> Any:
    """The classes are made here: torch is loaded by those alone who use it."""
    nn = torch.nn

    class Gated(nn.Module):  # type: ignore[misc, name-defined]
        """A gated residual network: it can pass its input on unchanged."""

        def __init__(self, given: int, out: int) -> None:
            super().__init__()
            self.deep = nn.Sequential(nn.Linear(given, HIDDEN), nn.ELU(), nn.Linear(HIDDEN, 2 * out), nn.GLU())
            self.past = nn.Linear(given, out) if given != out else nn.Identity()
            self.norm = nn.LayerNorm(out)

        def forward(self, x: Any) -> Any:
            return self.norm(self.past(x) + self.deep(x))

    class Fusion(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.coin = nn.Embedding(coins, HIDDEN)
            self.select = Gated(wide + HIDDEN, wide)
            self.each = nn.Linear(wide, wide * HIDDEN)
            self.read = nn.LSTM(HIDDEN, HIDDEN, batch_first=True)
            self.look = nn.MultiheadAttention(HIDDEN, 2, batch_first=True)
            self.merge, self.head = Gated(HIDDEN, HIDDEN), nn.Linear(HIDDEN, len(QUANTILES))

        def forward(self, x: Any, coin: Any) -> Any:
            own = self.coin(coin)[:, None].expand(-1, x.shape[1], -1)
            share = torch.softmax(self.select(torch.cat([x, own], -1)), -1)
            parts = self.each(x).reshape(*x.shape, HIDDEN)
            read, _ = self.read((share[..., None] * parts).sum(-2) + own)
            looked, _ = self.look(read[:, -1:], read, read, need_weights=False)
            return self.head(self.merge(read[:, -1] + looked[:, 0]))

    return Fusion()
