package site

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/yuin/goldmark/ast"
	"oss.terrastruct.com/d2/d2graph"
	"oss.terrastruct.com/d2/d2layouts/d2dagrelayout"
	"oss.terrastruct.com/d2/d2lib"
	"oss.terrastruct.com/d2/d2renderers/d2svg"
	"oss.terrastruct.com/d2/d2themes/d2themescatalog"
	d2log "oss.terrastruct.com/d2/lib/log"
	"oss.terrastruct.com/d2/lib/textmeasure"
)

// A diagram exists twice: as text in the markdown, which the terminal and GitHub show, and as D2 beside it, which the site draws.
// The info string of the fenced block names it: ```text diagram=saga.d2. The text is the picture's description for screen readers.
var diagramWord = regexp.MustCompile(`(?:^|\s)diagram=(\S+)`)

// replaceDiagram puts the picture in the place of a text diagram that has one.
func (b *builder) replaceDiagram(p *Page, block *ast.FencedCodeBlock, source []byte) error {
	if block.Info == nil {
		return nil
	}
	match := diagramWord.FindSubmatch(block.Info.Segment.Value(source))
	if match == nil {
		return nil
	}
	file := path.Join(path.Dir(p.Source), string(match[1]))
	url, svg, err := b.diagram(file)
	if err != nil {
		return fmt.Errorf("diagram %s: %w", file, err)
	}
	picture := &figure{src: p.Up() + url, text: string(block.Lines().Value(source))}
	if size := viewBox.FindSubmatch(svg); size != nil {
		picture.width, picture.height = shown(size[1]), shown(size[2])
	}
	block.Parent().ReplaceChild(block.Parent(), block, picture)
	return nil
}

var viewBox = regexp.MustCompile(`viewBox="0 0 ([0-9]+) ([0-9]+)"`)

// shown is the length of a side of the picture on the page: D2 writes larger than the text around it.
func shown(side []byte) int {
	n, _ := strconv.Atoi(string(side))
	return n * 3 / 4
}

// diagram draws a D2 file once and returns its address on the site.
func (b *builder) diagram(file string) (url string, svg []byte, err error) {
	source, err := os.ReadFile(filepath.Join(b.root, filepath.FromSlash(file)))
	if err != nil {
		return "", nil, err
	}
	sum := sha256.Sum256(source)
	url = "diagrams/" + hex.EncodeToString(sum[:8]) + ".svg"
	svg, err = b.cache.do("d2 v0.7.1 on transparent ground", func() ([]byte, error) { return drawD2(string(source) + "\nstyle.fill: transparent\n") }, source)
	if err != nil {
		return "", nil, err
	}
	b.put(url, svg)
	return url, svg, nil
}

// drawD2 renders D2 with a light and a dark theme; the reader's system chooses between them.
func drawD2(source string) ([]byte, error) {
	ruler, err := textmeasure.NewRuler()
	if err != nil {
		return nil, err
	}
	pad := int64(8)
	options := &d2svg.RenderOpts{Pad: &pad, ThemeID: &d2themescatalog.NeutralDefault.ID, DarkThemeID: &d2themescatalog.DarkMauve.ID}
	ctx := d2log.With(context.Background(), slog.New(slog.DiscardHandler))
	diagram, _, err := d2lib.Compile(ctx, source, &d2lib.CompileOptions{
		Ruler:          ruler,
		LayoutResolver: func(string) (d2graph.LayoutGraph, error) { return d2dagrelayout.DefaultLayout, nil },
	}, options)
	if err != nil {
		return nil, err
	}
	return d2svg.Render(diagram, options)
}
