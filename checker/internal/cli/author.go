package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/author"
	"stagecraft/checker/internal/check"
)

func (a *app) authorCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "author", Short: "Tools for those who write lessons", Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var times int
	verify := a.proof("verify", "Prove that lessons grade truly: starters, references, alternatives, mutants", author.Verify)
	verify.Flags().String("only", "", "only variants with this in their name, like mutant/late")
	soak := a.proof("soak", "Grade references under load and count false failures", func(ctx context.Context, o author.Options) error {
		return author.Soak(ctx, o, times)
	})
	soak.Flags().IntVar(&times, "times", 20, "how often")
	bench := a.proof("bench", "Time from save to verdict beside what the go command alone needs", author.Bench)
	c.AddCommand(verify, soak, bench, a.pictureCommand())
	return c
}

// proof makes a command over all lessons, or over those named.
func (a *app) proof(use, short string, do func(context.Context, author.Options) error) *cobra.Command {
	var o author.Options
	c := &cobra.Command{
		Use: use + " [LESSON …]", Short: short,
		RunE: func(cmd *cobra.Command, args []string) error {
			root, err := findRoot(a.dir)
			if err != nil {
				return err
			}
			o.Root, o.Lessons, o.Out = root, args, cmd.OutOrStdout()
			if only := cmd.Flags().Lookup("only"); only != nil {
				o.Only = only.Value.String()
			}
			return a.proven(do(cmd.Context(), o))
		},
	}
	c.Flags().IntVar(&o.Parallel, "parallel", 0, "how many side by side (default: one per core)")
	c.Flags().Uint64Var(&o.Seed, "seed", 0, "repeat a run's randomness")
	return c
}

// proven turns faults that were found and printed into exit codes: 1 the lessons are wrong, 2 something could not be judged.
func (a *app) proven(err error) error {
	var faulty *author.Faulty
	if !errors.As(err, &faulty) {
		return err
	}
	fmt.Fprintln(a.err, "stagecraft: "+faulty.Error())
	if faulty.Found > 0 {
		return judged(check.Fail)
	}
	return judged(check.Unknown)
}
