package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/author"
	"stagecraft/checker/internal/check"
)

func (a *app) carryCommand() *cobra.Command {
	var worktree bool
	c := &cobra.Command{
		Use:   "carry FROM TO [COMMIT …]",
		Short: "Apply a change of one stage to another, three-way",
		Long: "Apply what commits changed in the stage FROM to the stage TO with git's merge, staged and not committed.\n" +
			"Without commits it is the last one that touched FROM. Conflicts are left as git merge leaves them; exit code 1.",
		Example: "  go run ./checker author carry stage1-mvp stage2-async\n  go run ./checker author carry stage1-mvp stage2-async 1a2b3c4",
		Args:    cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			root, err := findRoot(a.dir)
			if err != nil {
				return err
			}
			carry := author.Carry{Root: root, From: filepath.Clean(args[0]), To: filepath.Clean(args[1]), Commits: args[2:], Worktree: worktree}
			done, err := carry.Apply(cmd.Context())
			printCarried(cmd.OutOrStdout(), carry, done)
			if err != nil {
				return err
			}
			if last := done[len(done)-1]; len(last.Conflicts) > 0 {
				return judged(check.Fail)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&worktree, "worktree", false, "carry the uncommitted change of FROM instead of commits")
	return c
}

func printCarried(out io.Writer, carry author.Carry, done []author.Carried) {
	for _, c := range done {
		switch {
		case len(c.Conflicts) > 0:
			fmt.Fprintf(out, "%s: conflicts in\n  %s\n", c.Subject, strings.Join(c.Conflicts, "\n  "))
			fmt.Fprintln(out, "Resolve them, `git add` the files and commit.")
			if len(c.Remaining) > 0 {
				fmt.Fprintf(out, "Then carry the rest: go run ./checker author carry %s %s %s\n", carry.From, carry.To, strings.Join(c.Remaining, " "))
			}
		case len(c.Files) == 0:
			fmt.Fprintf(out, "%s: %s already has this change\n", c.Subject, carry.To)
		default:
			fmt.Fprintf(out, "%s: applied to %s; %d files staged\n", c.Subject, carry.To, len(c.Files))
		}
	}
}
