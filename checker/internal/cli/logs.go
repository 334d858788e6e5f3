package cli

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/paths"
	"stagecraft/checker/internal/run"
)

func (a *app) logsCommand() *cobra.Command {
	var only []string
	c := &cobra.Command{
		Use: "logs [LESSON]", Short: "All that the services wrote in the last run", Args: oneLesson,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := openStudio(a.dir)
			if err != nil {
				return err
			}
			l, err := s.pick(args)
			if err != nil {
				return err
			}
			report, ok := run.Latest(s.root, l.Slug)
			if !ok {
				return fmt.Errorf("lesson %d has no run yet; `go run ./checker check %d` makes one", l.Number, l.Number)
			}
			out := bufio.NewWriter(cmd.OutOrStdout())
			for _, file := range paths.Match(report.RunDir, "logs/*/*.log") {
				check := filepath.Base(filepath.Dir(file))
				if len(only) > 0 && !slices.Contains(only, check) {
					continue
				}
				text, err := os.ReadFile(file)
				if err != nil {
					return fmt.Errorf("read logs: %w", err)
				}
				service := strings.TrimSuffix(filepath.Base(file), ".log")
				for line := range strings.Lines(string(text)) {
					fmt.Fprintf(out, "%-24s %-9s %s\n", check, service, strings.TrimRight(line, "\n"))
				}
			}
			return out.Flush()
		},
	}
	c.Flags().StringSliceVar(&only, "only", nil, "logs of these checks only")
	return c
}
