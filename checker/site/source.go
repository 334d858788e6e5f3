package site

import (
	"bytes"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"

	chromahtml "github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/styles"
)

// sourcePages writes a page for each file or directory of the repository that some page links to, with a line to link to.
func (b *builder) sourcePages() (faults []error) {
	for file := range b.sources {
		if err := b.sourcePage(file); err != nil {
			faults = append(faults, err)
		}
	}
	return faults
}

func (b *builder) sourcePage(file string) error {
	full := filepath.Join(b.root, filepath.FromSlash(file))
	info, err := os.Stat(full)
	if err != nil {
		return nil // reported as a dead link, with the page that has it
	}
	var body bytes.Buffer
	if info.IsDir() {
		entries, err := os.ReadDir(full)
		if err != nil {
			return fmt.Errorf("show %s: %w", file, err)
		}
		body.WriteString("<ul>")
		for _, entry := range entries {
			fmt.Fprintf(&body, "<li><code>%s</code></li>", html.EscapeString(entry.Name()))
		}
		body.WriteString("</ul>")
	} else {
		source, err := os.ReadFile(full)
		if err != nil {
			return fmt.Errorf("show %s: %w", file, err)
		}
		show := func() ([]byte, error) { return b.numbered(file, source) }
		lines, err := b.cache.inMemory("source", show, []byte(file), source)
		if err != nil {
			return fmt.Errorf("show %s: %w", file, err)
		}
		body.Write(lines)
	}
	page := &Page{Source: file, URL: "source/" + file + ".html", Title: file}
	return b.writePage(page, rendered{HTML: append([]byte("<h1><code>"+html.EscapeString(file)+"</code></h1>"), body.Bytes()...)})
}

// numbered is a file with numbered lines; #L7 leads to line 7.
func (b *builder) numbered(file string, source []byte) ([]byte, error) {
	lines, err := b.highlight(file, source)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.WriteString(`<pre tabindex="0" class="chroma source"><code>`)
	for i, line := range lines {
		fmt.Fprintf(&out, `<span class="line"><a class="lnlinks" id="L%d" href="#L%d">%4d</a> %s</span>`+"\n", i+1, i+1, i+1, line)
	}
	out.WriteString("</code></pre>\n")
	return out.Bytes(), nil
}

// chromaStyle is the stylesheet of highlighted code, light and dark.
func chromaStyle() ([]byte, error) {
	var out bytes.Buffer
	format := chromahtml.New(chromahtml.WithClasses(true))
	if err := format.WriteCSS(&out, styles.Get("github")); err != nil {
		return nil, err
	}
	var dark bytes.Buffer
	if err := format.WriteCSS(&dark, styles.Get("github-dark")); err != nil {
		return nil, err
	}
	// The page has its own background for code.
	light := strings.ReplaceAll(out.String(), "background-color: #ffffff;", "")
	return []byte("@media (prefers-color-scheme: light) {\n" + light + "}\n@media (prefers-color-scheme: dark) {\n" + strings.ReplaceAll(dark.String(), "background-color: #0d1117;", "") + "}\n"), nil
}
