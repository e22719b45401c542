"""Dense peaks of data/accelerators.csv against what vendors print: per chip, server, rack or pod, dense or sparse.

The table below was written from the vendors' own figures, not from the catalogue: where a vendor prints a
sparse peak it is halved, where it prints a system's it is divided by the system's chips.
"""

from __future__ import annotations

import pytest

from planner.data.catalogues import read_catalogue

FORMATS = ("bf16", "fp8", "fp4")
SPARSE = 2  # structured sparsity doubles the printed peak of NVIDIA's and AMD's tensor cores
# accelerator: (format, printed TFLOP/s, printed for how many dense chips, how closely the print is rounded)
PRINTED: dict[str, list[tuple[str, float, float, float]]] = {
    "v100_sxm2_32": [("bf16", 1_000, 8, 0.001)],  # DGX-1: 1 PFLOP/s of FP16 tensor, Volta has no BF16
    "a100_sxm4_40": [("bf16", 624, SPARSE, 0.001)],
    "a100_sxm4_80": [("bf16", 624, SPARSE, 0.001)],
    "h100_sxm5": [("bf16", 1_979, SPARSE, 0.001), ("fp8", 3_958, SPARSE, 0.001)],
    "h800_sxm5": [("bf16", 1_979, SPARSE, 0.001), ("fp8", 3_958, SPARSE, 0.001)],
    "h200_sxm": [("bf16", 1_979, SPARSE, 0.001), ("fp8", 3_958, SPARSE, 0.001)],
    "b200_hgx": [("bf16", 4_500, SPARSE, 0.001), ("fp8", 9_000, SPARSE, 0.001), ("fp4", 18_000, SPARSE, 0.001)],
    "gb200_nvl72": [
        ("bf16", 360_000, 72 * SPARSE, 0.001),
        ("fp8", 720_000, 72 * SPARSE, 0.001),
        ("fp4", 1_440_000, 72 * SPARSE, 0.001),
    ],
    "b300_hgx": [("bf16", 4_500, SPARSE, 0.001), ("fp8", 9_000, SPARSE, 0.001), ("fp4", 108_000, 8, 0.001)],
    "gb300_nvl72": [
        ("bf16", 360_000, 72 * SPARSE, 0.001),
        ("fp8", 720_000, 72 * SPARSE, 0.001),
        ("fp4", 1_080_000, 72, 0.03),
    ],
    "vr200_nvl72": [("fp8", 1_200_000, 72, 0.06), ("fp4", 2_500_000, 72, 0.02)],  # rack figures, preliminary
    "mi250x": [("bf16", 191.5, 0.5, 0.001)],  # per die, two in a package
    "mi300x": [("bf16", 10_459, 8, 0.001), ("fp8", 20_919, 8, 0.001)],
    "mi325x": [("bf16", 10_459, 8, 0.001), ("fp8", 20_919, 8, 0.001)],
    "mi355x": [("bf16", 20_133, 8, 0.001), ("fp8", 40_265, 8, 0.001), ("fp4", 80_530, 8, 0.001)],
    "mi455x_helios": [("fp8", 1_400_000, 72, 0.04), ("fp4", 2_900_000, 72, 0.02)],  # rack figures, preliminary
    "tpu_v3": [("bf16", 126_000, 1_024, 0.005)],
    "tpu_v4": [("bf16", 1_126_400, 4_096, 0.001)],
    "tpu_v5e": [("bf16", 50_630, 256, 0.005)],
    "tpu_v5p": [("bf16", 4_112_000, 8_960, 0.001), ("fp8", 4_112_000, 8_960, 0.001)],
    "tpu_v6e": [("bf16", 234_900, 256, 0.001), ("fp8", 234_900, 256, 0.001)],
    "tpu7x": [("bf16", 21_250_000, 9_216, 0.001), ("fp8", 42_500_000, 9_216, 0.001)],
    "trn1": [("bf16", 3_040, 16, 0.001), ("fp8", 3_040, 16, 0.001)],
    "trn2": [("bf16", 10_672, 16, 0.001), ("fp8", 20_800, 16, 0.002)],
    "trn3": [("bf16", 96_600, 144, 0.001), ("fp8", 362_000, 144, 0.002), ("fp4", 362_000, 144, 0.002)],
    "mtia_v2": [("bf16", 354, SPARSE, 0.001)],
    "mtia_300": [("bf16", 600, 1, 0.001), ("fp8", 1_200, 1, 0.001)],
}
# printed nowhere we could check against: stands in the catalogue on its own source alone
UNCHECKED = {("vr200_nvl72", "bf16")}


def test_every_accelerator_is_in_the_table() -> None:
    assert set(PRINTED) == set(read_catalogue("accelerators").rows)


@pytest.mark.parametrize("accelerator", PRINTED)
def test_dense_peak_agrees_with_the_vendor(accelerator: str) -> None:
    row = read_catalogue("accelerators").rows[accelerator]
    for number_format, printed, chips, rounding in PRINTED[accelerator]:
        assert row[f"{number_format}_dense_tflops"] == pytest.approx(printed / chips, rel=rounding), number_format


@pytest.mark.parametrize("accelerator", PRINTED)
def test_no_peak_without_a_printed_figure(accelerator: str) -> None:
    row = read_catalogue("accelerators").rows[accelerator]
    known = {f for f in FORMATS if row[f"{f}_dense_tflops"] is not None}
    assert known == {f for f, *_ in PRINTED[accelerator]} | {f for a, f in UNCHECKED if a == accelerator}
