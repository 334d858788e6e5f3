package infra

import (
	"context"
	"errors"
	"fmt"
)

// Report is what Doctor saw.
type Report struct {
	// Provider is which would be used; empty when none can be.
	Provider string
	Servers  []ServerReport
	// Notes are facts beside the servers: a warm supervisor, a container engine, the disk.
	Notes []string
	// Next is the one command that installs everything; empty when nothing is missing.
	Next string
}

// ServerReport is one server of a Report.
type ServerReport struct {
	Name, Provider, Path, Version string
	OK                            bool
	// Problem and Next are empty when OK.
	Problem, Next string
}

// Doctor looks at what Ensure would use. It starts nothing and changes nothing.
func Doctor(ctx context.Context, root string) Report {
	p := place{absolute(root)}
	outside, err := externalFromEnv()
	if err != nil || outside != nil {
		return doctorExternal(ctx, outside, err)
	}
	var r Report
	if st, ok := readState(p); ok && st.alive() {
		r.Provider = st.Provider
		r.Notes = append(r.Notes, fmt.Sprintf("warm: supervisor %d with %s", st.PID, line(st.Provider, st.Servers)))
	}
	if err := checkSpace(p.existing()); err != nil {
		r.Notes = append(r.Notes, err.Error())
	}
	found := findPrograms(ctx, "")
	missing := found.missing(all)
	engine := doctorEngine(ctx)
	if engine != "" {
		r.Notes = append(r.Notes, engine)
	}
	if r.Provider == "" {
		r.Provider = wouldUse(ctx, p, len(missing) == 0, engine != "")
	}
	for _, name := range serverNames {
		r.Servers = append(r.Servers, doctorServer(ctx, p, name, found, r.Provider))
	}
	if r.Provider == "" {
		r.Next = installHint(missing)
	}
	return r
}

func wouldUse(ctx context.Context, p place, native, docker bool) string {
	switch {
	case native:
		return "native"
	case docker:
		return "docker"
	case len(findPrograms(ctx, p.bundleDir()).missing(all)) == 0:
		return "bundle"
	}
	return ""
}

func doctorServer(ctx context.Context, p place, name string, found programs, provider string) ServerReport {
	report := ServerReport{Name: name, Provider: provider, OK: true}
	switch provider {
	case "docker":
		report.Path = images[name]
		return report
	case "bundle":
		found = findPrograms(ctx, p.bundleDir())
	}
	if program, ok := found.found[name]; ok {
		report.Provider, report.Path, report.Version = orNative(provider), program.Path, program.Version
		return report
	}
	report.OK, report.Problem, report.Next = false, "not found", installHint([]string{name})
	if old, ok := found.old[name]; ok {
		report.Path, report.Version, report.Problem = old.Path, old.Version, "older than "+minimumVersion[name]
	}
	return report
}

func orNative(provider string) string {
	if provider == "" {
		return "native"
	}
	return provider
}

// doctorExternal tries each server on its own, so that one broken URL does not hide another.
func doctorExternal(ctx context.Context, e *external, err error) Report {
	if err != nil {
		report := Report{Servers: []ServerReport{{Name: postgresName, Provider: "external", Problem: err.Error()}}}
		var fault *Fault
		if errors.As(err, &fault) {
			report.Next = fault.Next
		}
		return report
	}
	r := Report{Provider: "external"}
	for name, need := range map[string]Need{postgresName: {Postgres: true}, redisName: {Postgres: true, Redis: true}, rabbitName: {Postgres: true, RabbitMQ: true}} {
		s := &Servers{}
		err := s.openExternal(ctx, *e, need)
		report := ServerReport{Name: name, Provider: "external", Version: s.Line, OK: err == nil}
		var fault *Fault
		if errors.As(err, &fault) {
			report.Problem, report.Next = fault.withCause(), fault.Next
			r.Next = fault.Next
		} else if err != nil {
			report.Problem = err.Error()
		}
		s.Close()
		r.Servers = append(r.Servers, report)
	}
	return r
}
