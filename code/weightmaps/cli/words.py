"""What ``weightmaps explore`` says, on the terminal and on the page around the explorer."""

from __future__ import annotations

from html import escape

MOST_OUTPUTS = 20  # in the table of answers
STYLE = """<style>
.answers { overflow-x: auto; }
.answers table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.answers caption { text-align: start; padding-bottom: 0.4rem; }
.answers th, .answers td { padding: 0.1rem 0.5rem; text-align: end; }
.answers td.right { font-weight: bold; }
</style>
"""


def network(network):
    """Its sizes and activations."""
    return f"{'-'.join(map(str, network.sizes))}, {'/'.join(network.activations)}"


def images(images, shape, features):
    """How many, what they are, and what was done to them."""
    kind = f"rows of {len(features)} numbers" if features else f"images of {' × '.join(map(str, shape))}"
    done = "; bytes, divided by 255" if images.are_bytes else ""
    return f"{len(images):,} {kind}{done}"


def above(network_, images_, seen, which, how, ink, findings):
    """What the page says before the explorer, as HTML."""
    lines = [f"The network: {network(network_)}."]
    if images_.are_bytes:
        lines.append("The images are bytes, 0 to 255, and were divided by 255.")
    if ink:
        lines.append(f"{ink.capitalize()}.")
    lines += [f"Look at this: {one.problem}: {one.evidence}" for one in findings]
    if seen.confusion is not None:
        share = f"{seen.right / seen.count:.2%}"
        lines.append(f"Over all {seen.count:,} images it is right {seen.right:,} times, {share}.")
    if how:
        lines.append(
            f"This page holds {len(which)} of the {seen.count:,}: {how}. What is counted in the explorer is "
            "counted over these, so it may differ from what is true of all."
        )
    return "".join(f"<p>{escape(line)}</p>\n" for line in lines)


def below(seen, outputs):
    """The table of answers over all images, as HTML; nothing without labels, or with very many outputs."""
    if seen.confusion is None or len(outputs) > MOST_OUTPUTS:
        return ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in outputs)
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td{' class=right' * (i == k)}>{count:,}</td>" for i, count in enumerate(line))
        + "</tr>\n"
        for k, (name, line) in enumerate(zip(outputs, seen.confusion.tolist(), strict=True))
    )
    return (
        f'{STYLE}<div class="answers" role="region" aria-label="Answers over all images" tabindex="0"><table>'
        f"<caption>How often each label (row) was answered with each output (column), over all "
        f"{seen.count:,} images</caption>\n<tr><td></td>{head}</tr>\n{rows}</table></div>\n"
    )
