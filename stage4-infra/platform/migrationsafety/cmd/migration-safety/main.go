// Command migration-safety applies the new migrations of services to filled scratch databases and says which of them would hurt the
// release that serves. It exits with 1 when one would, with 2 when it has no verdict.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"shop/platform/migrationsafety"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	safe, err := run(ctx)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "migration-safety:", err)
		os.Exit(2)
	case !safe:
		os.Exit(1)
	}
}

func run(ctx context.Context) (safe bool, err error) {
	limits := migrationsafety.DefaultLimits
	stage := flag.String("stage", ".", "the `directory` with the services")
	released := flag.String("released", "", "the same `directory` as of the release that serves; without it, all migrations but the first of each service are new")
	server := flag.String("server", os.Getenv("STAGECRAFT_POSTGRES_URL"), "`URL` of a PostgreSQL server whose user may create databases")
	database := flag.String("database", "", "`URL` of an empty database to use instead of one that is made and removed; for one service")
	rows := flag.Int("rows", 200_000, "how many `rows` a big table gets")
	asJSON := flag.Bool("json", false, "print a JSON object for each migration")
	flag.Int64Var(&limits.Work, "work", limits.Work, "how many `rows` may be read or changed while clients wait")
	flag.DurationVar(&limits.Held, "held", limits.Held, "how long clients may wait for a lock")
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(), "usage: migration-safety [flags] SERVICE...\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	if *server+*database == "" || flag.NArg() == 0 || *database != "" && flag.NArg() > 1 {
		flag.Usage()
		return false, errors.New("a server and at least one service, or a database and one service, are required")
	}
	var before fs.FS
	if *released != "" {
		before = os.DirFS(*released)
	}
	safe = true
	for _, service := range flag.Args() {
		steps, err := migrationsafety.Plan(os.DirFS(*stage), before, service)
		if err != nil {
			return false, err
		}
		var results []migrationsafety.Result
		if *database != "" {
			results, err = migrationsafety.Judge(ctx, *database, steps, *rows, limits)
		} else {
			results, err = judge(ctx, *server, steps, *rows, limits)
		}
		if !*asJSON {
			fmt.Printf("%s: %d migrations judged\n", service, len(results))
		}
		for _, result := range results {
			safe = safe && len(result.Findings) == 0
			if *asJSON {
				if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
					return false, err
				}
				continue
			}
			result.Write(os.Stdout)
		}
		if err != nil {
			return false, fmt.Errorf("%s: %w", service, err)
		}
	}
	return safe, nil
}

// judge makes a scratch database and removes it.
func judge(ctx context.Context, server string, steps []migrationsafety.Step, rows int, limits migrationsafety.Limits) ([]migrationsafety.Result, error) {
	address, err := url.Parse(server)
	if err != nil {
		return nil, fmt.Errorf("address of the server: %w", err)
	}
	admin, err := pgx.Connect(ctx, server)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	defer admin.Close(context.WithoutCancel(ctx))
	name := "safety_" + uuid.NewString()[:8]
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return nil, fmt.Errorf("create a scratch database: %w", err)
	}
	address.Path = "/" + name
	results, err := migrationsafety.Judge(ctx, address.String(), steps, rows, limits)
	_, dropErr := admin.Exec(context.WithoutCancel(ctx), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	return results, errors.Join(err, dropErr)
}
