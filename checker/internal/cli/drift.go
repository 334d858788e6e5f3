package cli

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/author"
	"stagecraft/checker/internal/check"
)

func (a *app) driftCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "drift [FROM TO]",
		Short: "List differences between neighbouring stages that no topic claims",
		Long: "List the files and Go declarations that differ between two stages and that no topic of TO's topics.yaml claims, and the\n" +
			"claims that match nothing. Without arguments it compares all neighbours. Exit code 1 when there are any.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 0 && len(args) != 2 {
				return errors.New("drift takes two stages, or none for all neighbours")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root, err := findRoot(a.dir)
			if err != nil {
				return err
			}
			pairs, err := neighbours(root, args)
			if err != nil {
				return err
			}
			found := 0
			for _, pair := range pairs {
				problems, err := author.Drift(cmd.Context(), root, pair[0], pair[1])
				if err != nil {
					return err
				}
				for _, problem := range problems {
					fmt.Fprintln(cmd.OutOrStdout(), problem)
				}
				found += len(problems)
			}
			if found > 0 {
				return judged(check.Fail)
			}
			return nil
		},
	}
}

// neighbours are the pairs to compare: the two given, or every stage with the one before it. The first has none.
func neighbours(root string, args []string) (pairs [][2]string, err error) {
	if len(args) == 2 {
		return [][2]string{{filepath.Clean(args[0]), filepath.Clean(args[1])}}, nil
	}
	stages, err := author.Stages(root)
	before := ""
	for _, stage := range stages {
		pairs = append(pairs, [2]string{before, stage})
		before = stage
	}
	return pairs, err
}
