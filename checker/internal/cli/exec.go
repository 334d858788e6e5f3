package cli

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/infra"
)

func (a *app) execCommand() *cobra.Command {
	return &cobra.Command{
		Use: "exec -- COMMAND [ARG …]", Short: "Run a command, a test above all, with the servers' addresses in its environment",
		Example: "  go run ./checker exec -- go -C stage1-mvp test ./...",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			root, err := findRoot(a.dir)
			if err != nil {
				return err
			}
			servers, err := infra.Ensure(cmd.Context(), root, infra.Need{Postgres: true, Redis: true, RabbitMQ: true}, say(cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			defer servers.Close()
			lease, err := servers.Lease(cmd.Context(), infra.LeaseSpec{Redis: true})
			if err != nil {
				return err
			}
			defer func() { _ = lease.Close(cmd.Context()) }()
			child := exec.CommandContext(cmd.Context(), args[0], args[1:]...)
			child.Env = append(append(os.Environ(), servers.Variables()...), "STAGECRAFT_REDIS_URL="+lease.RedisURL)
			child.Stdin, child.Stdout, child.Stderr = cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()
			child.Cancel = func() error { return child.Process.Signal(os.Interrupt) }
			var exit *exec.ExitError
			if err := child.Run(); errors.As(err, &exit) {
				return exitCode(exit.ExitCode())
			} else if err != nil {
				return fmt.Errorf("run %s: %w", strings.Join(args, " "), err)
			}
			return nil
		},
	}
}

// exitCode ends a command with the exit code of another.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }
