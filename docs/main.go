// Docs renders the handbook and the lessons: `go run ./docs` serves them with live reload, `go run ./docs build` writes them.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"stagecraft/checker/site"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func command() *cobra.Command {
	var root, addr, out string
	serve := &cobra.Command{
		Use: "docs", Short: "Serve the handbook and the lessons, with live reload",
		Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			listener, err := net.Listen("tcp", addr)
			if err != nil {
				return fmt.Errorf("%w; choose another address with --addr, or 127.0.0.1:0 for a free port", err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "http://%s/ (Ctrl-C stops)\n", listener.Addr())
			return site.Serve(cmd.Context(), root, listener, site.Progress(root), cmd.OutOrStdout())
		},
	}
	serve.PersistentFlags().StringVar(&root, "root", ".", "the repository")
	serve.Flags().StringVar(&addr, "addr", "127.0.0.1:8090", "where to listen")
	build := &cobra.Command{
		Use: "build", Short: "Write the site as files that open without a server", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			began := time.Now()
			s, err := site.Build(root)
			if err != nil {
				return err
			}
			dir := out
			if dir == "" {
				dir = filepath.Join(root, ".stagecraft", "site")
			}
			if err := s.Write(dir); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d pages in %s: %s\n", len(s.Pages), time.Since(began).Round(time.Millisecond), filepath.Join(dir, "index.html"))
			return err
		},
	}
	build.Flags().StringVar(&out, "out", "", "the directory (default .stagecraft/site)")
	serve.AddCommand(build)
	return serve
}
