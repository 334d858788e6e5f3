package cli

import (
	"context"
	"os"

	"stagecraft/checker/internal/stack"
	"stagecraft/checker/internal/tui"
)

// showDemo shows a running stage in tabs: what to try, and the logs of every service.
func (a *app) showDemo(ctx context.Context, title string, options stack.DemoOptions) error {
	return tui.RunServices(ctx, title, os.Getenv("NO_COLOR") != "", func(ctx context.Context, screen tui.ServicesScreen) error {
		options.Out = screen.Lines
		options.OnLog = func(l stack.Line) { screen.Log(l.Service, l.Raw) }
		return stack.RunDemo(ctx, options)
	}, a.err)
}
