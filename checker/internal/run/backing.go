package run

import (
	"context"

	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/infra"
)

// realBacking builds with the go command and takes servers from this machine.
type realBacking struct{ root string }

func (b realBacking) Build(ctx context.Context, dir string, services []string) (map[string]string, error) {
	return build.Services(ctx, dir, services, "")
}

func (b realBacking) Ensure(ctx context.Context, need check.Needs, say func(string)) (check.Servers, error) {
	servers, err := infra.Ensure(ctx, b.root, infra.Need{Postgres: need.Postgres, Redis: need.Redis, RabbitMQ: need.RabbitMQ}, say)
	if err != nil {
		return nil, err
	}
	return runningServers{servers}, nil
}

type runningServers struct{ *infra.Servers }

// Line names provider and versions.
func (s runningServers) Line() string { return s.Servers.Line }

// Real is the backing of every run outside of tests: the go command and the servers of this machine.
func Real(root string) Backing { return realBacking{root: root} }
