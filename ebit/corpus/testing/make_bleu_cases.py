#!/usr/bin/env python3
"""Writes bleu_cases.tsv, values of sacreBLEU that bleu.test.cc compares with: needs `pip install sacrebleu`.

Two kinds of blocks: "tokens TAB text TAB tokens of 13a, joined by spaces", and "corpus TAB score TAB 4 precisions TAB
brevity penalty TAB both lengths TAB number of lines", followed by that many lines "hypothesis TAB reference TAB ...".
"""

import pathlib
import random

import sacrebleu
from sacrebleu.metrics import BLEU
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

TEXTS = [
    "Hello, world!", "It's 3.5 or 1,000; isn't it?", "a.b.c ... d..e ,,f", "10-20 well-known - x-1", "1-", ".5 5. ,5 5,",
    "&quot;quoted&quot; &amp;amp; &lt;tag&gt; &amp", "„Ja“, sagte er – «nein»!", "x<skipped>y", "  outer   spaces  ",
    "a\u00a0b\u3000c\u2028d\x1ce", "$5 50% #1 a_b [c] {d} (e) ~f` \\g @h ^i |j", "é.è,ü-ö 3.é", "", " ", "日本語。テスト, 2.0",
]
PIECES = list("abcxyz019.,-'\"!?&/() ") + ["é", "ß", "„", "&quot;", "&amp;", " the ", " of ", " 3.5 ", "...", "\u00a0"]
WORDS = "the a dog cat sees old house of and in , . ! 3.5 1,000 well-known don't Haus größer „ja“".split()


def sentence(draw, low=1, high=12):
    return " ".join(draw.choice(WORDS) for _ in range(draw.randint(low, high)))


def worse(draw, text):
    """The text with words left out, replaced and exchanged."""
    words = [draw.choice(WORDS) if draw.random() < 0.15 else word for word in text.split() if draw.random() > 0.1]
    for i in range(len(words) - 1):
        if draw.random() < 0.1:
            words[i], words[i + 1] = words[i + 1], words[i]
    return " ".join(words)


def corpora():
    draw = random.Random(7)
    yield [("the cat sits .", ["the cat sits ."])]
    yield [("The dog bit the man.", ["The dog bit the man.", "The dog had bit the man."]),
           ("It was not unexpected.", ["It wasn't surprising.", "No one was surprised."]),
           ("The man bit him first.", ["The man had bitten the dog.", "The man had bitten the dog."])]
    yield [("nothing alike", ["quite different words here"])]
    yield [("the the the the", ["the cat"])]
    yield [("the cat", ["the cat"])]
    yield [("", ["a reference"]), ("a dog sees the old house .", ["a dog sees an old house ."])]
    yield [("", ["a reference"])]
    for _ in range(12):
        lines = []
        for _ in range(draw.randint(1, 12)):
            references = [sentence(draw) for _ in range(draw.choice([1, 1, 2, 3]))]
            lines.append((worse(draw, references[0]), references))
        yield lines


def main():
    draw = random.Random(3)
    tokenizer = Tokenizer13a()
    texts = TEXTS + ["".join(draw.choice(PIECES) for _ in range(draw.randint(1, 30))) for _ in range(200)]
    out = [f"tokens\t{text}\t{tokenizer(text.rstrip())}" for text in texts]
    for lines in corpora():
        # References by their place; where a line has fewer than others None is passed over.
        most = max(len(references) for _, references in lines)
        columns = [[r[i] if i < len(r) else None for _, r in lines] for i in range(most)]
        b = BLEU().corpus_score([h for h, _ in lines], columns)
        numbers = [b.score, *b.precisions, b.bp, b.sys_len, b.ref_len, len(lines)]
        out.append("corpus\t" + "\t".join(repr(n) for n in numbers))
        out += ["\t".join([h, *r]) for h, r in lines]
    heading = f"# sacreBLEU {sacrebleu.__version__}, case:mixed|eff:no|tok:13a|smooth:exp"
    target = pathlib.Path(__file__).with_name("bleu_cases.tsv")
    target.write_text("\n".join([heading, *out]) + "\n", encoding="utf-8", newline="\n")


main()
