// Package picture draws a terminal screen with ANSI colours as a self-contained SVG.
package picture

import (
	"fmt"
	"html"
	"image/color"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Size of a character cell, and the room around the screen, in pixels.
const (
	cellW, cellH = 8.4, 18.0
	margin, bar  = 14.0, 26.0
	fontSize     = 14
)

const (
	background = "#1c1f26"
	foreground = "#d7dae0"
)

// palette is what the sixteen colours of a terminal look like in the picture.
var palette = [16]string{
	"#2b303b", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d7dae0",
	"#7f848e", "#ff7b86", "#b5e08f", "#ffd68a", "#82c4ff", "#dc9bee", "#7fdbe6", "#ffffff",
}

// pen is how a run of text looks.
type pen struct {
	fg, bg        string
	bold, reverse bool
}

// SVG draws screen, lines with ANSI colours, at a width of cols cells.
func SVG(screen string, cols int) string {
	lines := strings.Split(strings.TrimRight(screen, "\n"), "\n")
	w := float64(cols)*cellW + 2*margin
	h := float64(len(lines))*cellH + bar + margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-label="Stagecraft in a terminal">`+"\n", w, h, w, h)
	fmt.Fprintf(&b, `<rect width="%.0f" height="%.0f" rx="8" fill="%s"/>`+"\n", w, h, background)
	for i, c := range []string{"#e06c75", "#e5c07b", "#98c379"} {
		fmt.Fprintf(&b, `<circle cx="%.0f" cy="13" r="5" fill="%s"/>`, margin+5+float64(i)*17, c)
	}
	fmt.Fprintf(&b, "\n"+`<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="%d" fill="%s">`+"\n", fontSize, foreground)
	for i, line := range lines {
		drawLine(&b, line, bar+float64(i)*cellH)
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

// drawLine writes one text element per run of equal looks; textLength pins each to its cells, whatever font there is.
func drawLine(b *strings.Builder, line string, top float64) {
	var p pen
	var text strings.Builder
	col, from := 0, 0
	flush := func() {
		run := text.String()
		text.Reset()
		if strings.TrimSpace(run) != "" || p.reverse || p.bg != "" {
			drawRun(b, p, run, from, col-from, top)
		}
		from = col
	}
	parser := ansi.NewParser()
	var state byte
	for len(line) > 0 {
		seq, width, n, next := ansi.DecodeSequence(line, state, parser)
		state, line = next, line[n:]
		if width > 0 {
			text.WriteString(seq)
			col += width
			continue
		}
		if ansi.Cmd(parser.Command()).Final() == 'm' && strings.HasPrefix(seq, "\x1b[") {
			flush()
			p = p.apply(parser.Params())
		}
	}
	flush()
}

func drawRun(b *strings.Builder, p pen, run string, col, cells int, top float64) {
	fg, bg := p.fg, p.bg
	if p.reverse {
		fg, bg = bg, fg
		if fg == "" {
			fg = background
		}
		if bg == "" {
			bg = foreground
		}
	}
	x, w := margin+float64(col)*cellW, float64(cells)*cellW
	if bg != "" {
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`, x, top, w, cellH, bg)
	}
	if strings.TrimSpace(run) == "" {
		return
	}
	// Viewers collapse spaces: those at the ends become room, those between are made not to break.
	trimmed := strings.TrimLeft(run, " ")
	col += len(run) - len(trimmed)
	cells -= len(run) - len(trimmed)
	run = strings.TrimRight(trimmed, " ")
	cells -= len(trimmed) - len(run)
	run = strings.ReplaceAll(run, " ", "\u00a0")
	x, w = margin+float64(col)*cellW, float64(cells)*cellW
	attrs := ""
	if fg != "" {
		attrs += fmt.Sprintf(` fill="%s"`, fg)
	}
	if p.bold {
		attrs += ` font-weight="bold"`
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" textLength="%.1f" lengthAdjust="spacingAndGlyphs"%s>%s</text>`+"\n",
		x, top+cellH-5, w, attrs, html.EscapeString(run))
}

// apply returns the pen after one SGR sequence.
func (p pen) apply(params ansi.Params) pen {
	if len(params) == 0 {
		return pen{}
	}
	for i := 0; i < len(params); i++ {
		n := params[i].Param(0)
		switch {
		case n == 0:
			p = pen{}
		case n == 1:
			p.bold = true
		case n == 22:
			p.bold = false
		case n == 7:
			p.reverse = true
		case n == 27:
			p.reverse = false
		case n >= 30 && n <= 37:
			p.fg = palette[n-30]
		case n >= 90 && n <= 97:
			p.fg = palette[n-90+8]
		case n == 39:
			p.fg = ""
		case n >= 40 && n <= 47:
			p.bg = palette[n-40]
		case n >= 100 && n <= 107:
			p.bg = palette[n-100+8]
		case n == 49:
			p.bg = ""
		case n == 38 || n == 48:
			var c color.Color
			used := ansi.ReadStyleColor(params[i:], &c)
			if used == 0 {
				return p
			}
			i += used - 1
			if n == 38 {
				p.fg = hex(c)
			} else {
				p.bg = hex(c)
			}
		}
	}
	return p
}

func hex(c color.Color) string {
	if basic, ok := c.(ansi.BasicColor); ok {
		return palette[basic%16]
	}
	if indexed, ok := c.(ansi.IndexedColor); ok && indexed < 16 {
		return palette[indexed]
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}
