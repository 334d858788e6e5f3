package tui

import (
	"regexp"
	"strings"

	"charm.land/glamour/v2"
	"charm.land/glamour/v2/ansi"
	"charm.land/glamour/v2/styles"
	cells "github.com/charmbracelet/x/ansi"
)

// measure is the longest line of prose that reads well.
const measure = 100

// Markdown renders prose in colour for plain output on a terminal.
func Markdown(source string, width int) string { return newTheme(true, false).markdown(source, width) }

// markdown renders prose for a width. Code and diagrams keep their lines, however long they are; the viewport scrolls sideways.
// Paragraphs are filled, and the lines of a list item hang below its first.
func (t theme) markdown(source string, width int) string {
	width = max(min(width, measure)-2, 10)
	return indentAll(t.blocks(source, width), " ")
}

func (t theme) blocks(source string, width int) string {
	var parts []string
	for _, b := range splitBlocks(source) {
		switch b.kind {
		case fenced:
			parts = append(parts, indentAll(t.glamour(strings.ReplaceAll(b.text, "\t", "    "), 0), "  "))
		case listItem:
			indent := strings.Repeat(" ", cells.StringWidth(b.marker)+1)
			body := strings.TrimPrefix(indentAll(t.blocks(b.text, max(width-len(indent), 8)), indent), indent)
			item := t.accent.Render(b.marker) + " " + body
			if b.tight {
				parts[len(parts)-1] += "\n" + item
				continue
			}
			parts = append(parts, item)
		default:
			parts = append(parts, t.glamour(localLink.ReplaceAllString(b.text, "$1 ($2)"), width))
		}
	}
	return strings.Join(parts, "\n\n")
}

// localLink is a link to a file of the repository. A terminal cannot follow it, so its text and its path from the root are shown.
var localLink = regexp.MustCompile(`\[([^\]]+)\]\((?:\.\./)*([^):#]+)(?:#[^)]*)?\)`)

// glamour renders one block; at width 0 it breaks no line. What Glamour cannot render is shown as it was written.
func (t theme) glamour(source string, width int) string {
	r, err := glamour.NewTermRenderer(glamour.WithStyles(t.prose()), glamour.WithWordWrap(width))
	if err != nil {
		return source
	}
	out, err := r.Render(source)
	if err != nil {
		return source
	}
	lines := strings.Split(strings.Trim(out, "\n"), "\n")
	for i, line := range lines {
		lines[i] = trimRight(line)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

func (t theme) prose() ansi.StyleConfig {
	style := styles.LightStyleConfig
	switch {
	case t.plain:
		style = styles.NoTTYStyleConfig
	case t.dark:
		style = styles.DarkStyleConfig
	}
	none := uint(0)
	style.Document.Margin, style.Document.BlockPrefix, style.Document.BlockSuffix = &none, "", ""
	style.CodeBlock.Margin = &none
	style.Code.Prefix, style.Code.Suffix = "", ""
	style.H2.Prefix, style.H3.Prefix, style.H4.Prefix = "", "", ""
	return style
}

// block is a piece of markdown that is laid out on its own.
type block struct {
	kind   blockKind
	text   string
	marker string // of a list item: "•" or "2."
	tight  bool   // a list item without an empty line before it
}

type blockKind int

const (
	prose blockKind = iota
	fenced
	listItem
)

var itemStart = regexp.MustCompile(`^( {0,3})([-*+]|\d{1,3}[.)])( +)(.*)$`)

// splitBlocks cuts markdown at fences and list items. Everything else stays together and is Glamour's business.
func splitBlocks(source string) []block {
	var blocks []block
	lines := strings.Split(strings.ReplaceAll(source, "\r\n", "\n"), "\n")
	var text []string
	flush := func() {
		if joined := strings.Trim(strings.Join(text, "\n"), "\n"); joined != "" {
			blocks = append(blocks, block{kind: prose, text: joined})
		}
		text = nil
	}
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if strings.HasPrefix(line, "```") {
			flush()
			end := i + 1
			for end < len(lines) && !strings.HasPrefix(lines[end], "```") {
				end++
			}
			end = min(end, len(lines)-1)
			blocks = append(blocks, block{kind: fenced, text: strings.Join(lines[i:end+1], "\n")})
			i = end
			continue
		}
		match := itemStart.FindStringSubmatch(line)
		if match == nil {
			text = append(text, line)
			continue
		}
		// An item after another item, with nothing between them, is tight.
		tight := len(blocks) > 0 && blocks[len(blocks)-1].kind == listItem && len(text) == 0
		flush()
		item, next := itemLines(lines, i, len(match[1]+match[2]+match[3]))
		marker := match[2]
		if len(marker) == 1 {
			marker = "•"
		}
		blocks = append(blocks, block{kind: listItem, marker: marker, text: strings.Join(append([]string{match[4]}, item...), "\n"), tight: tight})
		i = next - 1
		if next < len(lines) && strings.TrimSpace(lines[next]) == "" {
			text = append(text, "")
		}
	}
	flush()
	return blocks
}

// itemLines returns the lines that continue a list item, without their indentation, and where the next block begins.
func itemLines(lines []string, at, indent int) (item []string, next int) {
	pad := strings.Repeat(" ", indent)
	for next = at + 1; next < len(lines); next++ {
		line := lines[next]
		switch {
		case strings.HasPrefix(line, pad):
			item = append(item, line[indent:])
		case strings.TrimSpace(line) == "" && next+1 < len(lines) && strings.HasPrefix(lines[next+1], pad):
			item = append(item, "")
		case strings.TrimSpace(line) == "" || itemStart.MatchString(line) || strings.HasPrefix(line, "```") || strings.HasPrefix(line, "#"):
			return item, next
		default:
			item = append(item, strings.TrimLeft(line, " "))
		}
	}
	return item, next
}

func indentAll(text, pad string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = pad + line
		}
	}
	return strings.Join(lines, "\n")
}

// trimRight takes away the spaces with which Glamour fills a line; escape sequences stay.
func trimRight(line string) string {
	return cells.Truncate(line, cells.StringWidth(strings.TrimRight(cells.Strip(line), " ")), "")
}
