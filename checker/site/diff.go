package site

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/pmezard/go-difflib/difflib"
)

// around is how many unchanged lines a diff shows before and after a change.
const around = 3

// A change is a file in which two stages differ.
type change struct {
	Path           string
	Kind           string // new, removed, changed
	Added, Removed int    // lines
	Binary         bool
	Generated      bool
	HTML           []byte // the unified diff

	groups [][]difflib.OpCode
}

func (c *change) id() string {
	return strings.NewReplacer("/", "-", ".", "-", "_", "-").Replace(strings.ToLower(c.Path))
}

func (c *change) size() string {
	word := ""
	if c.Kind != "changed" {
		word = ` <span class="kind">` + c.Kind + "</span>"
	}
	if c.Binary {
		return `<span class="size">binary</span>` + word
	}
	return lines(c.Added, c.Removed) + word
}

// lines is the size of a diff.
func lines(added, removed int) string {
	return fmt.Sprintf(`<span class="size"><span class="plus">+%d</span> <span class="minus">−%d</span></span>`, added, removed)
}

// read compares the two versions of the file; nil stands for none.
func (c *change) read(old, current []byte) {
	switch {
	case old == nil:
		c.Kind = "new"
	case current == nil:
		c.Kind = "removed"
	default:
		c.Kind = "changed"
	}
	if c.Binary = !utf8.Valid(old) || !utf8.Valid(current); c.Binary {
		return
	}
	if c.Generated { // only the size matters, and the files are large
		c.Added, c.Removed = bytes.Count(current, []byte("\n")), bytes.Count(old, []byte("\n"))
		return
	}
	m := difflib.NewMatcherWithJunk(split(old), split(current), false, nil)
	c.groups = m.GetGroupedOpCodes(around)
	for _, group := range c.groups {
		for _, op := range group {
			if op.Tag != 'e' {
				c.Added, c.Removed = c.Added+op.J2-op.J1, c.Removed+op.I2-op.I1
			}
		}
	}
}

// diff writes a change as a unified diff, highlighted like the file itself.
func (b *builder) diff(c *change, old, current []byte) ([]byte, error) {
	if c.Binary {
		return []byte("<p>A binary file.</p>\n"), nil
	}
	before, err := b.highlight(c.Path, old)
	if err != nil {
		return nil, err
	}
	after, err := b.highlight(c.Path, current)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.WriteString(`<pre tabindex="0" class="chroma diff"><code>`)
	write := func(class, sign string, lines []string) {
		for _, line := range lines {
			fmt.Fprintf(&out, "<span class=\"%s\">%s%s\n</span>", class, sign, line) // each line is a block
		}
	}
	for _, group := range c.groups {
		first, last := group[0], group[len(group)-1]
		fmt.Fprintf(&out, "<span class=\"at\">@@ -%s +%s @@\n</span>", span(first.I1, last.I2), span(first.J1, last.J2))
		for _, op := range group {
			if op.Tag == 'e' {
				write("same", " ", after[op.J1:op.J2])
				continue
			}
			write("del", "-", before[op.I1:op.I2])
			write("ins", "+", after[op.J1:op.J2])
		}
	}
	out.WriteString("</code></pre>\n")
	return out.Bytes(), nil
}

// span is a range of lines as a unified diff writes it.
func span(from, to int) string {
	if to-from == 0 {
		return fmt.Sprintf("%d,0", from)
	}
	return fmt.Sprintf("%d,%d", from+1, to-from)
}
