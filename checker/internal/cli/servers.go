package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/infra"
	"stagecraft/checker/internal/paths"
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
			fmt.Fprintln(cmd.OutOrStdout(), "stopped: no server of the checker runs any more")
			return nil
		},
	}
}

func (a *app) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "What is missing on this machine, and the one command that installs it", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			root, err := findRoot(a.dir)
			if err != nil {
				return err
			}
			missing := a.diagnoseGo(cmd.Context(), cmd.OutOrStdout(), root)
			return a.diagnose(cmd.OutOrStdout(), infra.Doctor(cmd.Context(), root), missing)
		},
	}
}

// diagnoseGo prints what builds the learner's code and which modules are not on this machine. missing says that something is.
func (a *app) diagnoseGo(ctx context.Context, out io.Writer, root string) (missing bool) {
	for _, stage := range paths.Match(root, "stage*") {
		toolchain, err := build.FindToolchain(ctx, stage)
		if err != nil {
			fmt.Fprintf(out, "✗ %-10s %v\n", "Go", err)
			return true
		}
		if !missing {
			fmt.Fprintf(out, "✓ %-10s %s %s\n", "Go", toolchain.Version, toolchain.Path)
			for _, note := range toolchain.Notes {
				fmt.Fprintf(out, "  %-10s %s\n", "", note)
			}
		}
		name := filepath.Base(stage)
		switch absent, err := build.MissingModules(ctx, stage); {
		case err != nil:
			fmt.Fprintf(out, "✗ %-10s of %s: %v\n", "Modules", name, err)
			missing = true
		case len(absent) > 0:
			fmt.Fprintf(out, "✗ %-10s not all of %s are on this machine: %s is missing\n", "Modules", name, absent[0])
			fmt.Fprintf(out, "  %-10s go -C %s mod download\n", "", name)
			missing = true
		default:
			fmt.Fprintf(out, "✓ %-10s all of %s\n", "Modules", name)
		}
	}
	return missing
}

// download fetches the modules of a lesson when it starts, so that it can be solved offline. Lessons can be read without them.
func (a *app) download(cmd *cobra.Command, dir string) {
	if err := build.Download(cmd.Context(), dir, say(cmd.ErrOrStderr())); err != nil && cmd.Context().Err() == nil {
		fmt.Fprintf(cmd.ErrOrStderr(), "not all Go modules could be downloaded: %v\n", err)
	}
}

// diagnose prints what the doctor found; anything that is missing ends with exit code 2.
func (a *app) diagnose(out io.Writer, r infra.Report, ill bool) error {
	if r.Provider != "" {
		fmt.Fprintf(out, "servers come from: %s\n", r.Provider)
	}
	ill = ill || r.Provider == ""
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
		fmt.Fprintf(out, "\nInstall it with: %s\n", r.Next)
	}
	if r.Provider == "" {
		fmt.Fprintln(out, "Lessons without servers (1 and 2) work as they are.")
	}
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
