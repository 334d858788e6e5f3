package site

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// heading is an entry of a page's table of contents.
type heading struct {
	Level int
	ID    string
	Text  string
}

// rendered is a page's markdown as HTML, with what the build needs to know about it.
type rendered struct {
	HTML     []byte
	Headings []heading
	Anchors  map[string]bool
	Links    []link
	Search   string // what search finds, where it is not the text of the page
}

// link is a reference of a page to a file of the repository, or to an anchor.
type link struct {
	Target string // relative to the repository, or "" for the page itself
	Anchor string
	Image  bool
	Line   int
}

// newMarkdown returns the renderer of all pages. Raw HTML in markdown is not passed through: a page may come from a workspace.
func newMarkdown() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.GFM, extension.Footnote),
		goldmark.WithParserOptions(parser.WithAutoHeadingID(), parser.WithASTTransformers(util.Prioritized(alerts{}, 100))),
		goldmark.WithRendererOptions(html.WithXHTML()),
	)
}

// alerts turns a quotation that begins with [!NOTE] into a note, as GitHub does.
type alerts struct{}

var alertStart = regexp.MustCompile(`^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*`)

func (alerts) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		quote, ok := n.(*ast.Blockquote)
		if !ok || !entering || quote.FirstChild() == nil {
			return ast.WalkContinue, nil
		}
		para, ok := quote.FirstChild().(*ast.Paragraph)
		if !ok || para.Lines().Len() == 0 {
			return ast.WalkContinue, nil
		}
		first := para.Lines().At(0)
		match := alertStart.FindSubmatch(first.Value(reader.Source()))
		if match == nil {
			return ast.WalkContinue, nil
		}
		kind := strings.ToLower(string(match[1]))
		quote.SetAttributeString("class", []byte("alert "+kind))
		for child := para.FirstChild(); child != nil; {
			next := child.NextSibling()
			segment, isText := child.(*ast.Text)
			if !isText || segment.Segment.Start >= first.Stop {
				break
			}
			para.RemoveChild(para, child)
			child = next
		}
		title := ast.NewString([]byte(strings.ToUpper(kind[:1]) + kind[1:] + ": "))
		strong := ast.NewEmphasis(2)
		strong.AppendChild(strong, title)
		para.InsertBefore(para, para.FirstChild(), strong)
		return ast.WalkContinue, nil
	})
}

// render turns a page into HTML. Links to markdown files become links to their pages, other files of the repository become
// links to their source pages; the caller checks that all of them exist.
func (b *builder) render(p *Page) (rendered, error) {
	if p.generated != nil {
		return *p.generated, nil
	}
	source := []byte(p.Body)
	doc := b.markdown.Parser().Parse(text.NewReader(source))
	r := rendered{Anchors: map[string]bool{}}
	var blocks []*ast.FencedCodeBlock
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			id := ""
			if value, ok := n.AttributeString("id"); ok {
				id = string(value.([]byte))
			}
			r.Anchors[id] = true
			r.Headings = append(r.Headings, heading{Level: n.Level, ID: id, Text: plain(n, source)})
		case *ast.Link:
			n.Destination = []byte(b.rewrite(p, &r, string(n.Destination), false))
		case *ast.Image:
			n.Destination = []byte(b.rewrite(p, &r, string(n.Destination), true))
		case *ast.FencedCodeBlock:
			blocks = append(blocks, n)
		}
		return ast.WalkContinue, nil
	})
	for _, block := range blocks { // not during the walk, which would end at a node that is replaced
		if err == nil {
			err = b.replaceDiagram(p, block, source)
		}
		b.nameSource(p, &r, block, source)
	}
	if err != nil {
		return r, fmt.Errorf("%s: %w", p.Source, err)
	}
	var out bytes.Buffer
	if err := b.markdown.Renderer().Render(&out, source, doc); err != nil {
		return r, fmt.Errorf("%s: %w", p.Source, err)
	}
	// Markdown has no table without a head; a head without text is no heading for anyone.
	r.HTML = bytes.ReplaceAll(out.Bytes(), []byte("<th></th>"), []byte("<td></td>"))
	// A wide table scrolls by itself, by keyboard too.
	r.HTML = bytes.ReplaceAll(r.HTML, []byte("<table>"), []byte(`<div class="wide" tabindex="0" role="group" aria-label="Table"><table>`))
	r.HTML = bytes.ReplaceAll(r.HTML, []byte("</table>"), []byte("</table></div>"))
	return r, nil
}

// rewrite returns where a link of a page leads on the site, and notes it for the check of links.
func (b *builder) rewrite(p *Page, r *rendered, target string, image bool) string {
	if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
		return target
	}
	file, anchor, _ := strings.Cut(target, "#")
	if file == "" {
		r.Links = append(r.Links, link{Target: p.Source, Anchor: anchor})
		return target
	}
	file = path.Clean(path.Join(path.Dir(p.Source), file))
	r.Links = append(r.Links, link{Target: file, Anchor: anchor, Image: image})
	url := b.urlFor(file)
	if anchor != "" {
		url += "#" + anchor
	}
	return p.Up() + url
}

var sourceWord = regexp.MustCompile(`(?:^|\s)source=(\S+)`)

// nameSource puts a link to the file above a quote.
func (b *builder) nameSource(p *Page, r *rendered, block *ast.FencedCodeBlock, source []byte) {
	if block.Info == nil || block.Parent() == nil {
		return
	}
	match := sourceWord.FindSubmatch(block.Info.Segment.Value(source))
	if match == nil {
		return
	}
	file, line, _ := strings.Cut(string(match[1]), "#")
	r.Links = append(r.Links, link{Target: file})
	to := ast.NewLink()
	to.Destination = []byte(p.Up() + b.urlFor(file))
	if line != "" {
		to.Destination = append(to.Destination, "#"+line...)
	}
	to.AppendChild(to, ast.NewString([]byte(file)))
	caption := ast.NewParagraph()
	caption.SetAttributeString("class", []byte("quoted"))
	caption.AppendChild(caption, to)
	block.Parent().InsertBefore(block.Parent(), block, caption)
}

// plain is the text of a node without markup.
func plain(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			switch n := n.(type) {
			case *ast.Text:
				b.Write(n.Segment.Value(source))
				if n.SoftLineBreak() {
					b.WriteByte(' ')
				}
			case *ast.String:
				b.Write(n.Value)
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}
