package cli

import (
	"os"

	"golang.org/x/term"
)

// screen is what is known about the terminal, decided once, before anything is drawn.
type screen struct {
	interactive bool // the terminal interface can be shown
	colour      bool // plain output may have colours
	width       int
}

const plainWidth = 80

// lookAt decides: the interface needs a terminal on both ends that is not dumb, and nobody's CI.
func lookAt(in, out *os.File, env func(string) string) screen {
	dumb := env("TERM") == "dumb" || env("TERM") == "" || env("CI") != ""
	outTerminal := term.IsTerminal(int(out.Fd()))
	s := screen{
		interactive: !dumb && outTerminal && term.IsTerminal(int(in.Fd())),
		colour:      !dumb && outTerminal && env("NO_COLOR") == "",
		width:       plainWidth,
	}
	if width, _, err := term.GetSize(int(out.Fd())); outTerminal && err == nil && width > 20 {
		s.width = width
	}
	return s
}
