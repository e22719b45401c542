"""Number formats of matrix products, as the inputs name them."""

FORMATS = ("bf16", "fp8", "fp4")
