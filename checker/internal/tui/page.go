package tui

import (
	"context"
	"fmt"
	"io"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// RunPage shows a markdown page until the reader leaves.
func RunPage(ctx context.Context, title, markdown string, plain bool, stderr io.Writer) error {
	s := newSession(ctx, nil)
	return show(s, newPage(title, markdown, newTheme(true, plain)), plain, stderr, nil)
}

// page is the screen of a text that belongs to no lesson.
type page struct {
	pager
	theme         theme
	width, height int
}

func newPage(title, markdown string, t theme) page {
	markdown = withoutHeading(markdown)
	return page{
		pager: newPager(title, func(t theme, width int) string { return t.markdown(markdown, width) }),
		theme: t, width: 80, height: 24,
	}
}

// withoutHeading takes away the first line if it is the title, which the header of the screen shows.
func withoutHeading(markdown string) string {
	first, rest, _ := strings.Cut(markdown, "\n")
	if strings.HasPrefix(first, "# ") {
		return strings.TrimSpace(rest)
	}
	return markdown
}

// Init does nothing; the size of the terminal arrives as a message.
func (p page) Init() tea.Cmd { return nil }

// Update answers one message.
func (p page) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		p.width, p.height = sizeOr80x24(msg)
		width, height := bodySize(p.width, p.height)
		p.pager = p.layout(p.theme, width, height)
	case tea.KeyPressMsg:
		switch msg.String() {
		case "ctrl+z":
			return p, tea.Suspend
		case "q", "ctrl+c", "esc":
			return p, tea.Quit
		}
		p.pager = p.update(msg)
	}
	return p, nil
}

// View draws the screen.
func (p page) View() tea.View {
	f := frame{
		header: spread(" "+p.theme.title.Render(p.title), p.theme.dim.Render(fmt.Sprintf("%3.0f%% ", p.view.ScrollPercent()*100)), p.width),
		body:   p.view.View(),
		keys:   p.theme.pageKeys(p.width, kMove, kSide, kQuit),
	}
	v := tea.NewView(f.render(p.theme, p.width, p.height))
	v.AltScreen = true
	v.WindowTitle = "Stagecraft"
	return v
}
