package proc

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"
)

const wardenCommand = "_warden"

// registration is one line on the pipe to the warden: a group to kill or a directory to remove, or that it is gone.
type registration struct {
	Group int    `json:"group,omitempty"`
	Dir   string `json:"dir,omitempty"`
	Gone  bool   `json:"gone,omitempty"`
}

// warden is this program's end of the pipe. The other end is a process in a session of its own, which a signal to this
// program's group or terminal does not reach. When the pipe closes, for whatever reason, it cleans up and ends.
type warden struct {
	mu   sync.Mutex
	pipe *json.Encoder
}

var theWarden = sync.OnceValues(startWarden)

func startWarden() (*warden, error) {
	self, err := selfPath()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("pipe to the warden: %w", err)
	}
	defer read.Close()
	cmd := exec.Command(self, wardenCommand)
	cmd.Args[0] = "stagecraft-warden"
	cmd.Dir = "/"
	cmd.Stdin = read
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		write.Close()
		return nil, fmt.Errorf("start the warden: %w", err)
	}
	go cmd.Wait() //nolint:errcheck // Reaped only so that a killed warden is no zombie; the next registration fails silently.
	return &warden{pipe: json.NewEncoder(write)}, nil
}

func (w *warden) send(r registration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.pipe.Encode(r)
}

func (w *warden) add(r registration) { w.send(r) }

func (w *warden) remove(r registration) {
	r.Gone = true
	w.send(r)
}

// RunHidden runs the hidden command that args (without the program's name) ask for and returns true, or returns false.
// It runs before main in every program that links this package, test binaries too, so that each can be its own warden.
func RunHidden(args []string) bool {
	if len(args) != 1 || args[0] != wardenCommand {
		return false
	}
	runWarden(os.Stdin)
	return true
}

func init() {
	if RunHidden(os.Args[1:]) {
		os.Exit(0)
	}
}

func runWarden(pipe io.Reader) {
	// Only the end of the pipe ends the warden: what stops the program must not stop who cleans up after it.
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGPIPE)
	groups, dirs := map[int]bool{}, map[string]bool{}
	for lines := json.NewDecoder(pipe); ; {
		var r registration
		if err := lines.Decode(&r); err != nil {
			break
		}
		switch {
		case r.Group > 1 && r.Gone:
			delete(groups, r.Group)
		case r.Group > 1:
			groups[r.Group] = true
		case r.Dir != "" && r.Gone:
			delete(dirs, r.Dir)
		case r.Dir != "":
			dirs[r.Dir] = true
		}
	}
	for group := range groups {
		killTree(group)
	}
	for dir := range dirs {
		KillLivingIn(dir)
		_ = os.RemoveAll(dir)
	}
}
