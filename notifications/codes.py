"""Codes that machines read, as the text of an SVG picture: QR for telephones, Code 128 for hand scanners."""

import io

import segno
from barcode import Code128

BAR_HEIGHT = 30  # in widths of the narrowest bar
QUIET_ZONE = 10  # blank on both sides, without which scanners do not find the beginning


def qr_svg(text: str) -> str:
    """With a fixed mask: to try all eight and take the prettiest costs more than the whole page."""
    picture = io.BytesIO()
    segno.make(text, error="m", micro=False, mask=3).save(picture, kind="svg", border=2)
    return picture.getvalue().decode()


def barcode_svg(text: str) -> str:
    """One path for all bars: the library's own writer makes an element of each, at five times the cost."""
    (modules,) = Code128(text).build()
    bars, start = [], None
    for position, module in enumerate(f"{modules}0"):
        if module == "1" and start is None:
            start = position
        elif module == "0" and start is not None:
            bars.append(f"M{start + QUIET_ZONE} 0h{position - start}v{BAR_HEIGHT}H{start + QUIET_ZONE}z")
            start = None
    width = len(modules) + 2 * QUIET_ZONE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {BAR_HEIGHT}">'
        f'<path d="{"".join(bars)}"/></svg>'
    )


def qr_inline(text: str) -> str:
    """For a web page; black on white also where the page is dark, as scanners want it."""
    return segno.make(text, error="m", micro=False, mask=3).svg_inline(
        scale=4, border=4, dark="#000", light="#fff", omitsize=True, svgclass="os-qr", lineclass=None
    )
