package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/picture"
	"stagecraft/checker/internal/tui"
)

// pictureCommand records the interface for the README.
func (a *app) pictureCommand() *cobra.Command {
	var out string
	var keys []string
	var width, height int
	c := a.about("picture", "Draw the interface after a lesson's last run as an SVG", func(cmd *cobra.Command, s *studio, l lesson.Lesson) error {
		screen, err := tui.Screen(uiShop{s}, tui.Start{Lesson: l.Number}, width, height, keys...)
		if err != nil {
			return err
		}
		path := filepath.Join(s.root, out)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(picture.SVG(screen, width)), 0o644); err != nil {
			return fmt.Errorf("write the picture: %w", err)
		}
		fmt.Fprintln(cmd.OutOrStdout(), out)
		return nil
	})
	c.Flags().StringVar(&out, "out", "docs/images/checker.svg", "where to write it, from the root of the repository")
	c.Flags().StringSliceVar(&keys, "keys", []string{"2"}, "keys pressed before, like 2,down,enter")
	c.Flags().IntVar(&width, "width", 90, "columns")
	c.Flags().IntVar(&height, "height", 26, "lines")
	return c
}
