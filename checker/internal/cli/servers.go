package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/infra"
)

func (a *app) upCommand() *cobra.Command {
	return &cobra.Command{
		Use: "up", Short: "Start PostgreSQL, Redis and RabbitMQ, or say which are used", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			root, err := findRoot(a.dir)
			if err != nil {
				return err
			}
			all := infra.Need{Postgres: true, Redis: true, RabbitMQ: true}
			servers, err := infra.Ensure(cmd.Context(), root, all, say(cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			defer servers.Close()
			fmt.Fprintln(cmd.OutOrStdout(), servers.Line)
			return nil
		},
	}
}

func (a *app) downCommand() *cobra.Command {
	return &cobra.Command{
		Use: "down", Short: "Stop the servers that the checker started", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			root, err := findRoot(a.dir)
			if err != nil {
				return err
			}
			if err := infra.Down(cmd.Context(), root); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), "stopped; nothing of the checker's runs any more")
			return nil
		},
	}
}

func (a *app) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "What is missing on this machine, and the one command that mends it", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			root, err := findRoot(a.dir)
			if err != nil {
				return err
			}
			return a.tell(cmd.OutOrStdout(), infra.Doctor(cmd.Context(), root))
		},
	}
}

// tell prints what the doctor saw; anything that is missing ends with exit code 2.
func (a *app) tell(out io.Writer, r infra.Report) error {
	if r.Provider != "" {
		fmt.Fprintf(out, "servers come from: %s\n", r.Provider)
	}
	ill := r.Provider == ""
	for _, s := range r.Servers {
		if s.OK {
			fmt.Fprintf(out, "✓ %-10s %s %s (%s)\n", s.Name, s.Version, s.Path, s.Provider)
			continue
		}
		fmt.Fprintf(out, "✗ %-10s %s\n", s.Name, s.Problem)
		if s.Next != "" {
			fmt.Fprintf(out, "  %-10s %s\n", "", s.Next)
		}
		ill = true
	}
	if !ill {
		fmt.Fprintln(out, "nothing is missing")
		return nil
	}
	if r.Next != "" {
		fmt.Fprintf(out, "\nMend it with: %s\n", r.Next)
	}
	fmt.Fprintln(out, "Lessons without servers (1 and 2) work as they are.")
	return judged(check.Unknown)
}

func (a *app) setupCommand() *cobra.Command {
	return &cobra.Command{
		Use: "setup", Short: "Install what the lessons need", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			root, err := findRoot(a.dir)
			if err != nil {
				return err
			}
			return infra.Setup(cmd.Context(), root, say(cmd.OutOrStdout()))
		},
	}
}

func say(out io.Writer) func(string) {
	return func(line string) { fmt.Fprintln(out, line) }
}
