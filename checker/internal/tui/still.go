package tui

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"
)

// Screen returns what the interface shows at a size after some keys, with colours, without a terminal. Nothing may run meanwhile.
func Screen(w Workshop, start Start, width, height int, keys ...string) (string, error) {
	s := newSession(context.Background(), w)
	defer func() { <-s.close() }()
	m := settle(newModel(s, start), tea.WindowSizeMsg{Width: width, Height: height})
	m = after(m, m.load())
	if start.Lesson != 0 {
		m = after(m, m.open(start.Lesson))
	}
	for _, k := range keys {
		press, err := keyNamed(k)
		if err != nil {
			return "", err
		}
		m = settle(m, press)
	}
	return m.View().Content, nil
}

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
	if name == "ctrl+c" {
		return tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl}, nil
	}
	if r := []rune(name); len(r) == 1 {
		return tea.KeyPressMsg{Code: r[0], Text: name}, nil
	}
	return tea.KeyPressMsg{}, fmt.Errorf("there is no key %q", name)
}
