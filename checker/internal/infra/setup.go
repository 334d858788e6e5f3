package infra

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// packager is how this system installs programs.
type packager struct {
	name     string
	install  string            // the command before the packages
	packages map[string]string // by server
}

var (
	apt = packager{"apt", "apt-get install -y --no-install-recommends",
		map[string]string{postgresName: "postgresql", redisName: "redis-server", rabbitName: "rabbitmq-server"}}
	dnf = packager{"dnf", "dnf install -y",
		map[string]string{postgresName: "postgresql-server", redisName: "valkey", rabbitName: "rabbitmq-server"}}
	brew = packager{"brew", "brew install",
		map[string]string{postgresName: "postgresql@17", redisName: "redis", rabbitName: "rabbitmq"}}
)

// thisPackager returns nil on a system that we do not know.
func thisPackager() *packager {
	candidates := []*packager{&apt, &dnf}
	if runtime.GOOS == "darwin" {
		candidates = []*packager{&brew}
	}
	for _, p := range candidates {
		command, _, _ := strings.Cut(p.install, " ")
		if _, err := exec.LookPath(command); err == nil {
			return p
		}
	}
	return nil
}

// command installs the servers of missing, as the user would type it.
func (p *packager) command(missing []string) string {
	line := p.install
	if p.name != "brew" && os.Getuid() != 0 {
		line = "sudo " + line
	}
	return line + " " + strings.Join(p.names(missing), " ")
}

func (p *packager) names(missing []string) []string {
	var names []string
	for _, server := range missing {
		names = append(names, p.packages[server])
	}
	return names
}

// installHint is the one command that installs what is missing.
func installHint(missing []string) string {
	if p := thisPackager(); p != nil {
		return p.command(missing)
	}
	return "install PostgreSQL ≥ 15, Redis ≥ 7 and RabbitMQ ≥ 3.10 by the means of this system, or Docker"
}

// Setup installs the servers that are missing and not given by external URLs. say gets a line before anything is changed.
func Setup(ctx context.Context, root string, say func(string)) error {
	if external, err := externalFromEnv(); err != nil || external != nil {
		return err
	}
	missing := findPrograms(ctx, "").missing(all)
	if len(missing) == 0 {
		say("PostgreSQL, Redis and RabbitMQ are installed")
		return nil
	}
	p := thisPackager()
	if p == nil {
		return &Fault{What: "no package manager known here to install " + strings.Join(missing, ", "), Next: installHint(missing)}
	}
	say("installing " + strings.Join(missing, ", ") + ": " + p.command(missing))
	if err := p.run(ctx, missing); err != nil {
		return err
	}
	if still := findPrograms(ctx, "").missing(all); len(still) > 0 {
		return &Fault{What: "still missing or too old after the installation: " + strings.Join(still, ", "), Next: "see `go run ./checker doctor`"}
	}
	return nil
}

func (p *packager) run(ctx context.Context, missing []string) error {
	command := []string{"sh", "-c", p.command(missing)}
	if p.name == "apt" {
		command = []string{"sh", "-c", aptScript, "apt"}
		if os.Getuid() != 0 {
			command = append([]string{"sudo"}, command...)
		}
		command = append(command, p.names(missing)...)
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	var output bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, &output, &output
	if err := cmd.Run(); err != nil {
		return &Fault{What: "the installation did not work: " + lastLines(output.String(), 3), Next: p.command(missing), Cause: err}
	}
	return nil
}

// The servers run as children of ours only: apt starts none, makes no PostgreSQL cluster, and those that it
// enabled for the next boot are disabled again. What an administrator has set is left alone.
const aptScript = `set -e
export DEBIAN_FRONTEND=noninteractive
guard=/usr/sbin/policy-rc.d cluster=/etc/postgresql-common/createcluster.d/stagecraft.conf
made=
cleanup() { rm -f $made; }
trap cleanup EXIT
if [ ! -e $guard ]; then
	printf '#!/bin/sh\nexit 101\n' >$guard; chmod 755 $guard; made="$made $guard"
fi
if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
	mkdir -p /etc/postgresql-common/createcluster.d
	echo 'create_main_cluster = false' >$cluster; made="$made $cluster"
fi
install() { apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@"; }
install "$@" || { apt-get update && install "$@"; }
if [ -d /run/systemd/system ]; then
	for package in "$@"; do systemctl disable --quiet "$package" 2>/dev/null || true; done
fi
`

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], " / ")
}

// mayInstallUnasked is true where no one can answer and nothing is lost: root on Debian or Ubuntu without a terminal, which
// is a container or a build machine.
func mayInstallUnasked(interactive bool) bool {
	p := thisPackager()
	return os.Getuid() == 0 && !interactive && p != nil && p.name == "apt"
}

func tooOld(found programs) string {
	var parts []string
	for _, name := range serverNames {
		if old, ok := found.old[name]; ok {
			if _, good := found.found[name]; !good {
				parts = append(parts, fmt.Sprintf("%s %s at %s is older than %s", name, old.Version, old.Path, minimumVersion[name]))
			}
		}
	}
	return strings.Join(parts, ", ")
}
