package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// settle sends a message and all that follows from it, but clocks.
func settle(m Model, msg tea.Msg) Model {
	next, cmd := m.Update(msg)
	return after(next.(Model), cmd)
}

func after(m Model, cmd tea.Cmd) Model {
	if cmd == nil {
		return m
	}
	switch msg := cmd().(type) {
	case nil, tickMsg, tea.QuitMsg:
		return m
	case tea.BatchMsg:
		for _, c := range msg {
			m = after(m, c)
		}
		return m
	default:
		return settle(m, msg)
	}
}

// keyNamed is the key that a terminal sends for a name like "enter" or "r".
func keyNamed(name string) (tea.KeyPressMsg, error) {
	codes := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown,
		"left": tea.KeyLeft, "right": tea.KeyRight, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp,
	}
	if code, ok := codes[name]; ok {
		return tea.KeyPressMsg{Code: code}, nil
	}
	if letter, held := strings.CutPrefix(name, "ctrl+"); held && len(letter) == 1 {
		return tea.KeyPressMsg{Code: rune(letter[0]), Mod: tea.ModCtrl}, nil
	}
	if r := []rune(name); len(r) == 1 {
		return tea.KeyPressMsg{Code: r[0], Text: name}, nil
	}
	return tea.KeyPressMsg{}, fmt.Errorf("there is no key %q", name)
}
