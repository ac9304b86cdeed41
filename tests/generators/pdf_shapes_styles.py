"""The typography of the small documents: styles for LaTeX, HTML and Typst."""

LATEX = r"""\documentclass[%s]{%s}\usepackage%s\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}
\usepackage{textcomp,url,geometry}\geometry{%s}\urlstyle{same}\emergencystretch=2em
\def\UrlBreaks{\do\/\do\.\do\_\do\-}"""

HTML_STYLE = """
body { font: 11pt/1.45 "Liberation Serif", serif; margin: 0 } .title { font-size: 19pt; font-weight: bold }
.title, .by { text-align: center } h1, h2 { break-after: avoid; font-family: "Liberation Sans", sans-serif }
h1 { font-size: 15pt } h2 { font-size: 12pt } sup { font-size: 65%; line-height: 0 }
table { border-collapse: collapse; width: 100%; margin: 12pt 0 } tr { break-inside: avoid }
th, td { border: .6pt solid black; padding: 4pt 6pt; text-align: left; vertical-align: top; font-size: 10pt }
"""

WEASYPRINT = """
@page { size: B5; margin: 24mm 22mm; @bottom-right { content: counter(page) " | " string(title); font-size: 8.5pt } }
.title { string-set: title content(text) } p { text-align: justify; hyphens: auto } .title, .by { hyphens: none }
.notes li { font-size: 9.5pt; margin-bottom: 4pt }
"""

FIGURE = """<svg viewBox="0 0 200 90" width="100%">
<g fill="#777"><rect x="30" y="19" width="26" height="61"/><rect x="120" y="21" width="26" height="59"/></g>
<g fill="#bbb"><rect x="58" y="26" width="26" height="54"/><rect x="148" y="22" width="26" height="58"/></g>
<path d="M15 80H190" stroke="black"/></svg>"""

COLUMNS = """
.body { columns: 2; column-gap: 8mm; text-align: justify; font-size: 10pt }
h1 { font-size: 12pt } h2 { font-size: 10.5pt }
.abstract { margin: 0 12mm 8mm; font-size: 9.5pt; text-align: justify } .abstract h1 { text-align: center }
p { margin: 0 0 6pt } h1, h2 { margin: 10pt 0 5pt; text-align: left } figure { margin: 8pt 0; break-inside: avoid }
figcaption { font-size: 8.5pt; text-align: left }
"""

# Between two page breaks the page lies on its side.
TYPST_BODY = """
#let stretches = ((),)
#for each in source.items {
  if each.kind == "break" { stretches.push(()) } else { stretches.last().push(each) }
}
#for (index, stretch) in stretches.enumerate() {
  if calc.odd(index) { page(flipped: true, stretch.map(item).join()) } else { stretch.map(item).join() }
}
"""

TYPST_HEAD = """
#let ruled(rows) = table(columns: (auto, auto, auto, 1fr, 1fr, 2fr),
  inset: 5pt, ..rows.flatten())
"""

ROTATED = """
#set page(width: 176mm, height: 250mm, margin: 24mm, footer: align(center, context counter(page).display("— 1 —")))
#set text(11pt, lang: "en", hyphenate: true)
#set par(justify: true, leading: .7em, spacing: 1em)
#show heading: it => block(above: 1.6em, below: 1em, sticky: true, text(14pt - it.level * 1pt, it.body))
#show table: set par(justify: false)
#show table: set text(hyphenate: false)
#show table: set block(below: 2em)
#align(center)[#set par(justify: false)
  #text(18pt, hyphenate: false, strong(source.title)) \\ #source.by] #v(1em)
"""

JAPANESE = """
#set page("a5", margin: (x: 20mm, y: 22mm), footer: align(center, context counter(page).display()))
#set text(10.5pt, font: "Noto Serif CJK JP", lang: "ja")
#set par(justify: true, first-line-indent: (amount: 1em, all: true), leading: .9em, spacing: .9em)
#show heading: set text(font: "IPAGothic", weight: "regular")
#show heading: it => block(above: 1.6em, below: 1.1em, sticky: true,
  text((15pt, 12pt, 10.5pt).at(it.level - 1), it.body))
#align(center)[#text(17pt, font: "IPAGothic", source.title) #v(.4em) #source.by] #v(1em)
"""

SPACED = """
#set page("a5", margin: (x: 22mm, y: 24mm), footer: align(center, context counter(page).display("[1]")))
#counter(page).update(17)
#set text(11pt, lang: "en", hyphenate: true)
#set par(justify: true, first-line-indent: 1.5em, leading: .7em, spacing: .7em)
#show heading: set par(first-line-indent: 0pt)
#show heading.where(level: 1): it => align(center, block(above: 2em, below: 1.2em, sticky: true,
  text(11pt, weight: "regular", tracking: .35em, it.body)))
#show heading.where(level: 2): it => block(above: 1.5em, below: 1em, sticky: true,
  text(11pt, weight: "regular", smallcaps(it.body)))
#align(center)[#set par(justify: false)
  #text(14pt, tracking: .15em, hyphenate: false, source.title) #v(.3em) #emph(source.by)] #v(1em)
"""
