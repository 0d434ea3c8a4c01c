"""Every kernel compiles for a device although there is none: the interpreter accepts what a compiler does not."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CODE = """
import warnings
warnings.simplefilter("ignore")
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource, compile
from model.kernels import confidence_triton, head_triton, paged_triton, update_triton

TYPES = {"hidden": "*bf16", "weight": "*bf16", "q": "*bf16", "k": "*bf16", "v": "*bf16", "out": "*bf16"}
NUMBERS = {"temperature": "fp32", "threshold": "fp32"}
WIDE = {"seed", "place", "step", "token", "tokens", "ids", "read"}
BYTES = {"masked", "open", "eligible", "attn_mask", "choice", "take"}
WORDS = {"words", "least", "stay", "left"}

def kind(name, is_bytes):
    if not name.startswith("p_"):
        return NUMBERS.get(name, "i32")
    name = name[2:]
    if name in TYPES:
        return TYPES[name]
    if name in WIDE:
        return "*i64"
    if name in WORDS or (name == "allowed" and not is_bytes):
        return "*i32"
    return "*i8" if name in BYTES or name == "allowed" else "*fp32"

def compiled(kernel, is_bytes=False, **constants):
    names = kernel.arg_names
    signature = {n: "constexpr" if n in constants else kind(n, is_bytes) for n in names}
    source = ASTSource(fn=kernel, signature=signature, constexprs=constants)
    assert compile(source, target=GPUTarget("cuda", 90, 32)).asm["cubin"]

flags = dict(HAS_ALLOWED=True, HAS_DRAW=True, IS_WIDE=False)
compiled(head_triton.head_kernel, ROWS=16, TILE=head_triton.TILE, DEPTH=head_triton.DEPTH, **flags)
compiled(head_triton.join_kernel, ROWS=16)
compiled(update_triton.update_kernel, HAS_STAY=True, CELLS=32)
compiled(paged_triton.paged_kernel, HAS_MASK=True, IS_WIDE=False, ROWS=64, TILE=64, D_HEAD=128)
compiled(confidence_triton.score_kernel, True, HAS_ALLOWED=True, HAS_CHOICE=True, HAS_NOISE=True, TILE=1024)
compiled(confidence_triton.take_kernel, True, TILE=64)
print("all compiled")
"""


@pytest.mark.slow
def test_all_kernels_compile_for_a_device(tmp_path: os.PathLike[str]) -> None:
    pytest.importorskip("triton", reason="Triton is not installed")
    environment = {name: value for name, value in os.environ.items() if name != "TRITON_INTERPRET"}
    environment["TRITON_CACHE_DIR"] = str(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=False
    )
    assert "all compiled" in done.stdout, done.stderr
