package infra

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
)

// obtain attaches to the running servers, or chooses a provider and starts them.
func obtain(ctx context.Context, p place, need Need, say func(string)) (*session, error) {
	forced := os.Getenv("STAGECRAFT_INFRA")
	for range 3 {
		if st, ok := readState(p); ok && (forced == "" || forced == st.Provider) && canServe(ctx, p, st.Provider, need) {
			s, err := attach(ctx, p, need, say)
			if !errors.Is(err, errNoSupervisor) {
				return s, err
			}
		}
		if err := startSupervisor(ctx, p, need, forced, say); err != nil {
			return nil, err
		}
	}
	return nil, &Fault{What: "the supervisor of the servers stops again and again", Next: "its log is " + p.logPath()}
}

// canServe is false for running native servers that a new need goes beyond, so that another provider is looked for.
func canServe(ctx context.Context, p place, provider string, need Need) bool {
	st, _ := readState(p)
	for _, name := range need.servers() {
		if _, running := st.Servers[name]; !running {
			return provider == "docker" || len(findPrograms(ctx, prefixOf(p, provider)).missing(need)) == 0
		}
	}
	return true
}

// newLauncher starts the servers of a provider. A new provider is chosen in chooseProvider and launched here.
func newLauncher(p place, provider string) (launcher, error) {
	switch provider {
	case "native":
		return newNative(p, "")
	case "bundle":
		return newNative(p, p.bundleDir())
	case "docker":
		return newContainers(p)
	}
	return nil, fmt.Errorf("no provider %q", provider)
}

func prefixOf(p place, provider string) string {
	if provider == "bundle" {
		return p.bundleDir()
	}
	return ""
}

func startSupervisor(ctx context.Context, p place, need Need, forced string, say func(string)) error {
	unlock, err := p.lockStart(ctx, say)
	if err != nil {
		return err
	}
	defer unlock()
	if st, ok := readState(p); ok && st.Schema == schema && st.alive() && (forced == "" || forced == st.Provider) && canServe(ctx, p, st.Provider, need) {
		return nil // Another checker was faster.
	}
	provider, err := chooseProvider(ctx, p, need, forced, say)
	if err != nil {
		return err
	}
	if err := stopSupervisor(ctx, p); err != nil {
		return err
	}
	if err := checkSpace(p.dir()); err != nil {
		return err
	}
	return spawnSupervisor(p, provider)
}

// chooseProvider takes the first that has all that is needed.
func chooseProvider(ctx context.Context, p place, need Need, forced string, say func(string)) (string, error) {
	switch forced {
	case "", "native", "docker", "bundle":
	default:
		return "", &Fault{What: fmt.Sprintf("STAGECRAFT_INFRA=%s is no provider", forced), Next: "use external, native, docker or bundle, or unset it"}
	}
	found := findPrograms(ctx, "")
	missing := found.missing(need)
	if len(missing) == 0 && (forced == "" || forced == "native") {
		return "native", nil
	}
	if forced == "" || forced == "docker" {
		switch err := dockerUsable(ctx, need, say); {
		case err == nil:
			return "docker", nil
		case forced == "docker":
			return "", err
		case !errors.Is(err, errNoEngine):
			say(err.Error() + "; looking further")
		}
	}
	if forced == "" && mayInstallUnasked(isatty.IsTerminal(os.Stdin.Fd()) && isatty.IsTerminal(os.Stdout.Fd())) {
		return "native", Setup(ctx, p.root, say)
	}
	if forced == "" || forced == "bundle" {
		switch err := bundleUsable(ctx, p, need, say); {
		case err == nil:
			return "bundle", nil
		case forced == "bundle":
			return "", err
		case !errors.Is(err, errNoBundle):
			say(err.Error())
		}
	}
	what := strings.Join(missing, " and ") + " not found on this machine"
	if old := tooOld(found); old != "" {
		what += " (" + old + ")"
	}
	return "", &Fault{What: what + ", and no Docker engine answers", Next: "run: " + installHint(missing)}
}
