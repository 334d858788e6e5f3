package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"shop/platform/rabbitmq"
)

const (
	defaultRate  = 20
	defaultLimit = 3
)

// session is what a command works with.
type session struct {
	cfg      settings
	operator *rabbitmq.Operator
	out      io.Writer
}

type command func(ctx context.Context, s session) error

// options are the flags of all commands.
type options struct {
	all, force bool
	kind, note string
	rate       float64
	limit      int64
}

// parse checks the whole command line before there is a connection.
func parse(args []string) (command, error) {
	if len(args) == 0 {
		return nil, errUsage
	}
	name, names, o, err := split(args)
	if err != nil {
		return nil, fmt.Errorf("%w\n%w", err, errUsage)
	}
	for i := range names[:min(1, len(names))] {
		names[i] = rabbitmq.QueueOf(names[i])
	}
	switch {
	case name == "list":
		return func(ctx context.Context, s session) error { return s.list(ctx, names) }, nil
	case name == "show" && len(names) == 1:
		return func(ctx context.Context, s session) error { return s.showAll(ctx, names[0]) }, nil
	case name == "show" && len(names) == 2:
		return func(ctx context.Context, s session) error { return s.show(ctx, names[0], names[1]) }, nil
	case name == "replay" && o.selects(len(names)):
		id := strings.Join(names[1:], "")
		return func(ctx context.Context, s session) error { return s.replay(ctx, names[0], id, o) }, nil
	case name == "discard" && len(names) == 2 && o.note != "":
		return func(ctx context.Context, s session) error { return s.discard(ctx, names[0], names[1], o.note) }, nil
	default:
		return nil, errUsage
	}
}

// split separates flags from names: an operator may write them in any order.
func split(args []string) (name string, names []string, o options, err error) {
	flags := flag.NewFlagSet("dlq", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&o.all, "all", false, "")
	flags.BoolVar(&o.force, "force", false, "")
	flags.StringVar(&o.kind, "type", "", "")
	flags.StringVar(&o.note, "note", "", "")
	flags.Float64Var(&o.rate, "rate", defaultRate, "")
	flags.Int64Var(&o.limit, "limit", defaultLimit, "")
	for rest := args[1:]; ; rest = flags.Args()[1:] {
		if err := flags.Parse(rest); err != nil {
			return "", nil, o, err
		}
		if flags.NArg() == 0 {
			break
		}
		names = append(names, flags.Arg(0))
	}
	if o.rate <= 0 || o.rate > 1e6 {
		return "", nil, o, errors.New("--rate must be positive")
	}
	if o.limit < 1 {
		return "", nil, o, errors.New("--limit must be at least 1")
	}
	return args[0], names, o, nil
}

// selects reports whether a queue and exactly one of ID, --all and --type are given.
func (o options) selects(names int) bool {
	ways := 0
	for _, given := range []bool{names == 2, o.all, o.kind != ""} {
		if given {
			ways++
		}
	}
	return ways == 1 && (names == 1 || names == 2)
}
