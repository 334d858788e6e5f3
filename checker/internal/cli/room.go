package cli

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/checks"
	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/room"
	"stagecraft/checker/site"
)

// roomFlags are the flags of room.
type roomFlags struct {
	addr, name string
	stuckRuns  int
	stuckAfter time.Duration
}

func (a *app) roomCommand() *cobra.Command {
	var f roomFlags
	c := &cobra.Command{
		Use: "room", Short: "Workshop day: a board that shows how far each learner is, on your laptop", Args: cobra.NoArgs,
		Long: "Starts a room that the checkers of the learners report to. It hands out the handbook, the repository and the Go modules as well,\n" +
			"so that no laptop needs the internet. Ctrl-C ends it; the same --name continues with the same code, key and learners.",
		Example: "  go run ./checker room --name \"Go course\"",
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.room(cmd, f) },
	}
	c.Flags().StringVar(&f.addr, "addr", ":8484", "where to listen")
	c.Flags().StringVar(&f.name, "name", "Workshop", "the room's name, which its state is kept under")
	c.Flags().IntVar(&f.stuckRuns, "stuck-runs", 3, "runs in a row with the same failure that make a learner stuck")
	c.Flags().DurationVar(&f.stuckAfter, "stuck-after", 15*time.Minute, "time without progress that makes a learner stuck")
	return c
}

func (a *app) room(cmd *cobra.Command, f roomFlags) error {
	ctx, out := cmd.Context(), cmd.OutOrStdout()
	s, err := a.studio()
	if err != nil {
		return err
	}
	listener, err := listen(f.addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	r, err := room.Open(room.Options{Root: s.root, Name: f.name, Lessons: catalogue(s.lessons), StuckRuns: max(1, f.stuckRuns), StuckAfter: f.stuckAfter})
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // each event has been synced
	urls := addresses(listener.Addr())
	at := room.Place{URL: urls[0], Site: builtSite(s.root), Modules: moduleCache()}
	bundle, commit, err := room.MakeBundle(ctx, s.root, r.Dir)
	if err != nil {
		fmt.Fprintf(cmd.ErrOrStderr(), "no copy of the repository is handed out: %v; start the room in a git clone if learners need it\n", err)
	}
	at.Bundle = bundle
	if at.Modules == "" {
		fmt.Fprintln(cmd.ErrOrStderr(), "no Go modules are handed out: the module cache is empty; run `make lesson 1` once, with network")
	}
	if strings.Contains(urls[0], "//127.") {
		fmt.Fprintln(cmd.ErrOrStderr(), "this machine is on no network: connect it and start the room again, or learners cannot reach it")
	}
	fmt.Fprintf(out, "Room      %s, code %s\n", r.Name(), r.Code())
	for _, u := range urls {
		fmt.Fprintf(out, "Address   %s (the page for learners)\n", u)
	}
	fmt.Fprintf(out, "Join      go run ./checker join %s --code %s --name Anna\n", urls[0], r.Code())
	fmt.Fprintf(out, "Board     http://127.0.0.1:%d/board?key=%s\n", listener.Addr().(*net.TCPAddr).Port, r.Key())
	fmt.Fprintf(out, "          (yours alone: its key may set lessons and remove learners)\n")
	if commit != "" {
		fmt.Fprintf(out, "Hands out commit %s with its history, Go modules, handbook and lessons\n", commit)
	}
	fmt.Fprintf(out, "Keeps     names, verdicts, failure ids, numbers of runs and hints, times and hands, in %s\n", s.relative(r.Dir))
	fmt.Fprintf(out, "          (nothing leaves this machine; after the course delete the directory)\n\nCtrl-C ends the room.\n")
	if err := r.Serve(ctx, listener, at); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nThe room is closed. `go run ./checker room --name %q` continues it: learners' checkers keep their reports until then.\n", r.Name())
	return nil
}

// listen says what to do when the address cannot be had.
func listen(addr string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is taken by another program, perhaps by a room in another terminal; stop it, or choose another port: --addr :8485", addr)
	case err != nil:
		return nil, fmt.Errorf("the room cannot listen: %w; choose a port of 1024 or more: --addr :8484", err)
	}
	return listener, nil
}

// addresses are those at which learners may reach the listener, the likeliest first.
func addresses(at net.Addr) []string {
	tcp := at.(*net.TCPAddr)
	url := func(ip net.IP) string { return "http://" + net.JoinHostPort(ip.String(), fmt.Sprint(tcp.Port)) }
	if !tcp.IP.IsUnspecified() {
		return []string{url(tcp.IP)}
	}
	var all []string
	if route, err := net.Dial("udp4", "192.0.2.1:9"); err == nil { // sends nothing: which address would be used
		all = append(all, url(route.LocalAddr().(*net.UDPAddr).IP))
		route.Close()
	}
	found, _ := net.InterfaceAddrs()
	for _, f := range found {
		n, ok := f.(*net.IPNet)
		if ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() && !slices.Contains(all, url(n.IP)) {
			all = append(all, url(n.IP))
		}
	}
	if len(all) == 0 {
		all = []string{url(net.IPv4(127, 0, 0, 1))}
	}
	return all
}

// catalogue is what the room knows of the lessons.
func catalogue(lessons []lesson.Lesson) []room.Lesson {
	sentences := map[string]string{}
	for _, c := range checks.All() {
		sentences[c.ID] = c.Sentence
	}
	var all []room.Lesson
	for _, l := range lessons {
		known := room.Lesson{Number: l.Number, Name: l.Name(), Title: l.Title, Minutes: l.Minutes}
		for _, id := range l.Checks {
			known.Checks = append(known.Checks, room.Check{ID: id, Sentence: sentences[id]})
		}
		all = append(all, known)
	}
	return all
}

// builtSite renders the site in the background; the first page waits for it.
func builtSite(root string) http.Handler {
	build := sync.OnceValues(func() (*site.Site, error) { return site.Build(root) })
	go build() //nolint:errcheck // each page reports it
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		pages, err := build()
		if err != nil {
			http.Error(w, "the pages cannot be built: "+err.Error(), http.StatusServiceUnavailable)
			return
		}
		pages.ServeHTTP(w, req)
	})
}

// moduleCache is the directory of this machine that a Go module proxy can serve; "" when there is none.
func moduleCache() string {
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	dir := strings.TrimSpace(string(out)) + "/cache/download"
	if err != nil || !isDir(dir) {
		return ""
	}
	return dir
}
