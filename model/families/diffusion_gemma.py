"""DiffusionGemma: uniform noise instead of masks, one stack of layers for the causal encoder and the canvas.

Config keys and their defaults are those of transformers 5.23. Layers that see everything are described one
by one (`per_layer_config`) or together (`global_head_dim`, `num_global_key_value_heads`). The vision tower
is not used.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import Any

from model.backbone.gemma import Gemma
from model.backbone.gemma_layers import GemmaConfig, LayerShape, Proportional, Rope
from model.backbone.rope import Plain
from model.errors import CheckpointError
from model.families.conventions import Conventions, Grid, Shift, Visibility
from model.families.facts import Facts
from model.families.family import Family, Source
from model.families.keys import EVEN, LAYERS, REAL, Keys, Rule
from model.families.shape import HEAD, kv_heads

NAME = "diffusion_gemma"
KNOBS = {
    "max_denoising_steps": "n_steps",
    "t_min": "t_min",
    "t_max": "t_max",
    "stability_threshold": "stability_threshold",
    "confidence_threshold": "confidence_threshold",
}
CANVAS_LENGTH = 256
SLIDING, FULL = "sliding_attention", "full_attention"
EVERY_SIXTH = 6  # layers that see everything, where config.json does not list them
DEFAULT_ROPE: Mapping[str, Mapping[str, Any]] = {
    SLIDING: {"rope_type": "default", "rope_theta": 1e4},
    FULL: {"rope_type": "proportional", "rope_theta": 1e6, "partial_rotary_factor": 0.25},
}
OF_LAYER = frozenset({"head_dim", "num_key_value_heads"})
OF_ROPE = {
    "default": frozenset({"rope_type", "rope_theta"}),
    "proportional": frozenset({"rope_type", "rope_theta", "partial_rotary_factor", "factor"}),
}
AMOUNT = Rule("a number from 0 on", lambda value: type(value) in (int, float) and value >= 0)
SHARE = Rule("from 0 to 1", lambda value: REAL.holds(value) and value <= 1)
KINDS = Rule(
    f"a list of {SLIDING!r} and {FULL!r}",
    lambda value: type(value) is list and all(kind in (SLIDING, FULL) for kind in value),
)


def shape(config: Keys, names: Set[str]) -> GemmaConfig:
    """The network that a config.json describes; the head is tied unless the files hold one."""
    keys = config.section("text_config")
    for section in (config, keys):
        section.refuse_unless("tie_word_embeddings", True)
    keys.refuse_unless("hidden_activation", "gelu_pytorch_tanh")
    keys.refuse_unless("use_bidirectional_attention", "vision")
    return GemmaConfig(
        vocab_size=keys.count("vocab_size"),
        d_model=keys.count("hidden_size"),
        d_ff=keys.count("intermediate_size"),
        d_expert=keys.count("moe_intermediate_size"),
        n_experts=keys.count("num_experts"),
        n_active_experts=keys.count("top_k_experts"),
        n_heads=keys.count("num_attention_heads"),
        layers=_layers(keys),
        norm_eps=keys.real("rms_norm_eps", 1e-6),
        softcap=keys.real("final_logit_softcapping", 30.0),
        attn_bias=keys.truth("attention_bias", default=False),
        tied=HEAD not in names,
    )


def conventions(facts: Facts) -> Conventions:
    """Canvases right behind the prompt, which is read causally; no mask and no shift."""
    if facts.told.mask_id is not None:
        raise CheckpointError(
            f"mask_id={facts.told.mask_id}: {facts.name!r} starts from random words and has no mask; "
            "leave it out"
        )
    both = {**facts.config.section("text_config").stored, **facts.config.stored}
    facts = replace(facts, config=Keys(both))
    length = facts.block_length("canvas_length", known=CANVAS_LENGTH)
    return Conventions(
        family=NAME,
        visibility=Visibility.CONTEXT,
        grid=Grid.PROMPT_END,
        shift=Shift.NONE,
        mask_id=None,
        block_length=length,
        sub_block=length,
        decoder=facts.told.decoder or decoder(facts.generation),
        stop_ids=facts.stop_ids(),
        pad_id=facts.pad_id(),
    )


def decoder(generation: Keys) -> str:
    """The published decoder, with the knobs that generation_config.json sets."""
    sampler = generation.section("sampler_config")
    knobs = {knob: generation.get(key, AMOUNT) for key, knob in KNOBS.items() if key in generation}
    if "entropy_bound" in sampler:
        knobs["entropy_bound"] = sampler.get("entropy_bound", AMOUNT)
    written = ",".join(f"{knob}={value:g}" for knob, value in knobs.items())
    return f"{NAME}:{written}" if written else NAME


def sources(weight: str, config: GemmaConfig) -> tuple[Source, ...]:
    """All weights are stored with the decoder, but for the scalars that the encoder has of its own."""
    if weight == HEAD:
        return (Source(HEAD),)
    if weight.endswith(".encoder_scalar"):
        layer = weight.removesuffix("encoder_scalar")
        return (Source(f"model.encoder.language_model.{layer}layer_scalar"),)
    return (Source(f"model.decoder.{weight}"),)


def kv_width(config: GemmaConfig) -> int:
    """Numbers that each further token adds, once the text is longer than the windows."""
    return sum(2 * s.n_kv_heads * s.rope.d_head for s in config.layers if s.window is None)


def _layers(keys: Keys) -> tuple[LayerShape, ...]:
    n_layers = keys.get("num_hidden_layers", LAYERS)
    by_sixths = [SLIDING if n % EVERY_SIXTH else FULL for n in range(1, n_layers + 1)]
    kinds = [*keys.get("layer_types", KINDS, by_sixths)]
    if len(kinds) != n_layers:
        raise CheckpointError(
            f"{keys.file} has {len(kinds)} layer_types; it must have num_hidden_layers={n_layers}"
        )
    kinds[-1] = FULL
    return tuple(_layer(keys, n, kind) for n, kind in enumerate(kinds))


def _layer(keys: Keys, layer: int, kind: str) -> LayerShape:
    own = _own_keys(keys, layer, kind)
    d_head = own.get("head_dim", EVEN, keys.get("head_dim", EVEN, 256))
    holder = own if "num_key_value_heads" in own else keys
    n_kv_heads = kv_heads(holder, keys.count("num_attention_heads"))
    window = keys.count("sliding_window", 512) if kind == SLIDING else None
    return LayerShape(n_kv_heads, _rope(keys, kind, d_head), window)


def _own_keys(keys: Keys, layer: int, kind: str) -> Keys:
    """What config.json says about this layer alone."""
    each = keys.section("per_layer_config")
    if "per_layer_config" in keys:
        own = each.section(str(layer))
        if foreign := sorted(own.stored.keys() - OF_LAYER):
            raise CheckpointError(
                f"{own.file} has {foreign[0]!r}; a layer may differ in {' and '.join(sorted(OF_LAYER))}"
            )
        return own
    if kind == SLIDING:
        return Keys({}, keys.file)
    together = {"head_dim": keys.get("global_head_dim", EVEN, 512)}
    if "num_global_key_value_heads" in keys and keys.truth("attention_k_eq_v", default=True):
        together["num_key_value_heads"] = keys.count("num_global_key_value_heads")
    return Keys(together, keys.file)


def _rope(keys: Keys, kind: str, d_head: int) -> Rope:
    told = keys.section("rope_parameters").section(kind)
    told = Keys(
        {**DEFAULT_ROPE[kind], **told.stored} if not told.stored else told.stored, told.file
    )
    rope_type = told.text("rope_type", "default")
    known = OF_ROPE.get(rope_type)
    if known is None or told.stored.keys() - known:
        raise CheckpointError(
            f"{told.file} says {dict(told.stored)}; supported are rope_type 'default' and 'proportional'"
        )
    share, factor = told.get("partial_rotary_factor", SHARE, 1.0), told.real("factor", 1.0)
    stretch = Proportional(share, factor) if rope_type == "proportional" else Plain()
    return Rope(d_head, told.real("rope_theta"), stretch)


FAMILY = Family(
    name=NAME,
    model_types=frozenset({"diffusion_gemma"}),
    architectures=frozenset({"DiffusionGemmaForBlockDiffusion"}),
    shape=shape,
    conventions=conventions,
    sources=sources,
    network=Gemma,
    ignorable=(
        r"^model\.encoder\.(vision_tower|embed_vision)\.",
        r"^model\.encoder\.language_model\.(?!layers\.\d+\.layer_scalar$)",
    ),
    precise=r"(?!)",  # the published router computes in the model's own precision
    kv_width=kv_width,
)
