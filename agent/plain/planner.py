"""The planner as plain text: any language model of the runtime fills canvases of words.

Guarantees: what comes out are words that the canvas allows, as a plan that can be run; known words come out
exactly as they went in. Not covered: a fill without its grammar, whose unreadable rows count as unused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent.forms import template_of
from agent.plain.layout import TextCanvas, laid_out
from agent.plain.offering import with_quotes
from agent.plain.picture import confidences, pictured
from agent.plain.prompt import fallback, messages
from agent.plain.reading import words_of
from agent.plain.types import Speech
from agent.state import RunState
from model.types import DecodeParams, DenoiseStep, Filling, LanguageModel, Template


@dataclass(frozen=True, slots=True)
class PlainPlanner:
    """A `LanguageModel` of canvases of words over one that fills text."""

    lm: LanguageModel
    speech: Speech

    @property
    def name(self) -> str:
        """What the model below is called."""
        return self.lm.name

    def template_of(self, state: RunState) -> Template:
        """The canvas of words that a state asks to have filled, with the prompt that an instructed model reads."""
        form = with_quotes(template_of, state)
        said = messages(state.linked, state.notes)
        return replace(form, prompt=fallback(said), messages=said)

    def fill(self, template: Template, params: DecodeParams) -> Filling:
        """Fill one canvas of words."""
        return self.fill_many((template,), params)[0]

    def stream(self, template: Template, params: DecodeParams) -> Iterator[DenoiseStep]:
        """Fill one canvas of words, a denoise step at a time."""
        canvas = self._laid_out(template)
        told = _Told(canvas, self.speech.filler)
        for step in self.lm.stream(canvas.template, _params(params, canvas)):
            yield told.in_words(step)

    def fill_many(self, templates: Sequence[Template], params: DecodeParams) -> list[Filling]:
        """Fill several canvases of words; where a fill is to stop early, each by itself."""
        canvases = [self._laid_out(template) for template in templates]
        texts = [canvas.template for canvas in canvases]
        if params.stop_after is None:
            fillings = self.lm.fill_many(texts, params)
        else:
            fillings = [self.lm.fill(c.template, _params(params, c)) for c in canvases]
        return [_in_words(*pair) for pair in zip(canvases, fillings, strict=True)]

    def _laid_out(self, template: Template) -> TextCanvas:
        canvas = laid_out(template, self.speech)
        self.speech.refuse_unless_it_fits(canvas.template)
        return canvas


def _params(params: DecodeParams, canvas: TextCanvas) -> DecodeParams:
    if params.stop_after is None:
        return params
    return replace(params, stop_after=canvas.last_slot(params.stop_after))


def _in_words(canvas: TextCanvas, filling: Filling) -> Filling:
    """A filling of text in words; each is as sure as its slot."""
    sure = {
        row.names[column]: filling.confidence[place.slot]
        for row, places in zip(canvas.rows, canvas.places, strict=True)
        for place in places
        for column in place.columns
    }
    return _filling(canvas, filling, sure)


def _filling(canvas: TextCanvas, filling: Filling, sure: Mapping[str, float]) -> Filling:
    words = {
        name: word
        for row, places in zip(canvas.rows, canvas.places, strict=True)
        for name, word in zip(row.names, words_of(row, places, filling.values), strict=True)
    }
    return replace(filling, values=words, confidence={name: sure.get(name, 1.0) for name in words})


@dataclass(slots=True)
class _Told:
    """What a stream has told so far: the texts of slots that are final, and the words of rows that are."""

    canvas: TextCanvas
    filler: str
    texts: dict[str, str] = field(default_factory=dict)
    written: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def in_words(self, step: DenoiseStep) -> DenoiseStep:
        """A denoise step as if the canvas were one of words."""
        self.texts |= step.texts
        newly = tuple(self._newly_written())
        cells = pictured(self.canvas, step.cells, self.written, self.filler)
        filling = step.filling and self._filled(step, step.filling)
        texts = dict(self._texts_of(newly))
        return DenoiseStep(
            index=step.index,
            cells=cells,
            revealed=self._words_in(step.revealed),
            rewritten=self._words_in(step.rewritten),
            remasked=self._words_in(step.remasked),
            committed=tuple(texts),
            filling=filling,
            texts=texts,
        )

    def _filled(self, step: DenoiseStep, filling: Filling) -> Filling:
        sure = confidences(self.canvas, step.cells, self.written, self.filler)
        return _filling(self.canvas, filling, sure)

    def _newly_written(self) -> Iterator[int]:
        """Read the rows whose last slot has become final."""
        for row, places in zip(self.canvas.rows, self.canvas.places, strict=True):
            is_final = all(place.slot in self.texts for place in places)
            if is_final and row.index not in self.written:
                self.written[row.index] = words_of(row, places, self.texts)
                yield row.index

    def _texts_of(self, indices: Iterable[int]) -> Iterator[tuple[str, str]]:
        for row in self.canvas.rows:
            if row.index in indices:
                yield from zip(row.names, self.written[row.index], strict=True)

    def _words_in(self, slots: Sequence[str]) -> tuple[str, ...]:
        """The open words in these slots of text."""
        return tuple(
            row.names[column]
            for row, places in zip(self.canvas.rows, self.canvas.places, strict=True)
            for place in places
            if place.slot in slots
            for column in place.columns
            if row.known[column] is None
        )
