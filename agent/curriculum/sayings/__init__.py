"""Whole questions in free speech, with holes, each with the plan that answers it.

The frames of `agent.curriculum.language` put phrases together and so know a question's parts; what people say is
often of one piece. Here a question stands as somebody would say it (`en/*.toml`, `zh/*.toml`), written by several
hands, with holes for names, classes, numbers and periods, so that each line becomes many questions. README.md tells
how they are written; `python -m agent.curriculum.sayings` checks them.
"""
