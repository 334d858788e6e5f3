package site

import (
	"fmt"
	"html"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

var kindFigure = ast.NewNodeKind("Figure")

// figure is a diagram in the document: a picture, and the same diagram as text.
type figure struct {
	ast.BaseBlock
	src, text     string
	width, height int
}

func (*figure) Kind() ast.NodeKind { return kindFigure }

func (f *figure) Dump(source []byte, level int) {
	ast.DumpHelper(f, source, level, map[string]string{"src": f.src}, nil)
}

type figureRenderer struct{}

func (figureRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindFigure, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			f := n.(*figure)
			fmt.Fprintf(w, `<figure class="diagram"><div tabindex="0" role="group" aria-label="Diagram">`+
				`<img src="%s" width="%d" height="%d" alt="The diagram is described as text below." loading="lazy"/></div>`+
				`<details><summary>As text</summary><pre tabindex="0"><code>%s</code></pre></details></figure>`+"\n",
				html.EscapeString(f.src), f.width, f.height, html.EscapeString(f.text))
		}
		return ast.WalkSkipChildren, nil
	})
}
