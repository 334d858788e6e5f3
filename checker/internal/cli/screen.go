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

func lookAt(in, out *os.File, env func(string) string) screen {
	s := decide(term.IsTerminal(int(in.Fd())), term.IsTerminal(int(out.Fd())), env)
	if width, _, err := term.GetSize(int(out.Fd())); err == nil && width > 20 {
		s.width = width
	}
	return s
}

// decide: the interface needs a terminal at both ends that is not dumb, and no CI.
func decide(in, out bool, env func(string) string) screen {
	capable := env("TERM") != "" && env("TERM") != "dumb" && env("CI") == ""
	return screen{
		interactive: in && out && capable,
		colour:      out && capable && env("NO_COLOR") == "",
		width:       plainWidth,
	}
}
