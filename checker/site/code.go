package site

import (
	"fmt"
	"html"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// codeRenderer writes fenced code, highlighted, in a box that scrolls and that the keyboard can reach for that.
type codeRenderer struct{ b *builder }

func (c codeRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindFencedCodeBlock, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		block := n.(*ast.FencedCodeBlock)
		language, code := string(block.Language(source)), block.Lines().Value(source)
		if language == "" || language == "text" {
			fmt.Fprintf(w, "<pre tabindex=\"0\"><code>%s</code></pre>\n", html.EscapeString(string(code)))
			return ast.WalkSkipChildren, nil
		}
		lines, err := c.b.highlight("."+language, code)
		if err != nil {
			return ast.WalkStop, err
		}
		fmt.Fprintf(w, `<pre tabindex="0" class="chroma" data-language="%s"><code>`, html.EscapeString(language))
		for _, line := range lines {
			_, _ = w.WriteString(line + "\n")
		}
		_, _ = w.WriteString("</code></pre>\n")
		return ast.WalkSkipChildren, nil
	})
}
