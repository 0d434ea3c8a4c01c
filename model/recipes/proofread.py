"""Drafts all that is left in one step; a draft in doubt is read from left to right, and drafted anew behind a mistake.

Where every word is as sure as the threshold, the draft stands: one forward. Otherwise the same weights read it
causally in one forward, as in self-verification (S2D2, arXiv 2603.25702), and keep it up to the first word that
they would not have written themselves, which they replace. Unlike there a draft is as long as the canvas, and one
without doubt is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch

from model.canvas import Canvas
from model.engine import Engine
from model.recipes.judge import accept, check_judge, read_causally
from model.remask.remask import KeepAll, Remask
from model.spec import Share
from model.template_fill import TemplateFill
from model.trace import Trace
from model.types import DecodeParams, DenoiseStep, Filling, Template


class Proofread:
    """A `LanguageModel` over an engine whose context is causal.

    A draft stands unread if each of its words has the params' `threshold`, or `sure` where they name none. It
    drafts `max_steps` times; the last draft stands as it is. So one step gives the filling of a single denoise
    step, and a threshold of 1 with steps enough that of autoregression with the same weights, in fewer forwards.
    """

    def __init__(self, engine: Engine, sure: Share = 0.9) -> None:
        check_judge(engine, engine)
        self._engine, self._sure = engine, sure
        self.name = f"{engine.name}-proofread"

    def fill(self, template: Template, params: DecodeParams) -> Filling:
        """Fill one template."""
        *_, last = self.stream(template, params)
        if last.filling is None:
            raise AssertionError(f"{self.name} ended a fill without a filling")
        return last.filling

    def fill_many(self, templates: Sequence[Template], params: DecodeParams) -> list[Filling]:
        """Fill several templates, one by one."""
        return [self.fill(template, params) for template in templates]

    def stream(self, template: Template, params: DecodeParams) -> Iterator[DenoiseStep]:
        """Fill one template, a forward at a time; what a step commits has been read, or was beyond doubt."""
        sure = self._sure if params.threshold is None else params.threshold
        proof = _Proof(self._engine, template, replace(params, threshold=sure))
        try:
            trace = Trace(proof, template)
            proof.go_on()
            yield trace.step()
            while not proof.is_done:
                proof.go_on()
                yield trace.step()
        finally:
            proof.close()


class _Doubted(Remask):
    """The rule of a draft that is still to be read: nothing of it is final."""


class _Proof:
    """One fill: `ahead` drafts what is left, `text` holds what has been read. Satisfies `model.trace.Shown`."""

    is_draft = False

    def __init__(self, engine: Engine, template: Template, params: DecodeParams) -> None:
        self._engine, self._template = engine, template
        self._sure, self._n_left = params.threshold or 0.0, params.max_steps
        own = replace(params, select="threshold", remask="none")
        self._drafting = replace(own, block_length=None, max_steps=1)
        self._reading = replace(own, block_length=1)
        self._ahead = engine.open(template, self._drafting)
        self._text: TemplateFill | None = None
        self._is_doubted = False
        self.canvas: Canvas = self._ahead.canvas

    @property
    def remask(self) -> Remask:
        """What has been read is final, and so is what needs no reading."""
        return _Doubted() if self._is_doubted else KeepAll()

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be drafted or read."""
        return not self._is_doubted and (self._text or self._ahead).is_done

    def filling(self) -> Filling:
        """The answer as it stands."""
        return (self._text or self._ahead).filling()

    def close(self) -> None:
        """Give the place in the cache back: one fill has it at a time, and leaves there what the next can use."""
        self._engine.close([fill for fill in (self._text, self._ahead) if fill is not None])

    @torch.inference_mode()
    def go_on(self) -> None:
        """Read the draft that is in doubt, or draft what is left."""
        if self._is_doubted:
            self._read()
            return
        self._draft()
        self.canvas = self._ahead.canvas
        if self._is_doubted:
            self.canvas.reopen()
        elif self._text is not None:
            self._text.usage += self._ahead.usage.besides_prompt
            self._text.learn_from(self._ahead)

    def _draft(self) -> None:
        """Write all cells in one step, and say whether the draft has to be read."""
        ahead = self._ahead
        cells = ahead.canvas.masked[: ahead.canvas.n_wanted].nonzero().squeeze(1)
        while not ahead.is_done:
            self._engine.denoise([ahead])
        self._engine.close([ahead])
        self._n_left -= 1
        surely = ahead.canvas.confidence[cells] >= self._sure
        self._is_doubted = self._n_left > 0 and not bool(surely.all())

    def _read(self) -> None:
        """Keep the draft as far as reading agrees with it, and open the rest anew."""
        text, ahead = self._text_to_read(), self._ahead
        masked = text.canvas.masked
        cells = masked[: text.canvas.n_wanted].nonzero().squeeze(1)
        text.canvas.ids[masked] = ahead.canvas.ids[masked]
        accept(text, cells, read_causally(self._engine, text, cells), 1.0)
        self._engine.close([text])
        self.canvas, self._is_doubted = text.canvas, False
        if not text.is_done:
            self._ahead = self._engine.open(self._template, self._drafting, text)

    def _text_to_read(self) -> TemplateFill:
        """What has been read so far, in the place of the draft, and charged with it."""
        if self._text is None:
            self._text = self._engine.open(self._template, self._reading)
            self._text.usage = self._ahead.usage
        else:
            self._engine.resume(self._text)
            self._text.usage += self._ahead.usage.besides_prompt
        return self._text
